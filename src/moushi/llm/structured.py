"""Structured answers, also of weak models: read what they wrote, and say what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from moushi.llm.task import Fault
from moushi.trust.spans import PLACEHOLDER, find
from moushi.trust.tokens import TOKEN_PATTERN

T = TypeVar("T")
P = TypeVar("P", bound=BaseModel)

_FENCE = re.compile(r"\A\s*```[a-zA-Z]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_TOKEN = re.compile(TOKEN_PATTERN)
_HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")


class Unreadable(Exception):
    """An answer is not what was asked for."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


def read_answer(text: str, output: type[T]) -> T:
    """Return an answer as its type.

    Parameters
    ----------
    text : what the model wrote: JSON, perhaps in a fence or among other words
    output : a pydantic model, or str

    Notes
    -----
    Fields that the schema does not have are left out: nothing invented gets in.

    Raises
    ------
    Unreadable : if it is not an object of the schema
    """
    if output is str:
        if not text.strip():
            raise Unreadable([Fault("empty", "answer")])
        return cast("T", text.strip())
    assert issubclass(output, BaseModel)
    return cast("T", _validated(_object(text), output, ""))


def read_parts(text: str, field: str, part: type[P]) -> list[tuple[int, P | list[Fault]]]:
    """Return the answers about several texts: the number of each, and the answer or what is wrong with it.

    Parameters
    ----------
    text : what the model wrote
    field : the list in the answer; each item has an `id`
    part : the pydantic model of an item, without the id

    Raises
    ------
    Unreadable : if there is no such list
    """
    listed = _object(text).get(field)
    if not isinstance(listed, list):
        raise Unreadable([Fault("schema", field, "list_type")])
    found: list[tuple[int, P | list[Fault]]] = []
    for index, item in enumerate(listed):
        number = item.get("id") if isinstance(item, dict) else None
        try:
            found.append((number if isinstance(number, int) else 0, _validated(item, part, f"{field}[{index}]")))
        except Unreadable as unreadable:
            found.append((number if isinstance(number, int) else 0, unreadable.faults))
    return found


def _validated(value: Any, output: type[P], where: str) -> P:
    try:
        return output.model_validate(value, extra="ignore")
    except ValidationError as error:
        # Not chained: the error quotes the answer.
        faults = error.errors(include_url=False, include_input=False)
        raise Unreadable([Fault("schema", where + _place(fault["loc"]) or "answer", fault["type"]) for fault in faults[:5]]) from None


def _place(steps: tuple[int | str, ...]) -> str:
    """Write a place in an answer as `[2].quote`; names come from the schema alone, since invented fields are left out."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text."""
    fenced = _FENCE.match(text)
    plain = fenced[1] if fenced else text
    start, end = plain.find("{"), plain.rfind("}")
    if start < 0 or end < start:
        raise Unreadable([Fault("not_json")])
    try:
        found: dict[str, Any] = json.loads(plain[start : end + 1])
    except (ValueError, RecursionError):
        raise Unreadable([Fault("not_json")]) from None
    return found


def foreign(output: Any, seen: str) -> list[Fault]:
    """Return a fault for personal data in an answer that were not in what the model saw.

    Parameters
    ----------
    output : the answer
    seen : all that was sent, masked
    """
    known = set(_TOKEN.findall(seen))
    faults = []
    for where, text in _texts(plain(output)):
        if set(_TOKEN.findall(text)) - known:
            faults.append(Fault("foreign_token", where))
        elif any(text[span.start : span.end] not in seen for span in find(text)):
            faults.append(Fault("foreign_identity", where))
    return faults


def plain(output: Any) -> Any:
    """Return an answer as JSON has it."""
    return output.model_dump(mode="json") if isinstance(output, BaseModel) else output


def _texts(value: Any, where: str = "answer") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{where}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{where}[{index}]")


def speaks(text: str, language: str) -> bool:
    """Tell whether a text of some length is in a language of Moushi, by its script; placeholders and short texts do not count.

    Notes
    -----
    Chinese has a fifth of Chinese characters at least, brands and numbers
    aside; English has fewer.
    """
    words = PLACEHOLDER.sub(" ", text)
    han, latin = len(_HAN.findall(words)), len(_LATIN.findall(words))
    if han + latin < 8:
        return True
    return (5 * han >= latin) if language == "zh" else (5 * han < latin)
