"""With what characters the matches of a pattern can begin."""

from __future__ import annotations

LONGEST = 4
"""Beginnings are followed for so many characters."""

# What a part of a pattern can read: characters, and whether more may be added to them.
Options = set[tuple[str, bool]]

_ANYTHING: Options = {("", False)}


def beginnings(pattern: str) -> set[str]:
    """Return the beginnings of what a regular expression matches, of at most `LONGEST` characters.

    Parameters
    ----------
    pattern : literals, groups with alternatives, classes of single characters and
        the quantifiers `?`, `*`, `+`; whatever else ends what can be known

    Raises
    ------
    ValueError : if it can begin with anything

    Examples
    --------
    >>> sorted(beginnings("(再|还)?来买"))
    ['再来买', '来买', '还来买']
    """
    options, _ = _alternatives(pattern, 0)
    found = {words[:LONGEST] for words, _ in options}
    if "" in found:
        raise ValueError(f"cues: the pattern {pattern!r} can begin with anything. Let it begin with words.")
    return found


def _alternatives(pattern: str, place: int) -> tuple[Options, int]:
    """Return what is read up to the end of the group that `place` is in, and where that is."""
    every: Options = set()
    so_far: Options = {("", True)}
    while place < len(pattern) and pattern[place] != ")":
        if pattern[place] == "|":
            every |= so_far
            so_far = {("", True)}
            place += 1
            continue
        options, place = _atom(pattern, place)
        so_far = _joined(so_far, options)
    return every | so_far, place


def _atom(pattern: str, place: int) -> tuple[Options, int]:
    options, place = _unit(pattern, place)
    mark = pattern[place : place + 1]
    if mark in ("?", "*"):
        options = options | {("", True)} if mark == "?" else {*((words, False) for words, _ in options), ("", True)}
    elif mark == "+":
        options = {(words, False) for words, _ in options}
    elif mark == "{":
        options, place = _ANYTHING, pattern.index("}", place)
    else:
        return options, place
    # A quantifier that gives nothing back is followed by a plus.
    return options, place + (2 if pattern[place + 1 : place + 2] == "+" else 1)


def _unit(pattern: str, place: int) -> tuple[Options, int]:
    first = pattern[place]
    if first == "(":
        look = pattern[place + 1] == "?"
        options, end = _alternatives(pattern, place + (2 if look else 1))
        # What only looks around takes nothing up; of a named group we do not ask.
        named = pattern.startswith("(?P", place)
        return (_ANYTHING if named else {("", True)} if look else options), end + 1
    if first == "[":
        end = pattern.index("]", place)
        return _letters(pattern[place + 1 : end]), end + 1
    if first == "\\":
        escaped = pattern[place + 1]
        return (_ANYTHING if escaped.isalnum() else {(escaped, True)}), place + 2
    if first in ".…^$":
        return _ANYTHING, place + 1
    return {(first, True)}, place + 1


def _letters(inside: str) -> Options:
    """Return what a class of characters reads, where it is a list of them."""
    if set(inside) & set("^\\"):
        return _ANYTHING
    listed = inside.replace("0-9", "0123456789")
    return _ANYTHING if "-" in listed else {(letter, True) for letter in listed}


def _joined(so_far: Options, options: Options) -> Options:
    joined: Options = set()
    for words, more in so_far:
        if not more or len(words) >= LONGEST:
            joined.add((words[:LONGEST], False))
        else:
            joined |= {(words + added, further) for added, further in options}
    return joined
