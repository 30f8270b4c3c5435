"""Asks language models about the texts that the local tier is unsure of, and about some by lot, within the budget.

Texts by lot teach the local tier what texts are like here, and a fifth of them
measures it; they are wanted once.  From then on only texts are sent that the
local tier, taught by then, is still unsure of.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import TextInsights, TextReadings, Texts
from moushi.errors import Language
from moushi.llm.prompts import load_prompt
from moushi.llm.reading import PROMPT, Reading, check_reading, read_texts
from moushi.llm.task import Item
from moushi.locale import LANGUAGES, words
from moushi.stages import Context
from moushi.understand.models import Models
from moushi.understand.reading import read_batch
from moushi.understand.readings import Told, as_reading, digest_of, is_held

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.llm.models import Role

ROLE: Role = "fast"
UNSURE = 0.8
"""The local tier is unsure of a text whose sentiment it tells with less confidence."""
MOST_EXAMPLES = 6
"""Texts that people corrected, shown to a model in each language."""
EXAMPLE_CHARACTERS = 400
_DRAWN_SHARE = 0.5
"""Share of a run's texts that lots may take, until enough are read."""
MOST_DRAWN = 2_500


@dataclass(frozen=True)
class Chosen:
    """A text to be sent, and why."""

    text_id: str
    drawn: bool


def aspect_names(language: Language) -> dict[str, str]:
    """Return the aspects that texts are read for, and what they are called."""
    prefix = "aspect."
    names = words("understand", language)
    return {key.removeprefix(prefix): name for key, name in names.items() if key.startswith(prefix) and key != f"{prefix}overall"}


@dataclass(frozen=True)
class Kept:
    """What models said, and of which texts.

    Attributes
    ----------
    readings : by digest of the text
    ids : digests by identifier of the text
    """

    readings: dict[str, Told]
    ids: dict[str, str]

    def with_more(self, other: Kept) -> Kept:
        """Return both together; what was known before stays."""
        return Kept({**other.readings, **self.readings}, {**other.ids, **self.ids})

    def table(self) -> pa.Table:
        """Return it as rows of `TextReadings`."""
        rows = [self.readings[digest].row(text_id, digest) for text_id, digest in sorted(self.ids.items())]
        return pa.Table.from_pylist(rows, schema=TextReadings.schema()) if rows else TextReadings.empty()


def kept(context: Context, texts: ir.Table) -> Kept:
    """Return what models said in earlier runs: of texts that still say the same, to the prompt of now.

    Where models of the workspace are there now, only what they said counts.
    """
    rows = context.read(TextReadings)
    there = {line.model.name for line in context.llm.lines_for(ROLE)}
    current = {_asked_by(language) for language in LANGUAGES}
    joined = rows.inner_join(texts.select(Texts.text_id, Texts.body), Texts.text_id)
    found = Kept({}, {})
    for row in context.engine.to_arrow(joined.order_by(TextReadings.text_id)).to_pylist():
        told, digest = Told.of(row), row[TextReadings.digest]
        if told.model in (there or {told.model}) and told.prompt in current and digest_of(row[Texts.body]) == digest:
            found.readings.setdefault(digest, told)
            found.ids[row[Texts.text_id]] = digest
    return found


def _asked_by(language: Language) -> str:
    prompt = load_prompt(PROMPT, language)
    return f"{prompt.name}/{prompt.version}.{language}"


def choose(read: Iterable[pa.Table], known: Kept, most: int) -> list[Chosen]:
    """Return the texts to send: some by lot until enough are read so, then the least sure.

    Parameters
    ----------
    read : batches of `READ`: what the local tier found
    known : what models said already
    most : texts to send at most
    """
    drawn = sum(told.drawn for told in known.readings.values())
    lots = min(int(most * _DRAWN_SHARE), max(MOST_DRAWN - drawn, 0))
    by_lot: list[tuple[str, str]] = []
    unsure: list[tuple[float, str]] = []
    for batch in read:
        own = batch.filter(pc.is_null(batch[TextInsights.set_aside]))
        pairs = zip(own[Texts.text_id].to_pylist(), own[TextInsights.confidence].to_pylist(), strict=True)
        unread = [(text_id, sure) for text_id, sure in pairs if text_id not in known.ids]
        by_lot = heapq.nsmallest(lots, [*by_lot, *((_lot(text_id), text_id) for text_id, _ in unread)])
        doubtful = ((sure, text_id) for text_id, sure in unread if sure is not None and sure < UNSURE)
        unsure = heapq.nsmallest(most, [*unsure, *doubtful])
    first = {text_id for _, text_id in by_lot}
    rest = [text_id for _, text_id in unsure if text_id not in first][: most - len(first)]
    return [*(Chosen(text_id, drawn=True) for _, text_id in by_lot), *(Chosen(text_id, drawn=False) for text_id in rest)]


def _lot(text_id: str) -> str:
    return hashlib.blake2b(text_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def ask(context: Context, texts: ir.Table, chosen: Sequence[Chosen], models: Models) -> Kept:
    """Return what models say of texts; those without an answer are left out.

    Parameters
    ----------
    texts : where the bodies are
    chosen : the texts to send
    models : what the local tier knows, for the examples
    """
    import ibis

    wanted = ibis.memtable(pa.table({Texts.text_id: [each.text_id for each in chosen]}))
    rows = texts.select(Texts.text_id, Texts.body, Texts.language).semi_join(wanted, Texts.text_id).order_by(Texts.text_id)
    bodies = context.engine.to_arrow(rows).to_pylist()
    drawn = {each.text_id: each.drawn for each in chosen}
    found = Kept({}, {})
    with context.progress.task("understand.progress.asking", len(bodies)) as advance:
        for language, own in _by_language(bodies):
            items = [Item(row[Texts.text_id], row[Texts.body]) for row in own]
            shown = _examples(models, language)
            answers = read_texts(context.llm, items, language, aspect_names(language), examples=shown, advance=advance)
            for row, answer in zip(own, answers, strict=True):
                if answer.output is None or answer.model is None:
                    continue
                text_id, digest = row[Texts.text_id], digest_of(row[Texts.body])
                held = is_held(digest, drawn=drawn[text_id])
                found.readings.setdefault(digest, Told(answer.output, answer.model, _asked_by(language), drawn[text_id], held))
                found.ids[text_id] = digest
    return found


def _by_language(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Language, list[Mapping[str, Any]]]]:
    """Part texts by the language of the prompt that they are asked about in; those in other languages are asked about in English."""
    for language in LANGUAGES:
        own = [row for row in rows if ("zh" if (row[Texts.language] or "").startswith("zh") else "en") == language]
        if own:
            yield language, own


def _examples(models: Models, language: Language) -> list[tuple[str, Reading]]:
    """Return texts that people corrected, with their right readings: short ones, in the order of their words."""
    bodies = sorted((body for body in models.corrected if body and len(body) <= EXAMPLE_CHARACTERS), key=lambda body: (len(body), body))
    if not bodies:
        return []
    rows = read_batch(pa.table({Texts.text_id: bodies, Texts.body: bodies, Texts.language: pa.nulls(len(bodies), pa.string())}), models)
    aspects = aspect_names(language)
    found = []
    for body, row in zip(bodies, rows.to_pylist(), strict=True):
        if any("\u4e00" <= letter <= "\u9fff" for letter in body) == (language == "zh"):
            row["aspects"] = [each for each in row["aspects"] or [] if each["aspect"] in aspects]
            found.append((body, as_reading(body, row)))
    return [(body, reading) for body, reading in found if not check_reading(reading, body, aspects)][:MOST_EXAMPLES]
