"""Language of texts of 60 characters, where the workspace's languages are known."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from benchmarks.text.splits import Part, accuracy, part, read_csv

LANGUAGES = {"english": "en", "french": "fr", "german": "de", "spanish": "es", "portuguese": "pt", "italian": "it", "arabic": "ar",
             "indonesian": "id", "malay": "ms", "chinese": "zh", "japanese": "ja"}  # fmt: skip
MOST = 500


def halves() -> tuple[Part, Part]:
    """Return the half that constants were chosen and Malay was learnt on, and the half to be judged by.

    Of `multilingual_sentiment/valid.csv`; Hindi is left out, which is romanised there.
    """
    found: tuple[dict[str, list[tuple[int, str]]], ...] = (defaultdict(list), defaultdict(list))
    for row in read_csv("multilingual_sentiment/valid.csv"):
        if row["text"] and row["language"] in LANGUAGES:
            number = int(hashlib.sha1(row["text"].encode()).hexdigest(), 16)
            found[number % 2][LANGUAGES[row["language"]]].append((number, row["text"][:60]))
    dev, test = (part((text, code) for code in sorted(each) for _, text in sorted(each[code])[:MOST]) for each in found)
    return dev, test


def table() -> str:
    """Return accuracy and speed of Moushi and of py3langid."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    from moushi.prepare.language import language_of

    codes = sorted(LANGUAGES.values())
    limited = LanguageIdentifier.from_model_file(MODEL_FILE)
    limited.set_languages(codes)
    free = LanguageIdentifier.from_model_file(MODEL_FILE)
    rules: dict[str, Callable[[str], str | None]] = {
        "Moushi, languages given": lambda text: language_of(text, codes),
        "py3langid, languages given": lambda text: str(limited.classify(text)[0]),
        "py3langid, any": lambda text: str(free.classify(text)[0]),
    }
    _, test = halves()
    lines = [
        f"{len(test.texts):,} texts, {len(codes)} languages.\n",
        "| | accuracy | mean of languages | id | ms | texts/s |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, rule in rules.items():
        rule("Was this always so?")
        start = time.perf_counter()
        found = [rule(text) for text in test.texts]
        speed = len(found) / (time.perf_counter() - start)
        by = {code: accuracy(*zip(*((g, f) for g, f in zip(test.labels, found, strict=True) if g == code), strict=True)) for code in codes}
        mean = float(np.mean(list(by.values())))
        lines.append(f"| {name} | {accuracy(test.labels, found):.1%} | {mean:.1%} | {by['id']:.1%} | {by['ms']:.1%} | {speed:,.0f} |")
    return "\n".join(lines) + "\n"
