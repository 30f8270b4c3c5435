"""Reads dates and times as people write them.

A column's way of writing is one or more of `FORMATS`; the order of day and
month is decided once for a column, never per cell.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.schema import DATE, TIME

FORMATS = ("ymd", "dmy", "mdy", "yymd", "excel", "seconds", "milliseconds")
"""Year first (also 20240305, 2024年3月5日 and months by name), day first, month
first, two-digit year first, days of a spreadsheet, seconds and milliseconds
since 1970.  Separators, times of day and offsets may follow in any of them."""

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SECOND = 1_000_000
DAY = 86_400 * SECOND
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_EXCEL_EPOCH = -25_569  # 1899-12-30 in days since 1970
_PROBE = 300
_LONGEST = 60  # characters that a date may have, with weekday, zone and all
_PIVOT = 69  # POSIX: 69 to 99 are 1969 to 1999

_CLOCK = (
    r"(?:[T ]+(?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?:? ?(?P<p>AM|PM)?"
    r"(?: ?(?P<z>Z|[+-]\d{2}(?::?\d{2})?))?)?$"
)
_COMPACT_CLOCK = r"(?:[T ]?(?P<h>\d{2}):?(?P<n>\d{2}):?(?P<s>\d{2})?(?P<f>)(?P<p>)(?P<z>Z|[+-]\d{2}:?\d{2})?)?$"
_SHAPES: dict[str, tuple[str, ...]] = {
    "ymd": (
        r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK,
        r"^(?P<y>(?:19|20|21)\d{2})(?P<m>\d{2})(?P<d>\d{2})" + _COMPACT_CLOCK,
    ),
    "dmy": (r"^(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})" + _CLOCK,),
    "mdy": (r"^(?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})" + _CLOCK,),
    "yymd": (r"^(?P<y>\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK,),
}
_NUMBERS: dict[str, tuple[str, float, float]] = {
    "excel": (r"^\d{5}(?:\.\d+)?$", 20_000, 80_000),
    "seconds": (r"^\d{9,10}(?:\.\d+)?$", 3e8, 7e9),
    "milliseconds": (r"^\d{12,13}(?:\.0)?$", 3e11, 7e12),
}

_MONTHS = {
    word: month
    for month, words in enumerate(
        (
            "january jan januar janvier janv enero ene janeiro",
            "february feb februar fevrier fevr febrero fevereiro fev",
            "march mar marz maerz mrz mars marzo marco",
            "april apr avril avr abril abr",
            "may mai mayo maio",
            "june jun juni juin junio junho",
            "july jul juli juillet juil julio julho",
            "august aug aout agosto ago",
            "september sep sept septembre septiembre setembro set",
            "october oct oktober okt octobre octubre outubro out",
            "november nov novembre noviembre novembro",
            "december dec dezember dez decembre diciembre dic dezembro",
        ),
        1,
    )
    for word in words.split()
}


@dataclass(frozen=True)
class Moments:
    """Parsed times: microseconds, on the wall clock or, where `zoned`, in UTC; `known` where one was read."""

    at: Integers
    zoned: Mask
    known: Mask


def parse_times(values: pa.Array, formats: Sequence[str], zone: str) -> pa.Array:
    """Return UTC times of texts; null where a text is null or cannot be read.

    Parameters
    ----------
    values : string array
    formats : of `FORMATS`, tried in order
    zone : IANA name of the zone of texts that name none.  A wall-clock time
        that comes twice (clocks going back) is the first of both; one that
        does not exist (clocks going forward) is the moment of the change
    """
    texts = values.dictionary_encode()
    moments = read(texts.dictionary, formats)
    return pc.take(_in_utc(moments, zone), texts.indices)


def parse_days(values: pa.Array, formats: Sequence[str]) -> pa.Array:
    """Return the days of texts, as written there; null where a text is null or cannot be read."""
    texts = values.dictionary_encode()
    moments = read(texts.dictionary, formats)
    days = pa.array((moments.at // DAY).astype(np.int32), pa.int32(), mask=~moments.known).cast(DATE)
    return pc.take(days, texts.indices)


def read(texts: pa.Array, formats: Sequence[str]) -> Moments:
    """Read texts as the first of `formats` that fits each."""
    size = len(texts)
    found = Moments(np.zeros(size, np.int64), np.zeros(size, bool), np.zeros(size, bool))
    clean = _clean(texts)
    for attempt in (attempt for name in formats for attempt in _attempts(name)):
        if found.known.all():
            break
        moments = attempt(clean)
        fresh = moments.known & ~found.known
        found.at[fresh] = moments.at[fresh]
        found.zoned[fresh] = moments.zoned[fresh]
        found.known[fresh] = True
    return found


def _in_utc(moments: Moments, zone: str) -> pa.Array:
    wall = pa.array(moments.at, pa.timestamp("us"))
    local = pc.assume_timezone(wall, zone, ambiguous="earliest", nonexistent="latest").cast(TIME)
    zoned = pa.array(moments.at, pa.int64()).cast(TIME)
    chosen = pc.if_else(pa.array(moments.zoned), zoned, local)
    return pc.if_else(pa.array(moments.known), chosen, pa.scalar(None, TIME))


def _attempts(name: str) -> list[Callable[[pa.Array], Moments]]:
    if name in _NUMBERS:
        return [functools.partial(_from_number, name=name)]
    return [functools.partial(_from_parts, shape=shape) for shape in _SHAPES[name]]


def _from_number(texts: pa.Array, *, name: str) -> Moments:
    shape, low, high = _NUMBERS[name]
    fits = pc.fill_null(pc.match_substring_regex(texts, shape), False)
    numbers = pc.if_else(fits, texts, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = _numpy(fits) & (numbers >= low) & (numbers <= high)
    if name == "excel":
        # Spreadsheets keep times as fractions of a day; whole seconds are what was meant.
        at = np.rint(numbers * 86_400).astype(np.int64) * SECOND + _EXCEL_EPOCH * DAY
        return Moments(at, np.zeros(len(texts), bool), known)
    at = np.rint(numbers * (SECOND if name == "seconds" else 1_000)).astype(np.int64)
    return Moments(at, np.ones(len(texts), bool), known)


def _from_parts(texts: pa.Array, *, shape: str) -> Moments:
    parts = pc.extract_regex(texts, shape)
    fits = _numpy(parts.is_valid())
    fields = {field.name: pc.fill_null(parts.field(index), "") for index, field in enumerate(parts.type)}
    year, month, day, hour, minute, second = (_integers(fields[name]) for name in "ymdhns")
    year = np.where(_numpy(pc.equal(pc.utf8_length(fields["y"]), 2)), year + np.where(year >= _PIVOT, 1900, 2000), year)
    micro = _integers(pc.utf8_slice_codeunits(pc.utf8_rpad(fields["f"], 6, "0"), 0, 6))
    hour = _half_days(hour, fields["p"])
    known = fits & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12)
    known &= (day >= 1) & (day <= _days_in_month(year, month)) & (hour >= 0) & (hour < 24) & (minute < 60) & (second < 61)
    second = np.minimum(second, 59)  # a leap second counts as the one before
    at = _days_from_civil(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * SECOND + micro
    offset, zoned = _offsets(fields["z"])
    return Moments(np.where(zoned, at - offset, at), zoned, known)


def _half_days(hour: Integers, words: pa.Array) -> Integers:
    """Turn 12-hour clocks into 24 hours; an hour that a 12-hour clock does not show becomes -1."""
    morning, evening = _numpy(pc.equal(words, "AM")), _numpy(pc.equal(words, "PM"))
    result = np.where(morning & (hour == 12), 0, hour)
    result = np.where(evening & (hour < 12), hour + 12, result)
    return np.where(morning & (hour > 12), -1, result)


def _offsets(words: pa.Array) -> tuple[Integers, Mask]:
    parts = pc.extract_regex(words, r"^(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?$")
    hours, minutes = _integers(pc.fill_null(parts.field(1), "")), _integers(pc.fill_null(parts.field(2), ""))
    sign = np.where(_numpy(pc.fill_null(pc.equal(parts.field(0), "-"), False)), -1, 1)
    return sign * (hours * 60 + minutes) * 60 * SECOND, _numpy(pc.not_equal(words, ""))


def _integers(texts: pa.Array) -> Integers:
    """Return numbers of digits; 0 for empty texts."""
    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    numbers: Integers = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _numpy(mask: pa.Array) -> Mask:
    flags: Mask = mask.to_numpy(zero_copy_only=False).astype(bool)
    return flags


def _days_in_month(year: Integers, month: Integers) -> Integers:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days: Integers = lengths[np.clip(month, 0, 12)] + ((month == 2) & leap)
    return days


def _days_from_civil(year: Integers, month: Integers, day: Integers) -> Integers:
    """Return days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    days: Integers = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days


