"""Names of people after the words that announce them, such as 收件人 or "my name is"."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄"
)
_ZH_WORDS = "收件人|收货人|联系人|收款人|寄件人|姓名|户名|名字叫?|真名|我叫|本人叫"
# Surnames as they are spelt out by their parts.
_SPELT = "弓长|木子|耳东|口天|言午|立早|古月|双木|草头黄|三横王|禾呈|十八子"
_ZH_NEXT = "电话|手机|地址|先生|女士|小姐|同学|老师|微信|身份证|邮箱|收$|收[^到]|的|[^\u4e00-\u9fff]|$"
_EN_WORDS = (
    r"\b(?:my name is|(?:mr|mrs|ms|miss|dr|prof)\b\.?|dear|hello|hi|i am called|signed,?|(?:spoke|talked|chatted) (?:with|to)"
    r"|(?:first |last |full |customer |contact )?name ?:|contact person:?|recipient:|attn:?"
    r"|(?:best |kind )?regards,|sincerely,|ship to:?|deliver to:?)"
)
_PART = r"[A-ZÀ-Þ][a-zß-ÿ]+"

CHINESE = Recogniser(
    label="NAME",
    kind="name",
    hint=_ZH_WORDS,
    pattern=re.compile(
        rf"(?:{_ZH_WORDS})[ :是为]{{0,3}}(?P<value>(?:欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|{_SPELT}|[{_SURNAMES}])"
        rf" ?[\u4e00-\u9fff](?: ?[\u4e00-\u9fff])??)(?={_ZH_NEXT})"
    ),
)

ENGLISH = Recogniser(
    label="NAME",
    kind="name",
    hint=rf"(?i:{_EN_WORDS})|我叫|姓名|联系人|收件人|收货人",
    pattern=re.compile(
        rf"(?:(?i:{_EN_WORDS})|我叫|姓名|联系人|收件人|收货人)[\s:是为]{{0,3}}(?P<value>{_PART}(?:['’-][A-ZÀ-Þ]?[a-zß-ÿ]+)?"
        rf"(?: (?:[A-ZÀ-Þ]\.|(?:Ma?c|O['’])?{_PART}(?:-{_PART})?)){{0,3}})",
        re.ASCII,
    ),
)

# Commonest first names of English-speaking countries that are no ordinary words.
_FIRST = (
    "James|Robert|John|Michael|David|William|Richard|Joseph|Thomas|Christopher|Charles|Daniel|Matthew|Anthony|Donald|Steven|Andrew|Paul|Joshua"
    "|Kenneth|Kevin|Brian|Timothy|Ronald|George|Jason|Edward|Jeffrey|Ryan|Jacob|Nicholas|Gary|Eric|Jonathan|Stephen|Larry|Justin|Scott|Brandon"
    "|Benjamin|Samuel|Gregory|Alexander|Patrick|Raymond|Dennis|Jerry|Tyler|Aaron|Jose|Adam|Nathan|Henry|Zachary|Douglas|Peter|Kyle|Noah|Ethan"
    "|Jeremy|Walter|Keith|Roger|Terry|Sean|Gerald|Carl|Dylan|Harold|Jordan|Jesse|Bryan|Lawrence|Arthur|Gabriel|Bruce|Logan|Billy|Joe|Alan|Juan"
    "|Elijah|Willie|Albert|Wayne|Randy|Vincent|Liam|Roy|Ralph|Bobby|Russell|Bradley|Philip|Eugene|Oliver|Lucas|Harry|Oscar|Hugo|Simon|Martin"
    "|Graham|Nigel|Ian|Colin|Stuart|Mary|Patricia|Jennifer|Linda|Elizabeth|Barbara|Susan|Jessica|Karen|Sarah|Lisa|Nancy|Sandra|Betty|Ashley"
    "|Emily|Kimberly|Margaret|Donna|Michelle|Carol|Amanda|Melissa|Deborah|Stephanie|Rebecca|Sharon|Laura|Cynthia|Dorothy|Amy|Kathleen|Angela"
    "|Shirley|Emma|Brenda|Pamela|Nicole|Anna|Samantha|Katherine|Christine|Debra|Rachel|Carolyn|Janet|Maria|Olivia|Heather|Helen|Catherine|Diane"
    "|Julie|Victoria|Joyce|Lauren|Kelly|Christina|Ruth|Joan|Virginia|Judith|Evelyn|Hannah|Andrea|Megan|Cheryl|Jacqueline|Madison|Teresa|Abigail"
    "|Sophia|Martha|Sara|Gloria|Janice|Kathryn|Ann|Isabella|Judy|Charlotte|Julia|Grace|Amber|Alice|Jean|Denise|Frances|Danielle|Marilyn|Natalie"
    "|Beverly|Diana|Brittany|Theresa|Kayla|Alexis|Doris|Lori|Tiffany|Fiona|Chloe|Lucy|Claire|Eleanor|Gillian|Hazel"
)

COMMON = Recogniser(
    label="NAME",
    kind="name",
    hint=rf"\b(?:{_FIRST}) [A-ZÀ-Þ]",
    pattern=re.compile(rf"\b(?:{_FIRST})(?: [A-Z]\.)?(?: (?:Ma?c|O['’])?{_PART}(?:-{_PART})?){{1,2}}(?![A-Za-z])"),
)
