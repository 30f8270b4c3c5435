"""Reads numbers and money as people write them: signs, thousands, decimal comma, percent, accounting negatives."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

_WIDE = pa.decimal128(38, 18)
_PLAIN = r"^[+-]?\d{1,14}(?:\.\d{1,18})?$"
_EXACT = Context(prec=50)
_PLACES = Decimal(1).scaleb(-18)
_LIKELY = r"^\D{0,8}\d[\d.,'\s\x{2019}]*(?:[eE][+-]?\d+)?\D{0,8}$"
_LONGEST = 40
_LARGEST = Decimal(10) ** 14
_MULTIPLES = {"万": 10_000, "亿": 100_000_000, "k": 1_000}
_GROUPS = {
    ".": re.compile(r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+"),
    ",": re.compile(r"\d{1,3}(?:[.' ]\d{3})+(?:,\d*)?|\d+(?:,\d*)?|,\d+"),
}
# Longest first, so that "US$" is not read as "$".
SIGNS: dict[str, str] = {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "AU$": "AUD", "CA$": "CAD", "R$": "BRL", "A$": "AUD", "C$": "CAD", "S$": "SGD",
    "RMB": "CNY", "CNY": "CNY", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "JPY": "JPY", "HKD": "HKD", "TWD": "TWD", "AUD": "AUD",
    "CAD": "CAD", "CHF": "CHF", "BRL": "BRL", "MXN": "MXN", "KRW": "KRW", "SGD": "SGD", "INR": "INR", "人民币": "CNY", "美元": "USD",
    "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "港币": "HKD", "港元": "HKD", "円": "JPY", "元": "CNY", "¥": "CNY", "€": "EUR",
    "£": "GBP", "₹": "INR", "₩": "KRW", "$": "USD",
}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)))


def parse_numbers(values: pa.Array, kind: pa.DataType, *, decimal: str = ".") -> pa.Array:
    """Return numbers of texts; null where a text is null or cannot be read.

    Parameters
    ----------
    values : string array
    kind : decimal, float64 or int64; decimals are rounded half to even, an
        integer must be whole
    decimal : decimal mark, "." or ","
    """
    texts = values.dictionary_encode()
    wide = _read(texts.dictionary, decimal)
    return pc.take(_narrowed(wide, kind), texts.indices)


def _narrowed(wide: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(kind):
        largest = pa.scalar(Decimal(10) ** (kind.precision - kind.scale) - 1, _WIDE)
        fits = pc.less_equal(pc.abs(wide), largest)
        rounded = pc.round(pc.if_else(fits, wide, pa.scalar(None, _WIDE)), kind.scale, "half_to_even")
        return rounded.cast(kind)
    if pa.types.is_integer(kind):
        whole = pc.equal(pc.round(wide, 0), wide)
        return pc.if_else(whole, wide, pa.scalar(None, _WIDE)).cast(pa.float64()).cast(kind)
    return wide.cast(kind)


def _read(texts: pa.Array, decimal: str) -> pa.Array:
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN if decimal == "." else r"^[+-]?\d{1,14}$"), False)
    quick = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(_WIDE)
    if pc.all(plain).as_py() is not False:
        return quick
    # Words are not looked at one by one.
    texts = pc.utf8_normalize(texts, form="NFKC")
    likely = pc.and_(pc.match_substring_regex(texts, _LIKELY), pc.less(pc.utf8_length(texts), _LONGEST))
    slow = pc.and_(pc.invert(plain), pc.fill_null(likely, False))
    odd = [_read_one(text, decimal) for text in pc.filter(texts, slow).to_pylist()]
    return pc.replace_with_mask(quick, slow, pa.array(odd, _WIDE))


def _read_one(text: str, decimal: str) -> Decimal | None:
    """Read one number; None where the text is none."""
    text = text.strip().replace("\N{MINUS SIGN}", "-").replace("\u2019", "'")
    negative = text.startswith("(") and text.endswith(")")
    text = _SIGN.sub("", text.strip("()"), count=1) if not text.isascii() or not text[-1:].isdigit() or not text[:1].isdigit() else text
    text = re.sub(r"\s+", " ", text).strip()
    factor = Decimal(1)
    if text[-1:] in "%‰":
        factor = Decimal(1) / (100 if text[-1:] == "%" else 1000)
        text = text[:-1].strip()
    elif text[-1:] in _MULTIPLES:
        factor = Decimal(_MULTIPLES[text[-1:]])
        text = text[:-1].strip()
    if text[:1] in "+-" or text[-1:] == "-":
        negative = negative or "-" in (text[:1], text[-1:])
        text = text.strip("+-").strip()
    number = _digits(text, decimal)
    if number is None or abs(number * factor) >= _LARGEST:
        return None
    return _EXACT.multiply(-number if negative else number, factor).quantize(_PLACES, context=_EXACT)


def _digits(text: str, decimal: str) -> Decimal | None:
    if _GROUPS[decimal].fullmatch(text):
        others = {",", ".", "'", " "} - {decimal}
        text = "".join(each for each in text if each not in others).replace(decimal, ".")
    elif not re.fullmatch(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}", text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number.quantize(_PLACES, context=_EXACT) if abs(number) < _LARGEST else None


def decimal_votes(values: pa.Array) -> tuple[int, int]:
    """Count the distinct values that can only have a decimal point, and those that can only have a decimal comma.

    Three digits after one mark say nothing: 1,234 and 1.234 may be either.
    """
    texts = pc.unique(values.drop_null())
    point = r"^[^\d,]*\d{1,3}(,\d{3})+\.\d+\D*$|^[^\d.,]*\d+\.(\d{1,2}|\d{4,})[^\d.,]*$|^\D*\d{1,3}(,\d{3}){2,}\D*$|^0\.\d+$"
    comma = r"^[^\d.]*\d{1,3}(\.\d{3})+,\d+\D*$|^[^\d.,]*\d+,(\d{1,2}|\d{4,})[^\d.,]*$|^\D*\d{1,3}(\.\d{3}){2,}\D*$|^0,\d+$"
    points, commas = (int(pc.sum(pc.match_substring_regex(texts, shape)).as_py() or 0) for shape in (point, comma))
    return points, commas


def parse_signs(values: pa.Array) -> pa.Array:
    """Return the currency, ISO 4217, that is written beside amounts; null where none is."""
    texts = values.dictionary_encode()
    found = [_sign(text) for text in texts.dictionary.to_pylist()]
    return pc.take(pa.array(found, pa.string()), texts.indices)


def _sign(text: str | None) -> str | None:
    match = _SIGN.search(unicodedata.normalize("NFKC", text or "").upper())
    return SIGNS[match[0]] if match else None