def _clean(texts: pa.Array) -> pa.Array:
    """Bring words, Chinese and named months to digits; what is digits already stays as it is."""
    plain = pc.fill_null(pc.match_substring_regex(texts, r"^[0-9:./,+\- T]*Z?$"), True)
    if pc.all(plain).as_py() is not False:
        return texts
    odd = pc.utf8_normalize(pc.filter(texts, pc.invert(plain)), form="NFKC")
    likely = pc.and_(pc.less_equal(pc.utf8_length(odd), _LONGEST), pc.match_substring_regex(odd, r"^[^0-9]{0,12}[0-9].*[0-9日号 ]"))
    cleaned = [_clean_one(text) if date else None for text, date in zip(odd.to_pylist(), likely.to_pylist(), strict=True)]
    return pc.replace_with_mask(texts, pc.invert(plain), pa.array(cleaned, pa.string()))


def _clean_one(text: str) -> str:
    text = re.sub(r"[年月](?=\s*\d)|(?<=\d)[年月]", "-", text)
    text = re.sub(r"[日号]", " ", text)
    text = re.sub(r"(?:星期|周|礼拜)[一二三四五六日天]?", " ", text)
    text = re.sub(r"(凌晨|早上|上午|中午|下午|晚上)\s*([\d:点时分秒]+)", _half_day_last, text)
    text = re.sub(r"[时点分](?=\s*\d)", ":", text)
    text = re.sub(r"[时点]", ":00", text)
    text = re.sub(r"[分秒]", "", text)
    text = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each)).upper()
    text = re.sub(r"\b([AP])\.?\s?M\b\.?", r"\1M", text)
    text = re.sub(r"\b(?:UTC|GMT)(?=\s*[+-]\d)\s*", "", text)
    text = re.sub(r"\b(?:UTC|GMT)\b", "Z", text)
    return _named_month(re.sub(r"\s+", " ", text).strip())


