"""Charts as small inline SVG: no script, no font, no time stamp; the same numbers give the same bytes.

Each chart is drawn twice, for wide and for narrow screens, so that its letters
stay as large as the text around it; the style sheet shows the one that fits.
Colours are classes of the style sheet and differ in lightness, not only in hue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from markupsafe import Markup

from moushi.surfaces.report.parts import Band, Point

Write = Callable[[float], str]
WriteDay = Callable[[date, bool], str]
"""Writes the day under an axis; True for the first, which also says its year."""

CHARACTER_WIDTH = 7.0


@dataclass(frozen=True)
class Frame:
    """The space a chart is drawn in, in SVG units of one screen pixel."""

    width: int
    height: int
    left: int
    top: float
    steps: int

    right = 14
    bottom = 26

    def x(self, place: float) -> float:
        """Return where period number `place` stands, from 0."""
        return self.left + (self.width - self.left - self.right) * place / max(1, self.steps - 1)

    def y(self, value: float) -> float:
        """Return where a value stands."""
        return self.floor - (self.floor - 14) * value / self.top

    @property
    def floor(self) -> float:
        """Where zero stands."""
        return float(self.height - self.bottom)


@dataclass(frozen=True)
class Words:
    """What a chart says: its name, what it shows, how its numbers and days are written."""

    name: str
    about: str
    value: Write
    day: WriteDay
    now: str = ""


def history_chart(points: Sequence[Point], words: Words) -> Markup:
    """Draw what happened per period; a period that is not over is dashed.

    Parameters
    ----------
    points : at least one, in order, evenly spaced
    """
    values = [float(point.value) for point in points]
    dates = [point.at for point in points]
    return _both(words, values, dates, lambda frame: _history(frame, points, values))


def forecast_chart(history: Sequence[Point], bands: Sequence[Band], words: Words) -> Markup:
    """Draw what happened, then what is expected with its 50, 80 and 90 % bands.

    Parameters
    ----------
    history, bands : consecutive days; bands at least one
    """
    dates = [point.at for point in history] + [band.at for band in bands]
    values = [float(point.value) for point in history] + [band.q95 for band in bands]
    return _both(words, values, dates, lambda frame: _fan(frame, history, bands, words.now))


def _both(words: Words, values: Sequence[float], dates: Sequence[date], draw: Callable[[Frame], str]) -> Markup:
    ticks = nice_ticks(max(values))
    left = 16 + round(CHARACTER_WIDTH * max(_breadth(words.value(tick)) for tick in ticks))
    parts = []
    for kind, width, height, labels in (("wide", 760, 270, 9), ("narrow", 350, 230, 3 if _daily(dates) else 4)):
        frame = Frame(width, height, left, ticks[-1], len(dates))
        inside = _grid(frame, ticks, words.value) + draw(frame) + _days(frame, dates, labels, words.day)
        parts.append(
            Markup('<svg class="{}" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}</svg>').format(
                kind,
                width,
                height,
                words.name,
                words.about,
                Markup(inside),  # noqa: S704 - made of numbers and escaped words
            )
        )
    return Markup("").join(parts)


def nice_ticks(highest: float) -> list[float]:
    """Return evenly spaced round values from 0 to at least `highest`.

    Examples
    --------
    >>> nice_ticks(870.0), nice_ticks(0.0)
    ([0.0, 250.0, 500.0, 750.0, 1000.0], [0.0, 1.0])
    """
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [step * place for place in range(math.ceil(highest / step * 0.999) + 1)]


def _breadth(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _grid(frame: Frame, ticks: Sequence[float], write: Write) -> str:
    made = []
    for tick in ticks:
        y = frame.y(tick)
        kind = "axis" if tick == 0 else "grid"
        made.append(f'<line class="{kind}" x1="{frame.left}" x2="{frame.width - frame.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        made.append(
            Markup('<text class="tick" text-anchor="end" x="{}" y="{}">{}</text>').format(frame.left - 6, f"{y + 4:.1f}", write(tick))
        )
    return "".join(made)


def _days(frame: Frame, dates: Sequence[date], labels: int, write: WriteDay) -> str:
    made = []
    for number, place in enumerate(label_places(dates, labels)):
        x = frame.x(place)
        anchor = "start" if x < frame.left + 20 else "end" if x > frame.width - 40 else "middle"
        made.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{frame.floor:.1f}" y2="{frame.floor + 4:.1f}"/>')
        text = Markup('<text class="tick" text-anchor="{}" x="{}" y="{}">{}</text>')
        made.append(text.format(anchor, f"{x:.1f}", f"{frame.floor + 18:.1f}", write(dates[place], number == 0)))
    return "".join(made)


def label_places(dates: Sequence[date], most: int) -> list[int]:
    """Return which periods get a label: the first of each month or of each so many, at most `most`."""
    starts = [place for place, (before, at) in enumerate(pairwise(dates), 1) if before.month != at.month]
    if len(starts) < 3:
        every = max(1, math.ceil(len(dates) / most))
        every = math.ceil(every / 7) * 7 if _daily(dates) and every > 1 else every
        return list(range(0, len(dates), every))
    every = next((step for step in (1, 2, 3, 6, 12, 24) if len(starts) / step <= most), 36)
    return [place for place in starts if (dates[place].month - 1) % every == 0 or every > 12]


def _daily(dates: Sequence[date]) -> bool:
    return len(dates) > 1 and dates[1] - dates[0] == timedelta(days=1)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _dot(frame: Frame, place: int, value: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{frame.x(place):.1f}" cy="{frame.y(value):.1f}" r="3.5"/>'


def _history(frame: Frame, points: Sequence[Point], values: Sequence[float]) -> str:
    spots = [(frame.x(place), frame.y(value)) for place, value in enumerate(values)]
    whole = [place for place, point in enumerate(points) if point.whole]
    if len(whole) < 2:
        return "".join(_dot(frame, place, value, "dot") for place, value in enumerate(values))
    first, last = whole[0], whole[-1]
    solid = spots[first : last + 1]
    floor = [(solid[-1][0], frame.floor), (solid[0][0], frame.floor)]
    made = f'<path class="area" d="{_path([*solid, *floor])}Z"/><path class="line" d="{_path(solid)}"/>'
    for rest in (spots[: first + 1], spots[last:]):
        if len(rest) > 1:
            made += f'<path class="line open" d="{_path(rest)}"/>'
    return made + _dot(frame, last, values[last], "dot")


def _fan(frame: Frame, history: Sequence[Point], bands: Sequence[Band], now: str) -> str:
    begin = len(history)
    made = ""
    for kind, low, high in (("band90", "q05", "q95"), ("band80", "q10", "q90"), ("band50", "q25", "q75")):
        upper = [(frame.x(begin + place), frame.y(getattr(band, high))) for place, band in enumerate(bands)]
        lower = [(frame.x(begin + place), frame.y(getattr(band, low))) for place, band in enumerate(bands)]
        made += f'<path class="{kind}" d="{_path([*upper, *reversed(lower)])}Z"/>'
    past = [(frame.x(place), frame.y(float(point.value))) for place, point in enumerate(history)]
    middle = [(frame.x(begin + place), frame.y(band.q50)) for place, band in enumerate(bands)]
    if past:
        made += f'<path class="line" d="{_path(past)}"/>'
        x = (past[-1][0] + middle[0][0]) / 2
        made += f'<line class="now" x1="{x:.1f}" x2="{x:.1f}" y1="12" y2="{frame.floor:.1f}"/>'
        label = Markup('<text class="tick" text-anchor="end" x="{}" y="10">{}</text>').format(f"{x - 4:.1f}", now)
        made += str(label)
    return made + f'<path class="expected" d="{_path(middle)}"/>'
