"""Recognises the language of a text: by its script, then by its words."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Collection
from importlib import resources
from typing import Any

LATIN = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "ro", "tr", "id", "ms", "vi")
"""Languages in Latin script that are told apart."""

SHORT_LETTERS = 20
"""Letters below which words in Latin script do not tell the language."""

SAMPLE = 400
"""Characters that are looked at for the script."""

UNSURE = "und"
"""A short text in Latin script: the language of the others of its kind is the better guess."""

_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
_WORD = re.compile(r"[a-z']+")
_NO_WORDS = re.compile(r"https?://\S+|[@#]\w+")
_MALAY = ("id", "ms")


def language_of(text: str, languages: Collection[str] | None = None) -> str | None:
    """Return the language of a text.

    Parameters
    ----------
    text : any text
    languages : those that it can be in, where that is known; None: any

    Returns
    -------
    str | None : BCP 47; UNSURE for short texts in Latin script, unless `languages`
        are given; None without letters

    Notes
    -----
    Script first: one Han character says as much as several Latin letters, so a
    fifth of them makes a text Chinese, unless Kana or Hangul stand among them.
    Indonesian and Malay share most words: what tells them apart is weighed word
    by word and part by part of words (`malay.toml`).

    Examples
    --------
    >>> [language_of(text) for text in ("质量很好 very good", "とても良いです", "아주 좋아요", "It is such a very nice dress", "ok", "1")]
    ['zh', 'ja', 'ko', 'en', 'und', None]
    """
    # Most texts are plain English or begin as they go on: no need to count all scripts in all of it.
    scripts = ("latin",) if text.isascii() else _SCRIPTS
    counts = dict.fromkeys(_SCRIPTS, 0) | {name: len(_SCRIPTS[name].findall(text[:SAMPLE])) for name in scripts}
    letters = sum(counts.values())
    if not letters:
        return None
    asian = counts["han"] + counts["kana"] + counts["hangul"]
    if asian >= 0.2 * letters:
        return _asian(counts, asian)
    # Handles, addresses and brands are in Latin script whatever the language.
    script = max((name for name in _SCRIPTS if name != "latin"), key=lambda name: counts[name])
    if counts[script] >= 0.2 * letters:
        return script
    return UNSURE if letters < SHORT_LETTERS and languages is None else _latin(text, languages)


def _asian(counts: dict[str, int], total: int) -> str:
    if counts["hangul"] > 0.3 * total:
        return "ko"
    return "ja" if counts["kana"] > 0.1 * total else "zh"


def _latin(text: str, languages: Collection[str] | None) -> str:
    known = LATIN if languages is None else tuple(language for language in LATIN if language in languages) or LATIN
    words = _words(text)
    text = _NO_WORDS.sub(" ", text)
    if languages is None and len(words) >= 4 and sum(word in _english() for word in words) >= 0.25 * len(words):
        return "en"
    found = str(_identifier(known).classify(text)[0])
    if found in _MALAY and set(_MALAY) <= set(known):
        return "ms" if _speaks_malay(text) else "id"
    return found


def malay_parts(text: str) -> frozenset[str]:
    """Return what of a text may tell Malay from Indonesian: its words' parts of two to five letters, edges among them, and whole words."""
    edged = {f"_{word}_" for word in _words(text)}
    parts = {word[start : start + size] for word in edged for size in range(2, 6) for start in range(max(1, len(word) - size + 1))}
    return frozenset(parts | edged)


def _words(text: str) -> list[str]:
    return _WORD.findall(_NO_WORDS.sub(" ", text).casefold())


def _speaks_malay(text: str) -> bool:
    """Tell Malay from Indonesian by listed words and by parts of words; each counts once."""
    weight = _malay()
    return sum(weight.get(part, 0) for part in malay_parts(text)) > 0


@functools.cache
def _english() -> frozenset[str]:
    data = tomllib.loads(resources.files(__package__).joinpath("language.toml").read_text("utf-8"))
    return frozenset(data["english"])


@functools.cache
def _malay() -> dict[str, int]:
    data = tomllib.loads(resources.files(__package__).joinpath("malay.toml").read_text("utf-8"))
    weights = {part: int(weight) for weight, parts in data["parts"].items() for part in parts.split()}
    for name, sign in (("malay", 1), ("indonesian", -1)):
        for word in data[name].split():
            weights[f"_{word}_"] = weights.get(f"_{word}_", 0) + sign * data["word"]
    return weights


@functools.cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(languages))
    return identifier