def _half_day_last(match: re.Match[str]) -> str:
    half = "PM" if match[1] in ("下午", "晚上") or (match[1] == "中午" and not match[2].startswith("11")) else "AM"
    return f" {match[2]} {half}"


def _named_month(text: str) -> str:
    """Rewrite "5. März 2024", "Mar 5, 2024" and "5 de marzo de 2024" with the year first."""
    for word in re.findall(r"[A-Z]{3,}", text):
        month = _MONTHS.get(word.lower())
        if month is None:
            continue
        before, _, after = text.partition(word)
        clock = re.search(r"[T ]?\d{1,2}:\d{2}.*$", after) or re.search(r"$", after)
        assert clock is not None
        numbers = re.findall(r"\d+", before) + re.findall(r"\d+", after[: clock.start()])
        if len(numbers) != 2:
            return text
        day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
        if len(year) == 2:
            year = str(int(year) + (1900 if int(year) >= _PIVOT else 2000))
        return f"{year}-{month}-{day} {clock[0].strip()}".strip()
    return text


@dataclass(frozen=True)
class Written:
    """How the dates of a column are written.

    Attributes
    ----------
    formats : of `FORMATS`, to be tried in order; empty if these are no dates
    share : of the values that they read, 0 to 1
    ambiguous : day-first and month-first both read all of them
    """

    formats: tuple[str, ...]
    share: float
    ambiguous: bool = False


def recognise(values: pa.Array, *, month_first: bool = False) -> Written:
    """Say how dates are written, from all values given.

    Parameters
    ----------
    values : string array in file order, nulls ignored
    month_first : which to take where nothing in the values decides it
    """
    texts = values.drop_null().dictionary_encode()
    weights = np.bincount(texts.indices.to_numpy(), minlength=len(texts.dictionary))
    if not weights.size:
        return Written((), 0.0)
    if not _are_likely(texts.dictionary.slice(0, _PROBE)):
        return Written((), 0.0)
    texts = pa.DictionaryArray.from_arrays(texts.indices, _clean(texts.dictionary))
    known = {name: read(texts.dictionary, (name,)).known for name in FORMATS}
    numeric = {name: known[name] for name in FORMATS if name != "mdy"}
    order, ambiguous = _day_or_month(texts, known, weights, month_first=month_first)
    chosen: list[str] = []
    covered = np.zeros(len(weights), bool)
    for name in ("ymd", order, *(each for each in numeric if each not in ("ymd", order, "dmy"))):
        gain = weights[known[name] & ~covered].sum()
        if gain and (gain >= 0.002 * weights.sum() or gain > 20):
            chosen.append(name)
            covered |= known[name]
    return Written(tuple(chosen), float(weights[covered].sum() / weights.sum()), ambiguous and order in chosen)


def _are_likely(texts: pa.Array) -> bool:
    """Look at a few values, to spare columns that hold no dates the rest."""
    known = np.zeros(len(texts), bool)
    for name in FORMATS:
        known |= read(texts, (name,)).known
    return bool(known.mean() > 0.3)


def _day_or_month(
    texts: pa.DictionaryArray, known: dict[str, Mask], weights: npt.NDArray[np.intp], *, month_first: bool
) -> tuple[str, bool]:
    """Choose among day first, month first and, where it alone reads more, two-digit year first; also tell if two would do."""
    reads = {name: int(weights[known[name]].sum()) for name in ("dmy", "mdy", "yymd")}
    best = max(reads["dmy"], reads["mdy"])
    if reads["yymd"] > best:
        return "yymd", False
    if reads["dmy"] != reads["mdy"] or best == 0:
        return ("dmy" if reads["dmy"] == best else "mdy"), False
    leaders = ["mdy", "dmy"] if month_first else ["dmy", "mdy"]
    order = {name: _disorder(texts, name) for name in leaders}
    return min(leaders, key=lambda name: order[name]), len(set(order.values())) == 1 or best < 30


def _disorder(texts: pa.DictionaryArray, name: str) -> tuple[float, int]:
    """Measure how badly a reading sorts the rows, and how long a time it spans: exports are in order and recent."""
    moments = read(texts.dictionary, (name,))
    rows = texts.indices.to_numpy()
    at = moments.at[rows][moments.known[rows]]
    steps = np.diff(at)
    down, up = int((steps < 0).sum()), int((steps > 0).sum())
    return round(min(down, up) / max(down + up, 1), 2), int(at.max() - at.min()) // DAY
