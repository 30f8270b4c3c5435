"""The twin itself: a shop that can be looked at, asked for the truth, and run on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from moushi.stages import Progress, Silent
from moushi.twin.decisions import Reader, Rows
from moushi.twin.shape import Shape
from moushi.twin.truth import Truth
from moushi.twin.week import Actions, State, World, live

# Lines that an account brings in the usual 104 weeks, all kinds of lines; a little under what was measured.
_LINES_PER_CUSTOMER = 7.5


class Twin:
    """A simulated shop with known truth.

    Parameters
    ----------
    seed : of everything random, >= 0; the same seed and sizes give the same bytes
    customers : accounts opened until the end of the past, >= 1
    products : items sold, >= 1
    weeks : weeks of past, >= 1
    start : first day; the Monday of its week is used; 2015 or later
    countries : markets by code, of CN, DE, GB and US; the first one's currency is the shop's own
    progress : shows long work
    **character : further fields of `Shape`, such as `review_share` or `incidents`

    Raises
    ------
    InvalidSetting : if a value is outside its range

    Notes
    -----
    The past is lived on first use: about 1 s for the usual size, time and memory
    in proportion to the order lines (31 bytes each).

    Examples
    --------
    >>> twin = Twin(seed=1, customers=200, products=12, weeks=8)
    >>> other = twin.fork()
    >>> twin.step() == other.step()
    True
    """

    def __init__(
        self,
        seed: int = 0,
        customers: int = 20_000,
        products: int = 300,
        weeks: int = 104,
        start: date = date(2024, 1, 1),
        countries: tuple[str, ...] = ("CN", "DE"),
        *,
        progress: Progress | None = None,
        **character: Any,
    ) -> None:
        self.shape = Shape(seed, customers, products, weeks, start, tuple(countries), **character)
        self._progress: Progress = progress or Silent()
        self._lived: tuple[World, State] | None = None

    @classmethod
    def of_size(cls, order_lines: int, seed: int = 0, **options: Any) -> Twin:
        """Return a twin with about as many order lines in its past, over the usual 104 weeks.

        Parameters
        ----------
        order_lines : lines of all kinds wanted, >= 1; met within some per cent
        **options : as for `Twin`, but for `customers`
        """
        return cls(seed=seed, customers=max(1, round(order_lines / _LINES_PER_CUSTOMER)), **options)

    def _state(self) -> tuple[World, State]:
        """Return world and state; live the past on first use."""
        if self._lived is None:
            world = World.of(self.shape)
            state = State.starting(world)
            with self._progress.task("twin.progress.live", self.shape.weeks) as advance:
                for _ in range(self.shape.weeks):
                    live(world, state, Actions())
                    advance()
            self._lived = (world, state)
        return self._lived

    @property
    def weeks_lived(self) -> int:
        """Weeks of past and steps together."""
        return len(self._state()[1].weeks)

    @property
    def today(self) -> date:
        """The last day that the shop has lived; exports end with it."""
        return self.shape.monday(self.weeks_lived) - timedelta(days=1)

    @property
    def truth(self) -> Truth:
        """What is true, as of today; see `Truth`."""
        return Truth(*self._state())

    @property
    def profit(self) -> float:
        """Money earned in all steps so far, the shop's currency; 0 before the first."""
        return sum(week.profit for week in self._state()[1].weeks[self.shape.weeks :])

    def observe(self, path: str | Path, messy: bool = False) -> list[Path]:
        """Write the shop's exports, everything until today, and return the files in order.

        Parameters
        ----------
        path : folder; made where it is not there, files of the same name are replaced
        messy : as people really have them: several encodings and delimiters,
            title rows, merged headers, totals, exports that overlap or repeat

        Notes
        -----
        Same twin, same bytes.  Files are written week by week.
        """
        from moushi.twin.messy import write_messy
        from moushi.twin.observe import write_clean

        world, state = self._state()
        write = write_messy if messy else write_clean
        return write(world, state, Path(path), self._progress)

    def step(self, decisions: Rows | None = None, units: Rows | None = None, *, reveal: Callable[[str], str] | None = None) -> float:
        """Live one more week under decisions and return the money it earned.

        Decisions are carried out on the Monday after `today`.  What they do not
        speak of goes the shop's own way: its simple reorder rule, its own price
        changes and promotions, no contacts.

        Parameters
        ----------
        decisions : rows of `columns.Decisions`, or dicts with these keys:

            - reorder: `kind_of_decision` "reorder", `subject` a product, `quantity`
              in units (or in `facts`, as Moushi writes it), optionally `country` or
              `place` (else split over places by recent sales and stock).  Takes the
              place of the shop's own order of that product this week; rounded up to
              packs; 0 orders nothing.
            - price: `kind_of_decision` "price", `subject` a product, `price` in the
              country's currency, `country`.  Holds until decided again.
            - win back: `kind_of_decision` "win_back", and `unit_ids` accounts, or
              `decision_id` with `units`.  Each contact costs `contact_cost`.
            - investigate: changes nothing.
        units : rows of `columns.DecisionUnits`; only those with arm "treat" are contacted
        reveal : turns customer tokens back into accounts, such as `Shield.reveal`

        Returns
        -------
        float : sales less returns, cost of goods, holding and contacts, in the
            shop's currency.  Fixed costs and postage are left out.

        Raises
        ------
        InvalidRows : if a decision cannot be carried out; then nothing was done
        """
        world, state = self._state()
        return live(world, state, Reader(world, state, reveal).read(decisions, units)).profit

    def fork(self) -> Twin:
        """Return a twin with the same past that goes its own way from here.

        Luck is drawn per purpose and week, so that two forks differ by their
        decisions only: with the same decisions they stay the same.
        """
        world, state = self._state()
        other = copy.copy(self)
        other._lived = (world, state.copy())
        return other
