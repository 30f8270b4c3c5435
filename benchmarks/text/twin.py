"""What the whole pipeline reads in a twin's exports, beside what its reviewers felt: aspects, sentiment, topics, incidents."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.text.parity import in_twin_words
from moushi.twin.shape import ASPECTS

SIZE = {"seed": 3, "customers": 20_000, "products": 60, "weeks": 104}
CHINESE = "zh"


@dataclass
class Recovery:
    """How an aspect is found in a language's reviews.

    Attributes
    ----------
    said : reviews that praise or blame it
    found : of them, where it is judged at all
    right : of those, with the right sign
    told : reviews in which it is judged
    true : of them, those that speak of it
    """

    said: int = 0
    found: int = 0
    right: int = 0
    told: int = 0
    true: int = 0

    @property
    def recall(self) -> float:
        """Share of what is said that is found."""
        return self.found / max(1, self.said)

    @property
    def polarity(self) -> float:
        """Share of what is found that has the right sign."""
        return self.right / max(1, self.found)

    @property
    def precision(self) -> float:
        """Share of what is told that was said."""
        return self.true / max(1, self.told)

    def __add__(self, other: Recovery) -> Recovery:
        """Return both together."""
        return Recovery(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


class Seen:
    """A twin's workspace after a run, beside the truth.

    Parameters
    ----------
    folder : an empty one
    size : what makes the twin
    """

    def __init__(self, folder: Path, **size: Any) -> None:
        import moushi

        self.twin = moushi.Twin(**size)
        self.twin.observe(folder / "files")
        with moushi.Workspace.create(folder / "shop") as shop:
            shop.add(folder / "files")
            shop.run()
            names = ("texts", "text_insights", "text_aspects", "text_topics", "text_moves", "text_needs", "text_comparisons", "decisions")
            self.rows = {name: shop.table(name).to_pylist() for name in names}
        self.language = {row["text_id"]: row["language"] for row in self.rows["text_insights"]}
        self.said: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.twin.truth.reviews.to_pylist():
            if row["text_id"] in self.language:
                self.said[row["text_id"]][row["aspect"]] = row["polarity"]

    def aspects(self) -> dict[tuple[str, str], Recovery]:
        """Return how each aspect is found, by language and aspect; of texts that have aspects at all."""
        judged: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self.rows["text_aspects"]:
            if row["polarity"]:
                judged[row["text_id"]][row["aspect"]] = row["polarity"]
        found: dict[tuple[str, str], Recovery] = defaultdict(Recovery)
        for text, said in self.said.items():
            told = in_twin_words(judged[text])
            for aspect in ASPECTS:
                each = found[self.language[text], aspect]
                polarity, value = said.get(aspect), told.get(aspect, 0.0)
                each.told += bool(value)
                each.true += bool(value) and polarity is not None
                each.said += bool(polarity)
                each.found += bool(polarity and value)
                each.right += (polarity or 0) * value > 0
        return dict(found)

    def sentiment(self, language: str) -> tuple[float, int]:
        """Return the share of reviews with a good or bad number of stars whose score agrees, and how many they are."""
        scores = {row["text_id"]: row["score"] for row in self.rows["text_insights"] if row["set_aside"] is None}
        own = [row for row in self.rows["texts"] if row["text_id"] in scores and self.language[row["text_id"]] == language]
        clear = [(row["rating"] > 3, scores[row["text_id"]] > 0) for row in own if row["rating"] != 3]
        return sum(good == read for good, read in clear) / len(clear), len(clear)

    def topics(self, language: str) -> tuple[float, int, int]:
        """Return NMI of topics with the aspect, of reviews that speak of one only; their number, and that of topics."""
        from sklearn.metrics import normalized_mutual_info_score

        topic = {row["text_id"]: row["topic_id"] for row in self.rows["text_topics"]}
        single = [text for text, said in self.said.items() if len(said) == 1 and text in topic and self.language[text] == language]
        themes, found = [next(iter(self.said[text])) for text in single], [topic[text] for text in single]
        return float(normalized_mutual_info_score(themes, found)), len(single), len(set(found))

    def alarms(self) -> list[tuple[str, int]]:
        """Return the decisions to look into what customers say: their subject, and how many reviews they quote."""
        moves = {_subject(row): len(json.loads(row["quotes"])) for row in self.rows["text_moves"] if row["against"] == "before"}
        wanted = [row["subject"] for row in self.rows["decisions"] if row["kind_of_decision"] == "investigate"]
        return [(subject, moves[subject]) for subject in wanted if subject in moves]


def _subject(row: dict[str, Any]) -> str:
    parts = [row["dimension"], row["subject"], *([] if row["part"] == "all" else [row["part"], row["place"]])]
    return "/".join(parts)


def table() -> str:
    """Return what is recovered, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        seen = Seen(Path(folder), **SIZE)
    found = seen.aspects()
    tongues = sorted({tongue for tongue, _ in found}, reverse=True)
    lines = ["| aspect | language | said | recall | precision | sign right |", "|---|---|--:|--:|--:|--:|"]
    for aspect in (*ASPECTS, "all"):
        for tongue in tongues:
            each = sum((found[tongue, name] for name in ([aspect] if aspect != "all" else ASPECTS)), Recovery())
            shares = " | ".join(f"{100 * value:.1f}" for value in (each.recall, each.precision, each.polarity))
            lines.append(f"| {aspect} | {tongue} | {each.said} | {shares} |")
    lines += ["", "| | " + " | ".join(tongues) + " |", "|---" * (1 + len(tongues)) + "|"]
    agreed = [seen.sentiment(tongue) for tongue in tongues]
    lines.append("| sentiment agrees with stars | " + " | ".join(f"{100 * share:.1f} % of {rows}" for share, rows in agreed) + " |")
    told = [seen.topics(tongue) for tongue in tongues]
    lines.append(
        "| topics and aspects, NMI | " + " | ".join(f"{nmi:.3f} ({rows} reviews, {topics} topics)" for nmi, rows, topics in told) + " |"
    )
    for name in ("text_needs", "text_comparisons"):
        counts = [sum(seen.language[row["text_id"]] == tongue for row in seen.rows[name]) for tongue in tongues]
        lines.append(f"| {name}, where the twin has hardly any | " + " | ".join(map(str, counts)) + " |")
    incidents = "; ".join(f"{row['incident']} of {row['subject']} since {row['since']}" for row in seen.twin.truth.incidents.to_pylist())
    alarms = "; ".join(f"{subject} ({quotes} quotes)" for subject, quotes in seen.alarms())
    return "\n".join([*lines, "", f"Planted: {incidents}. To be looked into: {alarms}."]) + "\n"
