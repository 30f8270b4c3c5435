"""A part of a sentence as the place where a word is judged: which facts it may rest on, and whether it claims anything."""

from __future__ import annotations

from collections.abc import Sequence

from moushi.llm.checker.lexicon import BLANK, Hit, families
from moushi.llm.checker.reading import Mention, Part, Reading, Sentence

DIRECTIONS = ("rise", "fall", "better", "worse", "steady", "causal_rise", "causal_fall")
BARE = ("bare_rise", "bare_fall", "bare_better", "bare_worse")
"""Directions of words that say one only beside a comparison or a change: 高, 低."""
FIRSTS = ("top", "bottom", "best", "worst", "superlative", "first")
_FROM = (" from", "从", "由", "自")
_TO = (" to", "到", "至", "为")
_AGAINST = (" against", " versus", " vs", " to", "对", "而", "多于", "少于")
_OF_NOUN = frozenset({"in", "of", "by", "was", "is", "were", "to", "on", "came", "has", "had"})
_DETERMINERS = frozenset(
    {"the", "your", "its", "this", "that", "their", "our", "prices", "stock", "it", "them", "each", "every", "all", "a"}
)
_STOPS = (".", "!", "?", "\n", ";")


class Scope:
    """A part of a sentence and the parts around it."""

    def __init__(self, reading: Reading, sentence: Sentence, index: int) -> None:
        self.reading = reading
        self.sentence = sentence
        self.index = index
        self.part = sentence[index]

    def directs(self, hit: Hit) -> bool:
        """Tell whether a word says a direction here."""
        if not hit.roles.isdisjoint(DIRECTIONS):
            return not self.asks(hit)
        return not hit.roles.isdisjoint(BARE) and self._is_compared(hit)

    def _is_compared(self, hit: Hit) -> bool:
        following = self.reading.after(hit, 1)
        moved = bool(following and following[0].startswith(BLANK) and any(one.moves and one.start >= hit.end for one in self.part.mentions))
        return moved or any(other.end <= hit.start and (other.roles & {"compare", "basis"}) for other in self.part.hits)

    def near(self, hit: Hit, *kinds: str) -> list[Mention]:
        """Return the facts of these kinds on which a word may rest.

        Those of its part; else of a part beside it where no such word asks for
        them; else those before, where the word goes on with what was said; else
        those behind a colon.  A ranking may stand anywhere in the sentence.  What
        is not of its own part must be about the names and figures of its part.
        """
        found = self.part.of(*kinds)
        if found:
            return found
        roles = DIRECTIONS if not hit.roles.isdisjoint((*DIRECTIONS, *BARE)) else FIRSTS
        for index in (self.index + 1, self.index - 1):
            found = self._of(index, *kinds)
            found = [one for one in found if self._says(one)] if found and self._other(index)._asks_for_facts(roles) else found
            if found:
                return found
        if self._goes_on(hit) and (found := self._of(self.index - 1, *kinds)):
            return found
        if self._heads() or roles is FIRSTS:
            return [one for index in range(len(self.sentence)) for one in self._of(index, *kinds)]
        return []

    def _of(self, index: int, *kinds: str) -> list[Mention]:
        return [one for one in self.sentence[index].of(*kinds) if self._related(one)] if 0 <= index < len(self.sentence) else []

    def _asks_for_facts(self, roles: Sequence[str]) -> bool:
        return any(roles is not DIRECTIONS or self.directs(hit) for hit in self.part.having(*roles))

    def _other(self, index: int) -> Scope:
        return Scope(self.reading, self.sentence, index)

    def _says(self, mention: Mention) -> bool:
        """Tell whether the part names the figure of a fact of another part."""
        return any(f"metric.{families(mention.fact.witness.metric)}" in hit.roles for hit in figures(self.part))

    def _related(self, mention: Mention) -> bool:
        """Tell whether a fact of another part is about the names and figures of this one."""
        names = {one.identifier for one in self.part.of("name")}
        if names and names.isdisjoint(mention.fact.about):
            return False
        said = {role for hit in figures(self.part) for role in hit.roles}
        family = families(mention.fact.witness.metric)
        return not said or not family or f"metric.{family}" in said

    def _goes_on(self, hit: Hit) -> bool:
        """Tell whether a word opens its part without a subject of its own: "rose {{x}}, climbing to {{y}}"."""
        between = self.reading.folded[self.part.start : hit.start].strip(" ,，")
        return between in ("", "and", "and then", "thus", "并", "并且", "已", "也", "情况", "整体", "总体", "情况有所", "有所") and not any(
            one.end <= hit.start for one in self.part.mentions
        )

    def _heads(self) -> bool:
        return self.reading.folded[self.part.start : self.part.end].rstrip().endswith(":")

    def pair(self, hit: Hit) -> tuple[Mention, Mention] | None:
        """Return the two amounts that a word compares: first the one that is compared with."""
        before, after = self._amounts(hit)
        pair: tuple[Mention, Mention] | None = None
        if len(after) > 1:
            pair = self._behind(hit, after)
        elif before and after:
            starts = self._words(0, before[-1].start)
            pair = (before[-1], after[0]) if starts.endswith(_FROM) else (after[0], before[-1])
        named = {one.identifier for one in self.part.of("name") if one.end <= hit.start}
        if pair and named and pair[1].fact.about and named.isdisjoint(pair[1].fact.about):
            return None
        return pair if pair and _alike(*pair) else None

    def _amounts(self, hit: Hit) -> tuple[list[Mention], list[Mention]]:
        """Return the amounts before and after a word, of its part or, where that has none, of those beside it."""
        amounts = [one for one in self.part.mentions if one.measured]
        if not amounts and self._heads() and self.index + 1 < len(self.sentence):
            return [], [one for one in self.sentence[self.index + 1].mentions if one.measured]
        earlier = [one for one in self.sentence[self.index - 1].mentions if one.measured] if self.index else []
        before = [one for one in amounts if one.end <= hit.start] or earlier
        return before, [one for one in amounts if one.start >= hit.end]

    def _behind(self, hit: Hit, after: list[Mention]) -> tuple[Mention, Mention] | None:
        """Return the amounts of "rose from {{x}} to {{y}}", "to {{y}} from {{x}}", "higher ({{y}}) than ({{x}})", "{{y}} against {{x}}"."""
        first, second = self._words(hit.end, after[0].start), self._words(after[0].end, after[1].start)
        if first.endswith(_FROM) and second.endswith(_TO):
            return after[0], after[1]
        compares = any("compare" in other.roles and after[0].end <= other.start < after[1].start for other in self.part.hits)
        if compares or (first.endswith(_TO) and second.endswith(_FROM)) or (self._heads() and second.endswith(_AGAINST)):
            return after[1], after[0]
        return None

    def _words(self, start: int, end: int) -> str:
        return " " + self.reading.folded[start:end].strip()

    def denied(self, hit: Hit) -> bool:
        """Tell whether a word is denied; "not only" denies nothing."""
        if any(name.endswith("n't") for name in self.reading.before(hit, 4)):
            return True
        deniers = [other for other in self.part.having("negator") if "not_denied" not in other.roles]
        return any(0 <= hit.first - other.last <= 4 for other in deniers)

    def supposed(self, hit: Hit) -> bool:
        """Tell whether a word is only supposed or asked about."""
        return not self._moves() and any(other.end <= hit.start for other in self.part.having("hypothetical"))

    def _moves(self) -> bool:
        return any(one.moves for one in self.part.mentions)

    def advises(self) -> bool:
        """Tell whether the part asks for something."""
        return bool(self.part.having("advice"))

    def asks(self, hit: Hit) -> bool:
        """Tell whether a word is an action that the text asks for; it claims nothing then."""
        words = self.reading.folded[hit.start : hit.end]
        if words not in self.reading.words.lists["action"] or self._moves():
            return False
        return self._asks_in_english(hit) if self.reading.language == "en" else self._asks_in_chinese(hit)

    def _asks_in_english(self, hit: Hit) -> bool:
        before, after = self.reading.before(hit, 3), self.reading.after(hit, 1)
        if not before or before[-1] in _STOPS:
            return bool(after) and after[0] not in _OF_NOUN
        if any(other.last <= hit.first <= other.last + 2 for other in self.part.having("advice")):
            return True
        if before[-1] == "to":
            return len(before) == 1 or before[-2] in _STOPS or self.advises()
        return before[-1] in ("and", "or", "then", ",", "-") and bool(after) and after[0] in _DETERMINERS

    def _asks_in_chinese(self, hit: Hit) -> bool:
        if self.reading.after(hit, 1) == ["了"]:
            return False
        if any(other.end <= hit.start for other in self.part.having("advice")):
            return True
        text = self.reading.folded[self.sentence[0].start : hit.start].lstrip(" ,，。；;！!\n")
        if text.startswith(("为", "要", "想")):
            return True
        opens = not self.reading.folded[self.part.start : hit.start].strip(" ,，、并且和及同时以再然后")
        return opens and any(part.having("advice") for part in self.sentence[: self.index])


def figures(part: Part) -> list[Hit]:
    """Return the words of a part that name a metric."""
    return [hit for hit in part.hits if any(role.startswith("metric.") for role in hit.roles)]


def _alike(one: Mention, other: Mention) -> bool:
    return one.identifier != other.identifier and one.fact.kind == other.fact.kind and one.fact.unit == other.fact.unit


def comparable(sentence: Sentence) -> bool:
    """Tell whether a sentence has two amounts of one kind."""
    amounts = [one for part in sentence for one in part.mentions if one.measured]
    return any(_alike(one, other) for at, one in enumerate(amounts) for other in amounts[:at])
