"""Invented identities of every kind in sentences, clean and disguised, and numbers that are nobody's.

Valid numbers are drawn until their check digits are right, so that they say
nothing of how a recogniser finds them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from moushi.trust.recognisers import national_asia, national_east, national_english, national_north, national_west, permit
from moushi.trust.recognisers.base import luhn
from moushi.trust.recognisers.iban import LENGTHS, is_iban
from moushi.trust.recognisers.resident_id import check_character

Chance = random.Random
Make = Callable[[Chance], str]


class Kind(NamedTuple):
    """What is planted: how it is made, the sentences it stands in, whether check digits tell it."""

    label: str
    make: Make
    zh: tuple[str, ...]
    en: tuple[str, ...]
    checked: bool = False
    number: bool = False


class Planted(NamedTuple):
    """A text and what was planted in it."""

    kind: str
    text: str
    secret: str
    start: int
    label: str


def digits(chance: Chance, count: int, first: str = "0123456789") -> str:
    """Return random digits."""
    return chance.choice(first) + "".join(chance.choice("0123456789") for _ in range(count - 1))


def _day(chance: Chance) -> date:
    return date(1945, 1, 1) + timedelta(days=chance.randrange(23_000))


def _until(valid: Callable[[str], bool], draw: Make) -> Make:
    def make(chance: Chance) -> str:
        while True:
            number = draw(chance)
            if valid(number):
                return number

    return make


_REGIONS = (
    "110105",
    "310104",
    "440305",
    "510107",
    "330106",
    "420111",
    "610113",
    "350203",
    "210102",
    "130102",
    "652801",
    "532301",
    "810000",
    "830000",
)


def resident_id(chance: Chance) -> str:
    """Return a resident identity number."""
    first = f"{chance.choice(_REGIONS)}{_day(chance):%Y%m%d}{chance.randrange(1000):03d}"
    return first + check_character(first)


def card(chance: Chance) -> str:
    """Return a number of a bank card, of mainland banks or of the world's schemes."""
    start, length = chance.choice(
        [("622202", 19), ("621700", 19), ("622848", 19), ("4", 16), ("51", 16), ("37", 15), ("625955", 16), ("6011", 16)]
    )
    body = start + digits(chance, length - 1 - len(start))
    return next(body + last for last in "0123456789" if luhn(body + last))


def iban(chance: Chance) -> str:
    """Return an IBAN of a country whose accounts are digits."""
    country = chance.choice(["DE", "ES", "PT", "PL", "BE", "AT", "DK", "HU"])
    account = digits(chance, LENGTHS[country] - 4)
    return next(number for check in range(2, 99) if is_iban(number := f"{country}{check:02d}{account}"))


