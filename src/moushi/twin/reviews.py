"""Reviews: words for what was felt, aspect by aspect, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.twin.catalogue import Leaf
from moushi.twin.identities import identities
from moushi.twin.records import FELT_UNIT, Rows
from moushi.twin.shape import ASPECTS, QUALITY, SIZE, words
from moushi.twin.streams import Floats, Integers, Purpose
from moushi.twin.week import World

GOOD, MIDDLING, BAD = "good", "middling", "bad"
_GOOD_FROM, _BAD_UNDER = 0.15, -0.15
_DICE = 32
_PLAIN = {"zh": 0.18, "en": 0.10}
_COPIED, _CONTACT = 0.03, 0.015


@dataclass(frozen=True)
class Said:
    """The words of some reviews, one element each.

    Attributes
    ----------
    titles : headlines; None where the language's shops have none
    bodies : texts
    polarity : per aspect 1, 0 or -1 as the text speaks of it; -128 where it does not
    """

    titles: list[str | None]
    bodies: list[str]
    polarity: npt.NDArray[np.int8]


SILENT = np.int8(-128)


class _Dice:
    """Picks elements by numbers drawn before, so that each review has its own luck."""

    def __init__(self, row: Floats) -> None:
        self._row = row.tolist()
        self._next = 0

    def roll(self) -> float:
        value: float = self._row[self._next % len(self._row)]
        self._next += 1
        return value

    def pick(self, options: list[str]) -> str:
        return options[int(self.roll() * len(options))]


def say(world: World, rows: Rows, people: npt.NDArray[Any], week: int, *, market: int | None = None, language: str | None = None) -> Said:
    """Write the words of a week's reviews.

    Parameters
    ----------
    rows : REVIEW, all that were written in the week
    people : number of the person behind each
    market : whose reviews to write; all where None.  The others are left out,
        and change nothing in the words of these
    language : "zh" or "en"; each market's own where None
    """
    rng = world.streams.of(Purpose.WORDS, week)
    felt = rows["felt"].astype(np.float64) / FELT_UNIT
    order, count = _mentioned(rng, felt, world.catalogue.relevant[rows["product"]])
    dice = rng.random((len(rows), _DICE))
    wanted = np.arange(len(rows)) if market is None else np.flatnonzero(rows["market"] == market)
    said = Said([], [], np.full((len(wanted), len(ASPECTS)), SILENT, dtype=np.int8))
    for place in wanted.tolist():
        tongue = language or world.shape.markets[rows["market"][place]].language
        how = (felt[place], order[place, : count[place]], _Dice(dice[place]))
        _say_one(world, (rows[place], int(people[place]), tongue), how, said)
    return said


def _mentioned(rng: np.random.Generator, felt: Floats, relevant: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Choose what each review speaks of: what stood out most, one to four aspects, quality more often than others."""
    salience = np.abs(felt - 0.35) + rng.gumbel(0, 0.35, felt.shape)
    salience[:, QUALITY] += 0.3
    salience[~relevant] = -np.inf
    count = 1 + (rng.random(len(felt))[:, None] > np.array([0.3, 0.75, 0.95])).sum(axis=1)
    return np.argsort(-salience, axis=1), np.minimum(count, relevant.sum(axis=1))


def mood(stars: int) -> str:
    """Return the tone of a review by its stars."""
    return BAD if stars <= 2 else MIDDLING if stars == 3 else GOOD


def _tone(felt: float) -> str:
    return GOOD if felt > _GOOD_FROM else BAD if felt < _BAD_UNDER else MIDDLING


