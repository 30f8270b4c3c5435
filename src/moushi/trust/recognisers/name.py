"""Names of people after the words that announce them, such as 收件人 or "my name is"."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄"
)
_ZH_WORDS = "收件人|收货人|联系人|收款人|寄件人|姓名|户名|名字叫?|真名|我叫|本人叫"
_ZH_NEXT = "电话|手机|地址|先生|女士|小姐|同学|老师|微信|身份证|邮箱|收$|收[^到]|的|[^\u4e00-\u9fff]|$"
_EN_WORDS = (
    r"\b(?:my name is|(?:first |last |full |customer |contact )?name ?:|contact person:?|recipient:|attn:?"
    r"|(?:best |kind )?regards,|sincerely,|ship to:?|deliver to:?)"
)
_PART = r"[A-ZÀ-Þ][a-zß-ÿ]+"

CHINESE = Recogniser(
    label="NAME",
    kind="name",
    hint=_ZH_WORDS,
    pattern=re.compile(
        rf"(?:{_ZH_WORDS})[ :是为]{{0,3}}(?P<value>(?:欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|[{_SURNAMES}])"
        rf"[\u4e00-\u9fff]{{1,2}}?)(?={_ZH_NEXT})"
    ),
)

ENGLISH = Recogniser(
    label="NAME",
    kind="name",
    hint=rf"(?i:{_EN_WORDS})",
    pattern=re.compile(
        rf"(?i:{_EN_WORDS})\s{{0,3}}(?P<value>{_PART}(?:['’-][A-ZÀ-Þ]?[a-zß-ÿ]+)?"
        rf"(?: (?:[A-ZÀ-Þ]\.|(?:Ma?c|O['’])?{_PART}(?:-{_PART})?)){{0,3}})",
        re.ASCII,
    ),
)