def _letters(chance: Chance, count: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> str:
    return "".join(chance.choice(alphabet) for _ in range(count))


def _dated(form: str, rest: int) -> Make:
    return lambda chance: f"{_day(chance):{form}}" + digits(chance, rest)


def _codice(chance: Chance) -> str:
    head = f"{_letters(chance, 6)}{chance.randrange(100):02d}{chance.choice('ABCDEHLMPRST')}{chance.randrange(1, 29):02d}{chance.choice('ABCDEFGHL')}"
    return head + digits(chance, 3) + _letters(chance, 1)


def _finnish(chance: Chance) -> str:
    return f"{_day(chance):%d%m%y}-{digits(chance, 3)}{chance.choice('0123456789ABCDEFHJKLMNPRSTUVWXY')}"


def _ip(chance: Chance) -> str:
    return (
        ".".join(str(chance.randrange(1, 255)) for _ in range(4))
        if chance.random() < 0.6
        else f"2001:db8:{chance.randrange(9999):x}::{chance.randrange(9999):x}"
    )


def _secret(chance: Chance) -> str:
    start = chance.choice(["sk-", "ghp_", "AKIA"])
    return start + _letters(chance, 16 if start == "AKIA" else 36)


_SURNAMES = (
    "王李张刘陈杨赵周吴徐孙朱林郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛潘杜戴钟汪任姜范廖邹熊陆郝孔崔康邱秦顾侯邵孟"
)
_GIVEN = "翀垚堃骎骐翾翯祎祺璟琬犇赟昶晟懿珩甯霓蕤蓁建国志强晓燕文静雅婷浩然子涵梓萱欣怡宇轩嘉豪诗雨美玲振华桂兰秀英德明海涛永康"
_FIRST = (
    "Thessaly",
    "Corwin",
    "Isolde",
    "Evander",
    "Ottoline",
    "Lysander",
    "Calixta",
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "Michael",
    "Linda",
)
_LAST = (
    "Quillfeather",
    "Brackenthorpe",
    "Wolstonbury",
    "Umberlake",
    "Vandersloot",
    "Hawksmoor",
    "Smith",
    "Johnson",
    "Nettlecombe",
    "Tamblyn",
)


def chinese_name(chance: Chance) -> str:
    """Return a Chinese name of two or three characters."""
    return chance.choice(_SURNAMES) + "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2))))


def english_name(chance: Chance) -> str:
    """Return a first and a last name."""
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _address(chance: Chance) -> str:
    place = chance.choice(
        ["广东省深圳市南山区", "浙江省杭州市西湖区", "四川省成都市锦江区", "上海市徐汇区", "江苏省南京市鼓楼区", "湖北省武汉市洪山区"]
    )
    road = chance.choice(["翠屏路", "望江西路", "锦绣大道", "梧桐街", "凤凰北路", "人民南路"])
    return (
        f"{place}{road}{chance.randrange(1, 999)}号{chance.randrange(1, 30)}栋{chance.randrange(1, 5)}单元{chance.randrange(101, 2999)}室"
    )


def _street(chance: Chance) -> str:
    street = chance.choice(["Larkspur Hollow Lane", "Old Quarry Road", "Tanglewood Avenue", "Cobbler Street", "Mossy Bank Drive"])
    return f"{chance.randrange(1, 9999)} {street}, Apt {chance.randrange(1, 99)}, Springfield, IL {chance.randrange(60000, 62999)}"


def _announced(zh: str, en: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (f"请登记，{zh}：{{}}，谢谢", f"资料里写的{zh} {{}}不对，请改一下"), (
        f"For the record, {en}: {{}}.",
        f"My {en} is {{}}, please update it.",
    )


_PLAIN_ZH = ("请用{}办理，谢谢", "我的是{}，你核对一下", "发错了：{}", "{}，麻烦看下")
_PLAIN_EN = ("Please use {} for this.", "Mine is {}, can you check?", "It says {} on the form", "{} - please confirm")
_NATIONAL: tuple[tuple[str, Make, str, str, bool], ...] = (
    ("DE tax", _until(national_west.is_german, lambda c: digits(c, 11, "123456789")), "德国税号 Steuer-ID", "Steuer-ID", True),
    ("AT insurance", _until(national_west.is_austrian, lambda c: digits(c, 4, "123456789") + f"{_day(c):%d%m%y}"), "奥地利 SVNR", "Sozialversicherungsnummer", True),
    ("CH insurance", _until(national_west.is_swiss, lambda c: "756" + digits(c, 10)), "", "", True),
    ("FR insurance", _until(national_west.is_french, lambda c: f"{c.choice('12')}{_day(c):%y%m}{c.randrange(1, 95):02d}" + digits(c, 8)), "", "", True),
    ("BE national", _until(national_west.is_belgian, lambda c: f"{_day(c):%y%m%d}" + digits(c, 5)), "比利时 rijksregisternummer", "rijksregisternummer", True),
    ("NL citizen", _until(national_west.is_dutch, lambda c: digits(c, 9, "123456789")), "荷兰 BSN", "BSN", True),
    ("LU national", _until(national_west.is_luxembourgish, _dated("%Y%m%d", 5)), "卢森堡 matricule", "matricule", True),
    ("IE public", _until(national_west.is_irish, lambda c: digits(c, 7) + _letters(c, 1, "WABCDEFGHIJKLMNOPQRSTUV")), "爱尔兰 PPS", "PPS number", True),
    ("ES national", _until(national_west.is_spanish, lambda c: digits(c, 8) + _letters(c, 1, "TRWAGMYFPDXBNJZSQVHLCKE")), "西班牙 DNI", "DNI", True),
    ("ES foreigner", _until(national_west.is_spanish, lambda c: c.choice("XYZ") + digits(c, 7) + _letters(c, 1, "TRWAGMYFPDXBNJZSQVHLCKE")), "", "", True),
    ("PT tax", _until(national_west.is_portuguese, lambda c: digits(c, 9, "123456789")), "葡萄牙 NIF", "NIF", True),
    ("IT fiscal", _until(national_west.is_italian, _codice), "", "", True),
    ("GR insurance", _until(national_west.is_greek, _dated("%d%m%y", 5)), "希腊 AMKA", "AMKA", True),
    ("SE personal", _until(national_north.is_swedish, _dated("%y%m%d", 4)), "瑞典 personnummer", "personnummer", True),
    ("NO birth", _until(national_north.is_norwegian, _dated("%d%m%y", 5)), "挪威 fødselsnummer", "fødselsnummer", True),
    ("DK personal", _dated("%d%m%y", 4), "丹麦 CPR", "CPR", False),
    ("FI personal", _until(national_north.is_finnish, _finnish), "", "", True),
    ("EE, LT personal", _until(national_north.is_baltic, lambda c: c.choice("34") + f"{_day(c):%y%m%d}" + digits(c, 4)), "爱沙尼亚 isikukood", "isikukood", True),
    ("LV personal", _until(national_north.is_latvian, _dated("%d%m%y", 5)), "拉脱维亚 personas kods", "personas kods", True),
    ("PL personal", _until(national_east.is_polish, _dated("%y%m%d", 5)), "波兰 PESEL", "PESEL", True),
    ("CZ, SK birth", _until(national_east.is_czech, _dated("%y%m%d", 4)), "捷克 rodné číslo", "rodné číslo", True),
    ("HU insurance", _until(national_east.is_hungarian, lambda c: digits(c, 9)), "匈牙利 TAJ", "TAJ", True),
    ("RO personal", _until(national_east.is_romanian, lambda c: c.choice("12") + f"{_day(c):%y%m%d}" + digits(c, 6)), "罗马尼亚 CNP", "CNP", True),
    ("BG citizen", _until(national_east.is_bulgarian, _dated("%y%m%d", 4)), "保加利亚 EGN", "EGN", True),
    ("HR personal", _until(national_west.mod_11_10, lambda c: digits(c, 11)), "克罗地亚 OIB", "OIB", True),
    ("SI citizen", _until(national_east.is_slovene, lambda c: (d := _day(c)) and f"{d:%d%m}{d.year % 1000:03d}" + digits(c, 6)), "斯洛文尼亚 EMŠO", "EMŠO", True),
    ("JP my number", _until(national_asia.is_japanese, lambda c: digits(c, 12)), "マイナンバー", "My Number", True),
    ("KR resident", _until(lambda n: national_asia.is_korean(n.replace("-", "")), lambda c: f"{_day(c):%y%m%d}-{c.choice('12')}" + digits(c, 6)), "", "", True),
    ("US ITIN", lambda c: f"9{digits(c, 2)}-{c.choice(['50', '65', '70', '88', '94'])}-{digits(c, 4)}", "", "", False),
    ("US EIN", lambda c: f"{c.choice(['12', '45', '83'])}-{digits(c, 7)}", "美国 EIN", "EIN", False),
    ("GB insurance", lambda c: f"{c.choice(['AB', 'CE', 'JX'])} {digits(c, 2)} {digits(c, 2)} {digits(c, 2)} {c.choice('ABCD')}", "英国国民保险 NINO", "national insurance number", False),
    ("GB patient", _until(national_english.is_patient, lambda c: digits(c, 10, "123456789")), "英国 NHS", "NHS number", True),
    ("HK identity", _until(lambda n: permit.is_hong_kong(n.replace("(", "").replace(")", "")), lambda c: f"{_letters(c, 1)}{digits(c, 6)}({c.choice('0123456789A')})"), "", "", True),
    ("TW identity", _until(permit.is_taiwan, lambda c: _letters(c, 1) + c.choice("12") + digits(c, 8)), "", "", True),
)  # fmt: skip


def _kinds() -> dict[str, Kind]:
    kinds = {
        "resident id": Kind("ID", resident_id, ("身份证号{}", "{}是我的证件号码", *_PLAIN_ZH), ("Chinese ID card {}", *_PLAIN_EN), True, True),
        "bank card": Kind("CARD", card, ("退到银行卡{}吧", "卡号：{}", *_PLAIN_ZH), ("Refund to card {}", *_PLAIN_EN), True, True),
        "IBAN": Kind("IBAN", iban, ("账户 {}，德国的", *_PLAIN_ZH), ("IBAN: {}", *_PLAIN_EN), True),
        "mobile": Kind("PHONE", lambda c: f"1{c.choice(['38', '59', '77', '86', '91'])}{digits(c, 8)}", ("打我手机{}", "电话{}，下午在", *_PLAIN_ZH), ("call {}", *_PLAIN_EN), False, True),
        "landline": Kind("PHONE", lambda c: f"{c.choice(['010', '021', '0755', '0571'])}-{c.choice('2568')}{digits(c, 7)}", ("座机{}", *_PLAIN_ZH), ("office {}", *_PLAIN_EN)),
        "phone abroad": Kind("PHONE", lambda c: c.choice([f"+44 20 7{digits(c, 3)} {digits(c, 4)}", f"+1 650 253 {digits(c, 4)}", f"+49 30 {digits(c, 6, '123456789')}", f"+81 3-{digits(c, 4, '3456')}-{digits(c, 4)}"]), _PLAIN_ZH, _PLAIN_EN),
        "e-mail": Kind("EMAIL", lambda c: f"q{_letters(c, 5).lower()}{digits(c, 3)}@{c.choice(['qq.com', '163.com', 'example.co.uk', 'gmail.com'])}", _PLAIN_ZH, _PLAIN_EN),
        "SSN": Kind("SSN", lambda c: f"{c.randrange(100, 665)}-{c.randrange(10, 99)}-{c.randrange(1000, 9999)}", _PLAIN_ZH, _PLAIN_EN),
        "passport": Kind("PASSPORT", lambda c: f"E{c.choice('ABCD')}{digits(c, 7)}", ("护照{}", *_PLAIN_ZH), ("passport no. {}", *_PLAIN_EN)),
        "permit": Kind("PERMIT", lambda c: f"{c.choice('HM')}{digits(c, 8)}", ("回乡证{}", *_PLAIN_ZH), ("home return permit {}", *_PLAIN_EN)),
        "plate": Kind("PLATE", lambda c: c.choice([f"粤B{digits(c, 5)}", f"京A·{digits(c, 4)}{_letters(c, 1, 'ABCDE')}", f"沪AD{digits(c, 5)}"]), ("车牌{}", *_PLAIN_ZH), _PLAIN_EN),
        "WeChat": Kind("WECHAT", lambda c: f"wx_{_letters(c, 5).lower()}{digits(c, 3)}", ("加微信{}", "vx：{}", "微信号{}，聊"), ("wechat: {}", "my wechat id is {}")),
        "QQ": Kind("QQ", lambda c: digits(c, 9, "123456789"), ("QQ：{}", "加扣扣{}"), ("QQ {}", "qq number: {}")),
        "Weibo": Kind("WEIBO", lambda c: f"xy{_letters(c, 6).lower()}{digits(c, 2)}", ("微博号：{}", "微博@{}"), ("weibo: {}", "my weibo is {}")),
        "name zh": Kind("NAME", chinese_name, ("收件人：{}，急", "我叫{}，昨天下的单", "联系人{}，电话稍后给", "请联系{}处理", "客服{}态度很好", "寄给{}吧，他在公司"), ("Please ask {} about it", "recipient: {}")),
        "name en": Kind("NAME", english_name, ("联系人 {}，谢谢", "我叫{}"), ("My name is {} and I need help.", "Dear {}, thanks.", "Please ship to: {}", "Regards,\n{}", "I spoke with {} yesterday.")),
        "address zh": Kind("ADDRESS", _address, ("地址：{}", "寄到{}谢谢", "我住{}", "{}，放门口"), ("Ship to {}",)),
        "address en": Kind("ADDRESS", _street, ("地址 {}",), ("I live at {}.", "Ship to {}", "{} is my address")),
        "date of birth": Kind("BIRTH", lambda c: f"{_day(c):%Y}年{_day(c).month}月{_day(c).day}日" if c.random() < 0.5 else f"{_day(c):%Y-%m-%d}", ("出生日期：{}", "生日{}"), ("date of birth: {}", "DOB {}", "I was born on {}")),
        "IP": Kind("IP", _ip, ("登录IP {}", *_PLAIN_ZH), ("from {}", *_PLAIN_EN)),
        "secret": Kind("SECRET", _secret, _PLAIN_ZH, _PLAIN_EN),
        "secret in URL": Kind("SECRET", lambda c: _letters(c, 20).lower(), ("打开https://shop.example/pay?id=7&token={} 付款",), ("see https://shop.example/a?access_token={}&x=1",)),
        "password": Kind("SECRET", lambda c: f"x{digits(c, 5)}Z", ("密码是{}", "登录密码：{}"), ("password: {}",)),
    }  # fmt: skip
    for name, make, zh, en, checked in _NATIONAL:
        places = _announced(zh, en) if zh else (_PLAIN_ZH, _PLAIN_EN)
        label = "PERMIT" if name[:2] in ("HK", "TW") else "ID"
        kinds[name] = Kind(label, make, *places, checked)
    return kinds


KINDS = _kinds()
_KEYCAP = "\ufe0f\u20e3"
DISGUISES: dict[str, Callable[[Chance, str], str]] = {
    "full width": lambda _, number: "".join(chr(ord(d) + 0xFEE0) for d in number),
    "blanks": lambda _, number: " ".join(number),
    "dots": lambda _, number: ".".join(number),
    "zero width": lambda chance, number: "".join(d + chance.choice(["\u200b", "\u2060", ""]) for d in number[:-1]) + number[-1],
    "circles": lambda _, number: "".join(chr(0x2460 + int(d) - 1) if d in "123456789" else d for d in number),
    "keycaps": lambda _, number: "".join(d + _KEYCAP if d.isdigit() else d for d in number),
    "number words": lambda _, number: "".join("零一二三四五六七八九"[int(d)] if d.isdigit() else d for d in number),
    "mixed words": lambda chance, number: "".join(
        "零幺二三四五六七八九"[int(d)] if d.isdigit() and chance.random() < 0.5 else d for d in number
    ),
    "capital words": lambda _, number: "".join("零壹贰叁肆伍陆柒捌玖"[int(d)] if d.isdigit() else d for d in number),
    "line breaks": lambda _, number: (
        number[:4] + "\n" + number[4:8] + "\n" + number[8:] if len(number) > 11 else number[:3] + "\n" + number[3:7] + "\n" + number[7:]
    ),
    "stars": lambda _, number: "*".join(number),
}


def plant(kind: str, chance: Chance, language: str, disguise: str | None = None) -> Planted:
    """Put one identity into a sentence."""
    what = KINDS[kind]
    secret = what.make(chance)
    if disguise is not None:
        secret = DISGUISES[disguise](chance, secret)
    frame = chance.choice(what.zh if language == "zh" else what.en)
    before, after = frame.split("{}")
    return Planted(kind if disguise is None else f"{kind}, {disguise}", before + secret + after, secret, len(before), what.label)


def texts(seed: int, count: int) -> list[Planted]:
    """Return `count` texts: every kind in both languages in turn, and the numbers in every disguise."""
    chance = random.Random(seed)
    plain = [(kind, language, None) for kind in KINDS for language in ("zh", "en")]
    numbers = [kind for kind, what in KINDS.items() if what.number]
    hidden = [(kind, language, disguise) for kind in numbers for language in ("zh", "en") for disguise in DISGUISES]
    cases = [*plain, *hidden]
    return [plant(kind, chance, language, disguise) for kind, language, disguise in (cases[place % len(cases)] for place in range(count))]


_NOBODY_ZH = (
    "订单号{}，怎么还没到",
    "运单{}没更新",
    "商品编号{}",
    "价格{}元",
    "型号{}很好用",
    "总共{}件",
    "序列号：{}",
    "{}这个款式",
    "流水号{}已退",
)
_NOBODY_EN = (
    "Order {} has not arrived",
    "tracking number {}",
    "item no. {}",
    "price {}",
    "model {} works fine",
    "{} units",
    "serial: {}",
    "the {} is out",
    "ref {}",
)


def nobody(chance: Chance) -> str:
    """Return a sentence with a number that is nobody's: orders, parcels, articles, prices, dates, versions, bare runs."""
    number = chance.choice(_NUMBERS)(chance)
    return chance.choice(_NOBODY_ZH if chance.random() < 0.5 else _NOBODY_EN).replace("{}", number)


def _ean(chance: Chance) -> str:
    body = chance.choice(["690", "692", "400", "978"]) + digits(chance, 9)
    return body + str(-sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(body)) % 10)


_NUMBERS: tuple[Make, ...] = (
    lambda c: digits(c, c.randrange(5, 11)),
    lambda c: digits(c, c.randrange(12, 21)),
    lambda c: f"2024{c.randrange(1, 13):02d}{c.randrange(1, 29):02d}{digits(c, 10)}",
    lambda c: f"{c.randrange(1, 9999)}.{digits(c, 2)}",
    lambda c: f"SF{digits(c, 13)}",
    lambda c: f"{_letters(c, 2)}-{digits(c, 4)}{_letters(c, 1)}",
    _ean,
    lambda c: f"2024-{c.randrange(1, 13):02d}-{c.randrange(1, 29):02d} {c.randrange(24):02d}:{c.randrange(60):02d}:{c.randrange(60):02d}",
    lambda c: f"v{c.randrange(9)}.{c.randrange(20)}.{c.randrange(99)}.{c.randrange(999)}",
    lambda c: f"{digits(c, 3)}-{digits(c, 7)}-{digits(c, 7)}",
    lambda c: f"{c.randrange(18, 32)}.{digits(c, 6)},{c.randrange(100, 125)}.{digits(c, 6)}",
    lambda c: f"{_letters(c, 1)}{digits(c, 8)}",
    lambda c: " ".join(str(c.randrange(30, 50)) for _ in range(6)),
    lambda c: f"1{digits(c, 12)}",
)  # fmt: skip
