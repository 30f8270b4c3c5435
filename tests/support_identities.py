"""Invented people, Chinese and English, planted in data so that a test can look for traces of them.

`plant(seed)` makes them, `secrets(people)` gives every string of theirs that may
appear nowhere but in the vault.  Names are built from rare parts so that no
ordinary word of a test's other data contains them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from moushi.trust.recognisers.bank_card import is_card
from moushi.trust.recognisers.resident_id import check_character

_ZH_SURNAMES = ("欧阳", "司徒", "皇甫", "尉迟", "令狐", "慕容", "上官", "诸葛")
_ZH_GIVEN = ("翀翮", "垚堃", "骎骐", "翾翯", "祎祺", "璟琬", "犇骉", "赟斌", "昶晟", "懿珩", "甯霓", "蕤蓁")
_EN_FIRST = ("Thessaly", "Corwin", "Isolde", "Evander", "Peregrine", "Ottoline", "Lysander", "Calixta", "Bartholomew", "Seraphina")
_EN_LAST = (
    "Quillfeather",
    "Brackenthorpe",
    "Wolstonbury",
    "Featherstonhaugh",
    "Umberlake",
    "Vandersloot",
    "Zellweiger",
    "Hawksmoor",
    "Nettlecombe",
    "Tamblyn",
)
_ZH_ROADS = ("翠屏路", "望江西路", "锦绣大道", "梧桐街", "凤凰北路")
_ZH_PLACES = ("广东省深圳市南山区", "浙江省杭州市西湖区", "四川省成都市锦江区", "上海市徐汇区", "江苏省南京市鼓楼区")
_EN_STREETS = ("Larkspur Hollow Lane", "Old Quarry Road", "Tanglewood Avenue", "Cobbler Street", "Mossy Bank Drive")
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Identity:
    """One invented person."""

    language: str
    name: str
    phone: str
    email: str
    national_id: str
    card: str
    address: str
    plate: str
    wechat: str
    qq: str
    passport: str
    account: str

    def row(self) -> dict[str, str]:
        """Return the person as a row of an export, under headers of their language."""
        if self.language == "zh":
            heads = ("收货人姓名", "联系手机", "电子邮箱", "身份证号", "银行卡号", "收货地址", "买家会员名")
        else:
            heads = ("Customer Name", "Phone", "Email Address", "SSN", "Card Number", "Shipping Address", "Customer ID")
        values = (self.name, self.phone, self.email, self.national_id, self.card, self.address, self.account)
        return dict(zip(heads, values, strict=True))

    def sentences(self) -> list[str]:
        """Return what the person might write into a review or a chat."""
        if self.language == "zh":
            return [
                f"质量太差了,请打我电话{self.phone},或者加微信:{self.wechat},急!",
                f"收件人:{self.name},电话:{self.phone},地址:{self.address}。改一下地址",
                f"退款打到{self.card},身份证{self.national_id},邮箱{self.email}谢谢",
                f"我的QQ是{self.qq},车牌{self.plate},放门卫就行,护照号{self.passport}",
                f"手机{_wide(self.phone)}打不通就打+86 {self.phone[:3]}-{self.phone[3:7]}-{self.phone[7:]}",
            ]
        return [
            f"Terrible quality. Call me at {self.phone} or write to {self.email}!",
            f"My name is {self.name} and I live at {self.address}. Please send it again.",
            f"Refund to card {self.card}, SSN {self.national_id}, passport no. {self.passport}.",
            f"wechat: {self.wechat}, QQ {self.qq}",
            f"My e-mail is <{self.email.upper()}>, card {' '.join(self.card[i : i + 4] for i in range(0, 16, 4))}.",
        ]


def plant(seed: int, count: int = 200) -> list[Identity]:
    """Return `count` invented people, half of them Chinese; the same seed, the same people."""
    chance = random.Random(seed)
    return [_chinese(chance, place) if place % 2 == 0 else _english(chance, place) for place in range(count)]


def secrets(people: list[Identity]) -> list[str]:
    """Return every string that must appear nowhere outside the vault, in each written form used."""
    found: set[str] = set()
    for person in people:
        found |= {person.name, person.phone, person.email, person.email.upper(), person.national_id, person.card, person.address}
        found |= {person.plate, person.wechat, person.qq, person.passport, person.account}
        found |= {" ".join(person.card[i : i + 4] for i in range(0, 16, 4))}
        if person.language == "zh":
            found |= {_wide(person.phone), f"{person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}"}
    return sorted(found)


def _chinese(chance: random.Random, place: int) -> Identity:
    return Identity(
        language="zh",
        name=chance.choice(_ZH_SURNAMES) + chance.choice(_ZH_GIVEN),
        phone=f"1{chance.choice('3578')}{chance.randrange(10**9):09d}",
        email=f"qx{place}z{chance.randrange(10**6):06d}@{chance.choice(['qq.com', '163.com', 'example.cn'])}",
        national_id=resident_id(chance),
        card=card(chance, "622202"),
        address=f"{chance.choice(_ZH_PLACES)}{chance.choice(_ZH_ROADS)}{chance.randrange(100, 999)}号"
        f"{chance.randrange(1, 30)}栋{chance.randrange(101, 2999)}室",
        plate=f"粤{chance.choice(_PLATE_LETTERS)}{chance.randrange(10**5):05d}",
        wechat=f"wxid_{chance.randrange(36**6):x}k{place}",
        qq=str(chance.randrange(10**8, 10**9)),
        passport=f"E{chance.randrange(10**8):08d}",
        account=f"tb{chance.randrange(10**9):09d}_{place}",
    )


def _english(chance: random.Random, place: int) -> Identity:
    first, last = chance.choice(_EN_FIRST), chance.choice(_EN_LAST)
    return Identity(
        language="en",
        name=f"{first} {last}",
        phone=f"({chance.randrange(201, 989)}) {chance.randrange(200, 999)}-{chance.randrange(10**4):04d}",
        email=f"{first.lower()}.{last.lower()}{place}@example.com",
        national_id=f"{chance.randrange(1, 665):03d}-{chance.randrange(1, 99):02d}-{chance.randrange(1, 9999):04d}",
        card=card(chance, "4539"),
        address=f"{chance.randrange(1, 9999)} {chance.choice(_EN_STREETS)}, Apt {chance.randrange(1, 99)}, "
        f"Springfield, IL {chance.randrange(60000, 62999)}",
        plate=f"粤{chance.choice(_PLATE_LETTERS)}{chance.randrange(10**5):05d}",
        wechat=f"{first.lower()[:8]}_{last.lower()[:6]}{place}",
        qq=str(chance.randrange(10**8, 10**9)),
        passport=f"X{chance.randrange(10**7):07d}",
        account=f"user-{chance.randrange(10**9):09d}-{place}",
    )


def resident_id(chance: random.Random) -> str:
    """Return an 18-character resident identity number with a right check character."""
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(15_000))
    first = f"{chance.choice([110105, 310104, 440305, 510107])}{born:%Y%m%d}{chance.randrange(1000):03d}"
    return first + check_character(first)


def card(chance: random.Random, start: str) -> str:
    """Return a 16-digit card number that begins with `start` and has a right check digit."""
    body = start + "".join(chance.choice("0123456789") for _ in range(15 - len(start)))
    return next(body + digit for digit in "0123456789" if is_card(body + digit))


def _wide(text: str) -> str:
    """Return digits in full width."""
    return "".join(chr(ord(character) + 0xFEE0) if character.isdigit() else character for character in text)
