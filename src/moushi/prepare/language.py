"""Recognises the language of a text: by its script, then by its words."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any

LATIN = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "ro", "tr", "id", "vi")
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


def language_of(text: str) -> str | None:
    """Return the language of a text.

    Parameters
    ----------
    text : any text

    Returns
    -------
    str | None : BCP 47; UNSURE for short texts in Latin script; None without letters

    Notes
    -----
    Script first: one Han character says as much as several Latin letters, so a
    fifth of them makes a text Chinese, unless Kana or Hangul stand among them.

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
    script = max(_SCRIPTS, key=lambda name: counts[name])
    if script != "latin":
        return script
    return UNSURE if letters < SHORT_LETTERS else _latin(text)


def _asian(counts: dict[str, int], total: int) -> str:
    if counts["hangul"] > 0.3 * total:
        return "ko"
    return "ja" if counts["kana"] > 0.1 * total else "zh"


def _latin(text: str) -> str:
    words = _WORD.findall(text.casefold())
    if len(words) >= 4 and sum(word in _english() for word in words) >= 0.25 * len(words):
        return "en"
    return str(_identifier().classify(text)[0])


@functools.cache
def _english() -> frozenset[str]:
    data = tomllib.loads(resources.files(__package__).joinpath("language.toml").read_text("utf-8"))
    return frozenset(data["english"])


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LATIN))
    return identifier
