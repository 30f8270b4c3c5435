"""Dates of birth after the words that announce one; any other date is nobody's own."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_WORDS = (
    r"(?:出生(?:日期|年月日?|于)?|生日|生于|诞辰|(?i:\b(?:date of birth|birth ?date|birthday|born(?: on| in)?|d\.?o\.?b\.?)"
    r"|\b(?:geburtsdatum|geboren am|fecha de nacimiento|date de naissance|data di nascita|geboortedatum)\b))"
)
_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]|20)\d\d"
_MONTH_NUMBER = "(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_HAN_YEAR = "[一二三四五六七八九零〇○]{4}|[一二三四五六七八九零〇○]{2}"
_HAN_PART = "[一二三四五六七八九十廿初]{1,3}"
_DATE = (
    rf"(?:{_YEAR}(?:[-./年 ] ?{_MONTH_NUMBER}(?:[-./月 ] ?{_DAY}[日号]?)?月?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    rf"|{_DAY}[-./ ]{_DAY}[-./ ](?:{_YEAR}|\d\d)|\d\d年{_MONTH_NUMBER}月(?:{_DAY}[日号])?|{_MONTH_NUMBER}月{_DAY}[日号]"
    rf"|{_DAY}(?:st|nd|rd|th)?(?: of)? {_MONTH},? {_YEAR}|{_MONTH} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}"
    rf"|(?:{_HAN_YEAR})年{_HAN_PART}月(?:{_HAN_PART}[日号])?)"
)

RECOGNISER = Recogniser(
    label="BIRTH",
    kind="birth",
    hint=rf"(?:{_WORDS})",
    pattern=re.compile(rf"{_WORDS}[ :,;是为在]{{0,4}}(?:is |was )?(?:the )?(?P<value>{_DATE})(?!\d)", re.ASCII),
    stems=(
        "生",
        "诞辰",
        "birth",
        "born",
        "d.o.b",
        "dob",
        "d.ob",
        "do.b",
        "geburt",
        "geboren",
        "nacimiento",
        "naissance",
        "nascita",
        "geboorte",
    ),
)

CHINESE = Recogniser(
    label="BIRTH",
    kind="birth",
    hint=r"[日月年]出?生",
    pattern=re.compile(r"(?P<value>(?:19|20)\d\d年(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12]\d|0?[1-9])[日号])?)(?=出?生(?!产|效))", re.ASCII),
    stems=("出生", "生"),
    digits=5,
)
