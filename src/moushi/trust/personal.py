"""Recognises columns that hold personal data, from their header and their values."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple, cast

import pyarrow as pa

from moushi.trust.spans import find_many

if TYPE_CHECKING:
    from moushi.schema import Personal

_SAMPLE = 500
_SHARE = 0.6

_BY_LABEL: dict[str, Personal] = {
    "EMAIL": "email", "PHONE": "phone", "ID": "national_id", "SSN": "national_id", "PASSPORT": "national_id",
    "CARD": "card", "IBAN": "card", "ADDRESS": "address", "WECHAT": "account", "QQ": "account",
}  # fmt: skip
_LEAST_DIGITS: dict[Personal, int] = {"phone": 7, "national_id": 6, "card": 8}


def column_kind(name: str, sample: pa.Array) -> Personal | None:
    """Return what personal data a file's column holds, None if none.

    Parameters
    ----------
    name : the header, Chinese or English
    sample : some of its values as text, nulls allowed; may be empty

    Returns
    -------
    the kind; "free_text" for texts in which people write anything

    Notes
    -----
    A header decides unless the values contradict it; without a telling header,
    three fifths of the values must be recognised as one kind.
    """
    values = [value for value in sample.cast(pa.string()).slice(0, _SAMPLE).to_pylist() if value and value.strip()]
    header = _words(name)
    by_header = next((kind for kind, pattern in _rules().headers if pattern.fullmatch(header)), None)
    if by_header is not None and _plausible(by_header, values):
        return by_header
    return _kind_of_values(header, values)


class _Rules(NamedTuple):
    headers: tuple[tuple[Personal, re.Pattern[str]], ...]
    business: re.Pattern[str]


@functools.cache
def _rules() -> _Rules:
    """Read the patterns of headers that ship with the package."""
    content = tomllib.loads(resources.files(__package__).joinpath("headers.toml").read_text("utf-8"))
    who = f"(?:{'|'.join(content['who'])})"
    pairs = [(rule["kind"], pattern) for rule in content["rules"] for pattern in rule["patterns"]]
    headers = tuple((cast("Personal", kind), re.compile(pattern.replace("(?#who)", who))) for kind, pattern in pairs)
    return _Rules(headers, re.compile("|".join(content["business"]["patterns"])))


def _words(name: str) -> str:
    """Return a header in lower case with its words parted: "CustomerName", "customer_name" -> "customer name"."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[(\[【].*?[)\]】]|[*:：]", " ", plain)
    plain = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    words = re.sub(r"[\s_\-./]+", " ", plain).strip().lower()
    return re.sub(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])", "", words)


def _plausible(kind: Personal, values: list[str]) -> bool:
    """Tell whether values do not contradict their header, as yes and no under "email" would."""
    if not values:
        return True
    if kind == "email":
        return sum("@" in value for value in values) >= 0.3 * len(values)
    if kind in _LEAST_DIGITS:
        least = _LEAST_DIGITS[kind]
        return sum(sum(character.isdigit() for character in value) >= least for value in values) >= 0.3 * len(values)
    if kind in ("name", "address", "free_text"):
        return any(character.isalpha() for value in values for character in value)
    return True


def _kind_of_values(header: str, values: list[str]) -> Personal | None:
    whole: Counter[str] = Counter()
    inside = 0
    stripped = [value.strip() for value in values]
    for value, spans in zip(stripped, find_many(stripped), strict=True):
        inside += bool(spans)
        whole.update({span.label for span in spans if span.start == 0 and span.end == len(value)})
    if whole:
        label, count = max(whole.items(), key=lambda item: (item[1], item[0]))
        numeric = label in ("PHONE", "CARD", "PASSPORT")
        if count >= _SHARE * len(values) and label in _BY_LABEL and not (numeric and _rules().business.search(header)):
            return _BY_LABEL[label]
    long = sum(len(value) > 20 for value in values)
    return "free_text" if inside and 2 * long >= len(values) else None
