"""Learn what tells Malay from Indonesian, and write it into `prepare/malay.toml`; the lists of words there stay.

`MOUSHI_DATA` names the folder of the public data.  Learnt from one half of
`valid.csv` of tyqiangz/multilingual-sentiment-datasets (Apache-2.0); the other
half is what `benchmarks text/languages` measures.
"""

from __future__ import annotations

import csv
import hashlib
import math
import os
from collections import Counter
from pathlib import Path

from moushi.prepare.language import malay_parts

FILE = Path(__file__).parents[1] / "src" / "moushi" / "prepare" / "malay.toml"
CHARACTERS, UNSEEN, LEAST, KEPT, UNIT = 90, 0.1, 2, 6_000, 10


def texts() -> list[tuple[str, str]]:
    """Return the texts to learn from, each with its language."""
    path = Path(os.environ["MOUSHI_DATA"]) / "text" / "multilingual_sentiment" / "valid.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["text"], row["language"]) for row in csv.DictReader(file) if row["language"] in ("indonesian", "malay")]
    return [(text, language) for text, language in rows if text and int(hashlib.sha1(text.encode()).hexdigest(), 16) % 2 == 0]


def learnt() -> dict[str, int]:
    """Return how much parts of words speak for Malay: naive Bayes, each part of a text once, the strongest kept."""
    counts = {"malay": Counter[str](), "indonesian": Counter[str]()}
    for text, language in texts():
        counts[language].update(malay_parts(text[:CHARACTERS]))
    malay, indonesian = counts["malay"], counts["indonesian"]
    known = sorted(part for part in malay | indonesian if malay[part] + indonesian[part] >= LEAST)
    totals = [sum(count[part] + UNSEEN for part in known) for count in (malay, indonesian)]
    odds = {part: math.log((malay[part] + UNSEEN) / totals[0]) - math.log((indonesian[part] + UNSEEN) / totals[1]) for part in known}
    kept = sorted(known, key=lambda part: (-abs(odds[part]), part))[:KEPT]
    return {part: round(UNIT * odds[part]) for part in sorted(kept)}


def main() -> None:
    """Write what is learnt after what the file says before it."""
    head = FILE.read_text("utf-8").partition("[parts]")[0]
    groups: dict[int, list[str]] = {}
    for part, weight in learnt().items():
        groups.setdefault(weight, []).append(part)
    body = "".join(f'"{weight}" = "{" ".join(groups[weight])}"\n' for weight in sorted(groups))
    FILE.write_text(f"{head}[parts]\n{body}", "utf-8")


main()
