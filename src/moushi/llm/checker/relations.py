"""Words that relate values: they must rest on a fact in their part of the sentence, and agree with it.

A word of direction rests on the nearest change (or effect of an experiment) of
its part, or of the part beside it where that has no such word of its own; or on
two amounts of one kind that it stands between.  Both ways are looked at: every
word must find a fact, and every fact must agree with the word that reaches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moushi.llm.checker.fault import Fault, Rule
from moushi.llm.checker.lexicon import BLANK, Hit, good_sign
from moushi.llm.checker.reading import Mention, Reading, Sentence
from moushi.llm.references import Fact

DIRECTIONS = (
    "rise",
    "fall",
    "better",
    "worse",
    "steady",
    "causal_rise",
    "causal_fall",
    "bare_rise",
    "bare_fall",
    "bare_better",
    "bare_worse",
)
FIRSTS = ("top", "bottom", "best", "worst", "superlative", "first")
CAUSES = ("cause", "causal_rise", "causal_fall")
_RELATING = frozenset((*DIRECTIONS, *FIRSTS, *CAUSES, "causative", "over", "under", "comparative", "compare", "strong", "slight", "basis"))
STRONG, SLIGHT = 0.10, 0.05
"""A change may be called strong from here on, slight up to there (shares of 1)."""
STEADY = 0.01
"""Up to here a change may be called steady (share of 1)."""
_SIGNS = re.compile(rf"[↑↓↗↘⬆⬇📈📉▲▼△▽🔺🔻🔼🔽<>=≥≤±×÷≈−~∼]|(?<!\S)[+-](?={BLANK})")
_FROM = (" from", "从", "由", "自")
_TO = (" to", "到", "至", "为")
_OF_NOUN = frozenset({"in", "of", "by", "was", "is", "were", "to", "on", "came", "has", "had"})
_DETERMINERS = frozenset(
    {"the", "your", "its", "this", "that", "their", "our", "prices", "stock", "it", "them", "each", "every", "all", "a"}
)


def relation_faults(reading: Reading) -> Iterator[Fault]:
    """Yield comparatives, superlatives, directions and causes that no fact bears out."""
    for match in _SIGNS.finditer(reading.folded):
        yield Fault("comparative", match.start(), match.end(), reading.prose[match.start() : match.end()])
    for sentence in reading.sentences:
        for index, part in enumerate(sentence):
            for hit in part.hits:
                rule = _Place(reading, sentence, index).rule(hit)
                if rule:
                    yield Fault(rule, hit.start, hit.end, reading.prose[hit.start : hit.end])
        yield from _reached(reading, sentence)


def governed(reading: Reading) -> frozenset[int]:
    """Return where the changes start whose direction a word of the text already says."""
    found: set[int] = set()
    for sentence in reading.sentences:
        found |= {mention.start for mention, hit in _governors(reading, sentence) if "steady" not in hit.roles}
    return frozenset(found)


def _reached(reading: Reading, sentence: Sentence) -> Iterator[Fault]:
    """Yield changes that contradict the word which reaches them."""
    for mention, hit in _governors(reading, sentence):
        if not _agrees(mention.fact, hit):
            yield Fault("direction", mention.start, mention.end, reading.prose[mention.start : mention.end])


def _governors(reading: Reading, sentence: Sentence) -> Iterator[tuple[Mention, Hit]]:
    """Yield each change with the word of direction that reaches it: the last before it, else the next in its part."""
    last: Hit | None = None
    for index, part in enumerate(sentence):
        place = _Place(reading, sentence, index)
        words = [hit for hit in part.hits if place.directs(hit) or "neutral" in hit.roles]
        for mention in (one for one in part.mentions if one.moves):
            before = [hit for hit in words if hit.start < mention.start]
            after = [hit for hit in words if hit.start > mention.start]
            own = before[-1] if before else after[0] if after else last
            if own is not None and "neutral" not in own.roles:
                yield mention, own
        last = words[-1] if words else last


def _agrees(fact: Fact, hit: Hit) -> bool:
    roles, sign = hit.roles, fact.sign
    if "steady" in roles:
        return sign == 0 or (fact.unit == "share" and abs(fact.amount) <= STEADY)
    good = good_sign(fact.witness.metric) or 1
    wanted = {
        "rise": 1, "causal_rise": 1, "bare_rise": 1, "fall": -1, "causal_fall": -1, "bare_fall": -1,
        "better": good, "bare_better": good, "worse": -good, "bare_worse": -good,
    }  # fmt: skip
    return sign in {wanted[role] for role in roles if role in wanted}


class _Place:
    """A part of a sentence, as the place where words are judged."""

    def __init__(self, reading: Reading, sentence: Sentence, index: int) -> None:
        self.reading = reading
        self.sentence = sentence
        self.index = index
        self.part = sentence[index]

    def rule(self, hit: Hit) -> Rule | None:
        """Return the rule that a word breaks, None if it breaks none."""
        if hit.roles.isdisjoint(_RELATING):
            return None
        for rule in (self._bound(hit), self._cause(hit), self._first(hit), self._direction(hit), self._comparison(hit), self._degree(hit)):
            if rule is not None:
                return rule
        return None

    def directs(self, hit: Hit) -> bool:
        """Tell whether a word says a direction here."""
        if hit.roles.isdisjoint(DIRECTIONS):
            return False
        if hit.roles & {"bare_rise", "bare_fall", "bare_better", "bare_worse"} and hit.roles.isdisjoint(DIRECTIONS[:7]):
            return self._is_compared(hit)
        return not self._asks(hit)

    def _is_compared(self, hit: Hit) -> bool:
        following = self.reading.after(hit, 1)
        moved = bool(following and following[0].startswith(BLANK) and any(one.moves and one.start >= hit.end for one in self.part.mentions))
        return moved or any(other.end <= hit.start and (other.roles & {"compare", "basis"}) for other in self.part.hits)

    def _bound(self, hit: Hit) -> Rule | None:
        """Judge "over {{x}}" and "nearly {{x}}": no amount is more or less than itself, so two amounts must be compared."""
        if hit.roles.isdisjoint(("over", "under")) or not self._before_amount(hit):
            return None
        return self._pair_rule(hit, 1 if "over" in hit.roles else -1)

    def _before_amount(self, hit: Hit) -> bool:
        start = next((one.start for one in self.part.mentions if one.measured and one.start >= hit.end), None)
        return start is not None and not self.reading.folded[hit.end : start].strip()

    def _cause(self, hit: Hit) -> Rule | None:
        if not self._claims_cause(hit):
            return None
        if self._denied(hit):
            return "negation"
        if self._asked_whether(hit) or self._asks(hit):
            return None
        return None if any(one.fact.sure for part in self.sentence for one in part.of("experiment")) else "cause"

    def _claims_cause(self, hit: Hit) -> bool:
        roles, hits = hit.roles, self.part.hits
        if not roles.isdisjoint(CAUSES):
            return not ("so" in self.reading.folded[hit.start : hit.end].split() and not self._opens(hit))
        later = [other for other in hits if other.start >= hit.end]
        if "causative" in roles:
            return any(self.directs(other) for other in later)
        if self.directs(hit) and self._has_lever(hit):
            return any(other.first - hit.last <= 3 and any(role.startswith("metric.") for role in other.roles) for other in later)
        return False

    def _opens(self, hit: Hit) -> bool:
        """Tell whether a word stands where a sentence or one of its parts begins."""
        before = self.reading.before(hit, 1)
        return not before or before[0] in (",", ";", ".", "and", "\n", "!", "?", ":", "(", "–", "—", "-")

    def _has_lever(self, hit: Hit) -> bool:
        """Tell whether what a business did stands before a word."""
        named = any(
            one.fact.unit in ("campaign", "promotion", "channel", "coupon") and one.end <= hit.start for one in self.part.of("name")
        )
        return named or any("levers" in other.roles and other.end <= hit.start for other in self.part.hits)

    def _first(self, hit: Hit) -> Rule | None:
        roles = hit.roles
        if roles.isdisjoint(FIRSTS) or self._asks(hit) or self._asked_whether(hit):
            return None
        if self._denied(hit):
            return "negation"
        if "first" in roles:
            return None if self._near(("first",), FIRSTS) else "superlative"
        rankings = self._near(("ranking",), FIRSTS)
        if "superlative" in roles or not rankings:
            return "superlative"
        nearest = min(rankings, key=lambda one: (abs(one.start - hit.start), one.start))
        return None if _comes_first(nearest.fact, roles) else "direction"

    def _direction(self, hit: Hit) -> Rule | None:
        if not self.directs(hit) or self._asked_whether(hit):
            return None
        if self._denied(hit):
            return "negation"
        changes = self._near(("change", "experiment"), DIRECTIONS)
        if changes:
            nearest = min(changes, key=lambda one: (one.start < hit.start, abs(one.start - hit.start)))
            reached = [nearest, min(changes, key=lambda one: abs(one.start - hit.start))]
            return None if any(_agrees(one.fact, hit) for one in reached) else "direction"
        sign = 1 if hit.roles & {"rise", "better", "causal_rise", "bare_rise", "bare_better"} else -1
        return self._pair_rule(hit, 0 if "steady" in hit.roles else sign)

    def _comparison(self, hit: Hit) -> Rule | None:
        roles = hit.roles
        if "comparative" in roles and not (self._asks_anything() or self._asked_whether(hit)):
            return "comparative"
        if "compare" in roles and not self._asked_whether(hit) and not self._asks_anything():
            moved = any(one.moves for part in self.sentence for one in part.mentions)
            return None if moved or _comparable(self.sentence) else "comparative"
        against = [role.partition(".")[2] for role in roles if role.startswith("basis.")]
        return self._basis(against) if against else None

    def _basis(self, against: list[str]) -> Rule | None:
        everything = [one for part in self.sentence for one in part.mentions]
        if "expected" in against and any(one.fact.forecast for one in everything):
            return None
        changes = [one for one in self.part.mentions if one.moves] or [one for one in everything if one.moves]
        if any(one.fact.against in against for one in changes):
            return None
        if changes:
            return "direction"
        return None if _comparable(self.sentence) else "comparative"

    def _degree(self, hit: Hit) -> Rule | None:
        if hit.roles.isdisjoint(("strong", "slight")) or not any(self.directs(other) for other in self.part.hits):
            return None
        changes = [one.fact for one in self._near(("change", "experiment"), DIRECTIONS)]
        sizes = [abs(fact.amount) / (100 if fact.unit == "points" else 1) for fact in changes if fact.unit in ("share", "points")]
        if not changes or not sizes:
            return "degree" if changes else None
        return None if (max(sizes) >= STRONG if "strong" in hit.roles else min(sizes) <= SLIGHT) else "degree"

    def _pair_rule(self, hit: Hit, sign: int) -> Rule | None:
        """Return None where two amounts around or behind a word bear it out."""
        pair = self._pair(hit)
        if pair is None or not _alike(*pair):
            return "comparative"
        old, new = pair[0].fact.amount, pair[1].fact.amount
        return None if (new > old) - (new < old) == sign else "direction"

    def _pair(self, hit: Hit) -> tuple[Mention, Mention] | None:
        """Return the two amounts that a word compares: first the one that is compared with."""
        amounts = [one for one in self.part.mentions if one.measured]
        earlier = [one for one in self.sentence[self.index - 1].mentions if one.measured] if self.index else []
        before = [one for one in amounts if one.end <= hit.start] or earlier
        after = [one for one in amounts if one.start >= hit.end]
        if len(after) > 1:
            return self._behind(hit, after)
        if not before or not after:
            return None
        begins = self._words_between(0, before[-1].start)
        return (before[-1], after[0]) if begins.endswith(_FROM) else (after[0], before[-1])

    def _behind(self, hit: Hit, after: list[Mention]) -> tuple[Mention, Mention] | None:
        """Return the two amounts of "rose from {{x}} to {{y}}", "rose to {{y}} from {{x}}" and "higher ({{y}}) than ({{x}})"."""
        first, second = self._words_between(hit.end, after[0].start), self._words_between(after[0].end, after[1].start)
        if first.endswith(_FROM) and second.endswith(_TO):
            return after[0], after[1]
        compares = any("compare" in other.roles and after[0].end <= other.start < after[1].start for other in self.part.hits)
        if compares or (first.endswith(_TO) and second.endswith(_FROM)):
            return after[1], after[0]
        return None

    def _words_between(self, start: int, end: int) -> str:
        return " " + self.reading.folded[start:end].strip()

    def _near(self, kinds: tuple[str, ...], roles: tuple[str, ...]) -> list[Mention]:
        """Return facts of the part, else of a part beside it in which no other word asks for one."""
        found = self.part.of(*kinds)
        if found:
            return found
        for index in (self.index + 1, self.index - 1):
            if 0 <= index < len(self.sentence):
                place = _Place(self.reading, self.sentence, index)
                found = place.part.of(*kinds)
                taken = [hit for hit in place.part.having(*roles) if roles is not DIRECTIONS or place.directs(hit)]
                if found and not taken:
                    return found
        return []

    def _denied(self, hit: Hit) -> bool:
        """Tell whether a word is denied; "not only" denies nothing."""
        if any(name.endswith("n't") for name in self.reading.before(hit, 4)):
            return True
        return any(
            "negator" in other.roles and "not_denied" not in other.roles and 0 <= hit.first - other.last <= 4 for other in self.part.hits
        )

    def _asked_whether(self, hit: Hit) -> bool:
        """Tell whether a word is only supposed or asked about."""
        return not self._moves() and any(other.end <= hit.start for other in self.part.having("hypothetical"))

    def _moves(self) -> bool:
        return any(one.moves for one in self.part.mentions)

    def _asks_anything(self) -> bool:
        return bool(self.part.having("advice"))

    def _asks(self, hit: Hit) -> bool:
        """Tell whether a word is an action that the text asks for; it claims nothing then."""
        words = self.reading.folded[hit.start : hit.end]
        if words not in self.reading.words.lists["action"] or self._moves():
            return False
        return self._asks_in_english(hit) if self.reading.language == "en" else self._asks_in_chinese(hit)

    def _asks_in_english(self, hit: Hit) -> bool:
        before, after = self.reading.before(hit, 3), self.reading.after(hit, 1)
        opens = hit.first == 0 or before[-1:] in ([name] for name in ".!?\n;")
        if opens:
            return bool(after) and after[0] not in _OF_NOUN
        if any(other.last <= hit.first <= other.last + 2 for other in self.part.having("advice")):
            return True
        if before[-1] == "to":
            return len(before) == 1 or before[-2] in (".", "!", "?", "\n", ";") or bool(self.part.having("advice"))
        return before[-1] in ("and", "or", "then", ",", "-") and bool(after) and after[0] in _DETERMINERS

    def _asks_in_chinese(self, hit: Hit) -> bool:
        if self.reading.after(hit, 1) == ["了"]:
            return False
        if any(other.end <= hit.start for other in self.part.having("advice")):
            return True
        text = self.reading.folded[self.sentence[0].start : hit.start].lstrip(" ,，。；;！!\n")
        if text.startswith(("为", "要", "想")):
            return True
        earlier = any(part.having("advice") for part in self.sentence[: self.index])
        opens = not self.reading.folded[self.part.start : hit.start].strip(" ,，、并且和及同时以")
        return earlier and opens


def _comes_first(fact: Fact, roles: frozenset[str]) -> bool:
    place, end = fact.amount, fact.unit
    ends = {end} if place == 1 else set()
    if fact.among is not None and place == fact.among > 1:
        ends.add("lowest" if end == "highest" else "highest")
    good = "lowest" if good_sign(fact.witness.metric) < 0 else "highest"
    bad = "highest" if good == "lowest" else "lowest"
    wanted = {"top": "highest", "bottom": "lowest", "best": good, "worst": bad}
    return bool(ends & {wanted[role] for role in roles if role in wanted})


def _alike(one: Mention, other: Mention) -> bool:
    return one.identifier != other.identifier and one.fact.kind == other.fact.kind and one.fact.unit == other.fact.unit


def _comparable(sentence: Sentence) -> bool:
    amounts = [one for part in sentence for one in part.mentions if one.measured]
    return any(_alike(one, other) for at, one in enumerate(amounts) for other in amounts[:at])
