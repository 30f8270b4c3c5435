"""Words that relate values: they must rest on a fact in their part of the sentence, and agree with it.

A word of direction rests on the nearest change (or effect of an experiment)
within its reach, or on two amounts of one kind that it compares.  Both ways are
looked at: every word must find a fact, and every fact must agree with the word
that reaches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moushi.llm.checker.fault import Fault, Rule
from moushi.llm.checker.lexicon import BLANK, Hit, good_sign
from moushi.llm.checker.reading import Mention, Reading, Sentence
from moushi.llm.checker.scope import BARE, DIRECTIONS, FIRSTS, Scope, comparable
from moushi.llm.references import Fact

CAUSES = ("cause", "causal_rise", "causal_fall")
STRONG, SLIGHT = 0.10, 0.05
"""A change may be called strong from here on, slight up to there (shares of 1)."""
STEADY = 0.01
"""Up to here a change may be called steady (share of 1)."""
_RELATING = frozenset(
    (
        *DIRECTIONS,
        *BARE,
        *FIRSTS,
        *CAUSES,
        "causative",
        "consequence",
        "over",
        "under",
        "comparative",
        "compare",
        "strong",
        "slight",
        "basis",
    )
)
_SIGNS = re.compile(rf"[↑↓↗↘⬆⬇📈📉▲▼△▽🔺🔻🔼🔽<>=≥≤±×÷≈−~∼]|(?<!\S)[+-](?={BLANK})")


def relation_faults(reading: Reading) -> Iterator[Fault]:
    """Yield comparatives, superlatives, directions and causes that no fact bears out."""
    for match in _SIGNS.finditer(reading.folded):
        yield Fault("comparative", match.start(), match.end(), reading.prose[match.start() : match.end()])
    for sentence in reading.sentences:
        for index, part in enumerate(sentence):
            scope = Scope(reading, sentence, index)
            for hit in part.hits:
                rule = None if hit.roles.isdisjoint(_RELATING) else _broken(scope, hit)
                if rule is not None:
                    yield Fault(rule, hit.start, hit.end, reading.prose[hit.start : hit.end])
        for mention, hit in _governors(reading, sentence):
            if not _agrees(mention.fact, hit):
                yield Fault("direction", mention.start, mention.end, reading.prose[mention.start : mention.end])


def governed(reading: Reading) -> frozenset[int]:
    """Return where the changes start whose direction a word of the text already says."""
    found = (pair for sentence in reading.sentences for pair in _governors(reading, sentence))
    return frozenset(mention.start for mention, hit in found if "steady" not in hit.roles)


def _governors(reading: Reading, sentence: Sentence) -> Iterator[tuple[Mention, Hit]]:
    """Yield each change with the word of direction that reaches it: the last before it, else the next in its part."""
    last: Hit | None = None
    for index, part in enumerate(sentence):
        scope = Scope(reading, sentence, index)
        words = [hit for hit in part.hits if scope.directs(hit) or "neutral" in hit.roles]
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


def _broken(scope: Scope, hit: Hit) -> Rule | None:
    """Return the first rule that a word breaks, None if it breaks none."""
    for rule in (_bound, _cause, _first, _direction, _comparison, _degree):
        broken = rule(scope, hit)
        if broken is not None:
            return broken
    return None


def _bound(scope: Scope, hit: Hit) -> Rule | None:
    """Judge "over {{x}}" and "nearly {{x}}": no amount is more or less than itself, so two amounts must be compared."""
    if hit.roles.isdisjoint(("over", "under")):
        return None
    start = next((one.start for one in scope.part.mentions if one.measured and one.start >= hit.end), None)
    if start is None or scope.reading.folded[hit.end : start].strip():
        return None
    return _compared(scope, hit, 1 if "over" in hit.roles else -1)


def _compared(scope: Scope, hit: Hit, sign: int) -> Rule | None:
    pair = scope.pair(hit)
    if pair is None:
        return "comparative"
    old, new = pair[0].fact.amount, pair[1].fact.amount
    return None if (new > old) - (new < old) == sign else "direction"


def _cause(scope: Scope, hit: Hit) -> Rule | None:
    if not _claims_cause(scope, hit):
        return None
    if scope.denied(hit):
        return "negation"
    if scope.supposed(hit) or scope.asks(hit):
        return None
    return None if any(one.fact.sure for part in scope.sentence for one in part.of("experiment")) else "cause"


def _claims_cause(scope: Scope, hit: Hit) -> bool:
    if not hit.roles.isdisjoint(CAUSES):
        return True
    if "consequence" in hit.roles:
        return _opens(scope.reading, hit) and _measures(scope, hit)
    later = [other for other in scope.part.hits if other.start >= hit.end]
    if "causative" in hit.roles:
        return any(scope.directs(other) for other in later)
    if scope.directs(hit) and _has_lever(scope, hit):
        return any(other.first - hit.last <= 3 and any(role.startswith("metric.") for role in other.roles) for other in later)
    return False


def _measures(scope: Scope, hit: Hit) -> bool:
    """Tell whether something measured is said behind a word, in the rest of its sentence."""
    rest = [Scope(scope.reading, scope.sentence, index) for index in range(scope.index, len(scope.sentence))]
    behind = any(one.start >= hit.end for place in rest for one in place.part.mentions if one.moves)
    return behind or any(place.directs(other) and other.start >= hit.end for place in rest for other in place.part.hits)


def _opens(reading: Reading, hit: Hit) -> bool:
    """Tell whether a word stands where a sentence or one of its parts begins; Chinese needs no such place."""
    if reading.language == "zh":
        return True
    before = reading.before(hit, 1)
    return not before or before[0] in (",", ";", ".", "and", "\n", "!", "?", ":", "(", "–", "—", "-")


def _has_lever(scope: Scope, hit: Hit) -> bool:
    """Tell whether what a business did stands before a word."""
    named = any(one.fact.unit in ("campaign", "promotion", "channel", "coupon") and one.end <= hit.start for one in scope.part.of("name"))
    return named or any(other.end <= hit.start for other in scope.part.having("levers"))


def _first(scope: Scope, hit: Hit) -> Rule | None:
    roles = hit.roles
    if roles.isdisjoint(FIRSTS) or scope.asks(hit) or scope.supposed(hit):
        return None
    if scope.denied(hit):
        return "negation"
    if "first" in roles:
        return None if scope.near(hit, "first") else "superlative"
    rankings = scope.near(hit, "ranking")
    if "superlative" in roles or not rankings:
        return "superlative"
    nearest = min(rankings, key=lambda one: (abs(one.start - hit.start), one.start))
    return None if _comes_first(nearest.fact, roles) else "direction"


def _direction(scope: Scope, hit: Hit) -> Rule | None:
    if not scope.directs(hit) or scope.supposed(hit):
        return None
    if scope.denied(hit):
        return "negation"
    changes = scope.near(hit, "change", "experiment")
    if changes:
        following = min(changes, key=lambda one: (one.start < hit.start, abs(one.start - hit.start)))
        nearest = min(changes, key=lambda one: abs(one.start - hit.start))
        return None if _agrees(following.fact, hit) or _agrees(nearest.fact, hit) else "direction"
    sign = 1 if hit.roles & {"rise", "better", "causal_rise", "bare_rise", "bare_better"} else -1
    return _compared(scope, hit, 0 if "steady" in hit.roles else sign)


def _comparison(scope: Scope, hit: Hit) -> Rule | None:
    against = [role.partition(".")[2] for role in hit.roles if role.startswith("basis.")]
    if against:
        return _basis(scope, against)
    if hit.roles.isdisjoint(("comparative", "compare")) or scope.advises() or scope.supposed(hit):
        return None
    moved = any(one.moves for part in scope.sentence for one in part.mentions)
    return None if "comparative" not in hit.roles and (moved or comparable(scope.sentence)) else "comparative"


def _basis(scope: Scope, against: list[str]) -> Rule | None:
    everything = [one for part in scope.sentence for one in part.mentions]
    if "expected" in against and any(one.fact.forecast for one in everything):
        return None
    changes = [one for one in scope.part.mentions if one.moves] or [one for one in everything if one.moves]
    if any(one.fact.against in against for one in changes):
        return None
    if changes:
        return "direction"
    return None if comparable(scope.sentence) else "comparative"


def _degree(scope: Scope, hit: Hit) -> Rule | None:
    moved = next((other for other in scope.part.hits if scope.directs(other)), None)
    if hit.roles.isdisjoint(("strong", "slight")) or moved is None:
        return None
    changes = [one.fact for one in scope.near(moved, "change", "experiment")]
    sizes = [abs(fact.amount) / (100 if fact.unit == "points" else 1) for fact in changes if fact.unit in ("share", "points")]
    if not sizes:
        return "degree" if changes else None
    return None if (max(sizes) >= STRONG if "strong" in hit.roles else min(sizes) <= SLIGHT) else "degree"


def _comes_first(fact: Fact, roles: frozenset[str]) -> bool:
    place, end = fact.amount, fact.unit
    ends = {end} if place == 1 else set()
    if fact.among is not None and place == fact.among > 1:
        ends.add("lowest" if end == "highest" else "highest")
    good = "lowest" if good_sign(fact.witness.metric) < 0 else "highest"
    bad = "highest" if good == "lowest" else "lowest"
    wanted = {"top": "highest", "bottom": "lowest", "best": good, "worst": bad}
    return bool(ends & {wanted[role] for role in roles if role in wanted})