def _say_one(world: World, what: tuple[Any, int, str], how: tuple[Floats, Integers, _Dice], said: Said) -> None:
    (row, person, language), (felt, mentioned, dice) = what, how
    tone = mood(row["stars"])
    shop = words(language)
    said.titles.append(dice.pick(shop["titles"][tone]) if language == "en" and dice.roll() < 0.7 else None)
    if (text := _boilerplate(shop, language, tone, dice)) is not None:
        said.bodies.append(text)
        return
    aspects = _to_the_point(felt, mentioned, tone, dice.roll() < 0.6)
    leaf = world.catalogue.leaves[world.catalogue.leaf[row["product"]]]
    clauses = [(_clause(shop, leaf, (aspect, each), language, dice), each) for aspect, each in aspects]
    text = _compose((shop, language, tone), clauses, leaf, dice)
    if tone != GOOD and dice.roll() < _CONTACT:
        who = identities(world.shape.seed, world.shape.markets[row["market"]], np.array([row["customer"]]), np.array([person]))
        facts = {"name": who.name[0].as_py(), "email": who.email[0].as_py(), "phone": who.phone[0].as_py()}
        text += (" " if language == "en" else "") + _upper(dice.pick(shop["shape"]["contact"]).format(**facts))
    said.bodies.append(text)
    for aspect, each in aspects:
        said.polarity[len(said.bodies) - 1, aspect] = {GOOD: 1, MIDDLING: 0, BAD: -1}[each]


def _to_the_point(felt: Floats, mentioned: Integers, tone: str, first: bool) -> list[tuple[int, str]]:
    """Return the aspects to speak of with their tones; one that explains the stars is among them."""
    aspects = [(int(aspect), _tone(felt[aspect])) for aspect in mentioned]
    if tone != MIDDLING and all(each != tone for _, each in aspects):
        # An aspect that means nothing for the product is felt as exactly 0.
        reason = int(np.argmax(felt)) if tone == GOOD else int(np.argmin(felt))
        aspects = [(reason, _tone(felt[reason])), *[pair for pair in aspects if pair[0] != reason]]
    return sorted(aspects, key=lambda pair: pair[1] != tone) if first else aspects


def _boilerplate(shop: dict[str, Any], language: str, tone: str, dice: _Dice) -> str | None:
    """Return a text that says next to nothing, or another's words, or None for a text of one's own."""
    roll = dice.roll()
    if roll < _PLAIN[language]:
        return dice.pick(shop["plain"][tone])
    roll -= _PLAIN[language]
    if roll < _COPIED and tone == GOOD:
        return dice.pick(shop["plain"]["copied"]).rstrip("。.!") + dice.pick(shop["shape"]["ends"][:6])
    return None


def _clause(shop: dict[str, Any], leaf: Leaf, what: tuple[int, str], language: str, dice: _Dice) -> str:
    """Pick words for an aspect in a tone: general ones, those of the kind of goods, and those of this very kind."""
    aspect, tone = what
    options = list(shop[ASPECTS[aspect]][tone])
    if aspect == QUALITY:
        options += shop[f"quality_{leaf.group}"][tone]
        # Words of this very kind of goods are few: as likely together as half of the others.
        own = leaf.entry.get(f"{tone}_{language}", [])
        options += own * (1 + len(options) // (2 * max(len(own), 1)))
    if aspect == SIZE:
        options += shop[f"size_{leaf.fit}"][tone]
    return dice.pick(options)


def _compose(manner: tuple[dict[str, Any], str, str], clauses: list[tuple[str, str]], leaf: Leaf, dice: _Dice) -> str:
    """Join clauses: opening, clauses with joints that fit the turn, close, end."""
    shop, language, tone = manner
    shape = shop["shape"]
    noun = leaf.noun[0 if language == "zh" else 1]
    text = dice.pick(shape[f"open_{tone}"]).format(noun=noun)
    previous = ""
    for clause, each in clauses:
        if previous:
            text += dice.pick(shape[_joint(previous, each)])
        text += _begin(clause, text, language)
        previous = each
    return _finish(text, shape, language, tone if previous == tone else "", dice)


def _joint(previous: str, following: str) -> str:
    if (previous == GOOD) == (following == GOOD):
        return "joins"
    if following == MIDDLING:
        return "softens"
    return "turns" if previous == GOOD else "relieves"


def _begin(clause: str, text: str, language: str) -> str:
    """Write a clause's first letter large where an English sentence begins."""
    if language == "en" and (not text or text.rstrip()[-1] in ".!?"):
        return _upper(clause)
    return clause


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _finish(text: str, shape: dict[str, Any], language: str, tone: str, dice: _Dice) -> str:
    # A text that turned at its end closes with nothing.
    close, end = dice.pick(shape.get(f"close_{tone}", [""])), dice.pick(shape["ends"])
    if language == "zh":
        return text + close + end
    if close:
        return text + (end if end.strip() else ".") + close
    text += end
    return text.lower() if dice.roll() < 0.04 else text
