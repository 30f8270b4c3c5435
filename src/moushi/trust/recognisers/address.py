"""Postal addresses down to a house number, Chinese and English."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_HAN = "[\u4e00-\u9fff]"
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃"
    "|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_ZH_WORDS = "地址|住址|寄到|送到|发到|快递到|住在|家住"
# What numbers a door: without one, "微信号" would be part of an address.
_NUMBERED = "(?<=[0-9A-Za-z一二三四五六七八九十东南西北中甲乙丙丁])[号栋幢座楼层室户]"
_DOOR = rf"(?:[ ,-]?(?:{_HAN}|[A-Za-z0-9]){{0,14}}?(?:号楼|小区|花园|公寓|大厦|单元|[苑府]|{_NUMBERED}))"

CHINESE = Recogniser(
    label="ADDRESS",
    kind="address",
    hint=rf"[路街巷弄村道镇同里园区]{_HAN}{{0,12}} ?[0-9A-Za-z-]{{1,8}} ?[号弄栋幢座]",
    pattern=re.compile(
        rf"(?:(?:{_ZH_WORDS})[ :是为在]{{0,3}}|(?<!位于)(?={_PROVINCES}))"
        rf"(?P<value>(?:{_HAN}|[0-9 ]){{2,40}}?[路街巷弄村道镇同里园区]{_HAN}{{0,12}}"
        rf" ?[0-9A-Za-z-]{{1,8}} ?[号弄栋幢座](?!线|地铁|出口|口){_DOOR}{{0,6}})",
        re.ASCII,
    ),
    digits=1,
)

_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Close|Crescent"
    r"|Highway|Hwy|Parkway|Pkwy|Square|Sq)\b\.?"
)

ENGLISH = Recogniser(
    label="ADDRESS",
    kind="address",
    hint=rf"\d[A-Za-z]? (?:[A-Z0-9][A-Za-z0-9.'-]* ){{1,4}}{_STREET}",
    pattern=re.compile(
        rf"(?<![\w.$£€-])\d{{1,5}}[A-Za-z]? (?:[A-Z0-9][A-Za-z0-9.'-]{{0,20}} ){{1,4}}{_STREET}"
        r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\.? ?#?[A-Za-z0-9-]{1,6})?"
        r"(?:, ?[A-Z][A-Za-z.'-]{1,20}(?: [A-Z][A-Za-z.'-]{1,20}){0,3})?(?:,? [A-Z]{2}\b)?"
        r"(?: \d{5}(?:-\d{4})?\b)?(?:,? [A-Z]{1,2}\d[A-Z0-9]? \d[A-Z]{2}\b)?",
        re.ASCII,
    ),
    digits=1,
)
