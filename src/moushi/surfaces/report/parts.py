"""What a report says, as numbers and codes; words and layout come later, in `render.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from moushi.columns import Decisions
from moushi.surfaces.report.witness import Witness

Kind = Literal["money", "count", "units", "share"]
Amount = Decimal | int | float


@dataclass(frozen=True)
class Figure:
    """A headline number.

    Attributes
    ----------
    code : what it is, text `report.figure.<code>`
    value, low, high : the number and its interval; None where there is none
    before : the same for the period before, for comparison
    year_before : the same for the same days a year (52 weeks) before
    """

    code: str
    kind: Kind
    value: Amount
    witness: int
    low: Amount | None = None
    high: Amount | None = None
    before: Amount | None = None
    year_before: Amount | None = None


@dataclass(frozen=True)
class Point:
    """What happened in a period; `whole` is False while the period is not over."""

    at: date
    value: Decimal
    whole: bool = True


@dataclass(frozen=True)
class Month:
    """A month's trade; `before` is the revenue of the same month a year earlier, None where the data do not reach back."""

    at: date
    revenue: Decimal
    net: Decimal
    orders: int
    whole: bool
    before: Decimal | None


@dataclass(frozen=True)
class Row:
    """A named thing with its value; `name` comes from the data and is never trusted, `code` names a text."""

    name: str
    value: Amount
    share: float | None = None
    before: Amount | None = None
    units: Amount | None = None
    code: str = ""


@dataclass(frozen=True)
class Happened:
    """What happened, up to the last day of the data.

    Attributes
    ----------
    step : length of a point, `day` for short histories
    window_days : length of the period that `figures`, `countries` and products look at
    """

    step: Literal["day", "week"]
    window_days: int
    points: tuple[Point, ...]
    months: tuple[Month, ...]
    figures: tuple[Figure, ...]
    countries: tuple[Row, ...]
    top: tuple[Row, ...]
    rising: tuple[Row, ...]
    falling: tuple[Row, ...]
    customers: tuple[Figure, ...]
    segments: tuple[Row, ...]
    witness: Mapping[str, int]


@dataclass(frozen=True)
class Band:
    """A forecast for one period."""

    at: date
    mean: float
    q05: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q95: float


@dataclass(frozen=True)
class Measured:
    """What backtests say about a forecast; None where too little history allowed none."""

    skill: float | None
    coverage_80: float | None
    coverage_90: float | None
    origins: int
    points: int


@dataclass(frozen=True)
class Outlook:
    """A product or country with what is expected of it."""

    name: str
    mean: float
    low: float
    high: float
    recent: Amount | None
    measured: Measured | None
    weeks: tuple[Band, ...] = ()


@dataclass(frozen=True)
class Ahead:
    """What will happen."""

    horizon_days: int
    weeks: int
    history: tuple[Point, ...]
    days: tuple[Band, ...]
    total: Figure | None
    measured: Measured | None
    pool: Measured | None
    countries: tuple[Outlook, ...]
    products: tuple[Outlook, ...]
    witness: Mapping[str, int]


@dataclass(frozen=True)
class Proposal:
    """A decision, with what stands behind it.

    Attributes
    ----------
    name : the product's name, None where the subject is no product or has none
    row : the row of the table `decisions`; `ledger.words.describe` puts it in words
    status : proposed, approved or rejected
    """

    decision_id: str
    name: str | None
    row: Mapping[str, Any]
    status: str

    @property
    def kind(self) -> str:
        """What kind of decision it is."""
        return str(self.row[Decisions.kind_of_decision])

    @property
    def rank(self) -> int:
        """Its place in its issue, 1 first."""
        return int(self.row[Decisions.rank])

    @property
    def expected(self) -> Decimal:
        """Expected gain, workspace currency."""
        return Decimal(self.row[Decisions.expected_value_home])

    @property
    def low(self) -> Decimal:
        """5 % quantile of the gain."""
        return Decimal(self.row[Decisions.low_home])

    @property
    def high(self) -> Decimal:
        """95 % quantile of the gain."""
        return Decimal(self.row[Decisions.high_home])

    @property
    def cost(self) -> Decimal:
        """What it costs to carry out."""
        return Decimal(self.row[Decisions.cost_home])

    @property
    def judged_by(self) -> str:
        """Code of the metric that judges the outcome."""
        return str(self.row[Decisions.judged_by])

    @property
    def model(self) -> str:
        """Model and version that produced it."""
        return str(self.row[Decisions.model])

    @property
    def as_of(self) -> date:
        """Last day of the data it was made on."""
        made: date = self.row[Decisions.as_of]
        return made


@dataclass(frozen=True)
class Quote:
    """Words of a customer, personal data masked, with the part that speaks of the aspect."""

    before: str
    said: str
    after: str
    language: str | None


@dataclass(frozen=True)
class Aspect:
    """An aspect that texts speak about."""

    code: str
    positive: int
    negative: int
    neutral: int
    praise: Quote | None
    complaint: Quote | None


@dataclass(frozen=True)
class Effect:
    """A difference that goes along with something, its 95 % interval, and the texts behind it."""

    value: float
    low: float
    high: float
    texts: int


@dataclass(frozen=True)
class Theme:
    """What texts are about.

    Attributes
    ----------
    status : proposed, accepted, or new
    share, negative : of all texts, those of the theme; of these, those that judge badly
    effects : by outcome: rating, return, repeat
    """

    theme_id: str
    name_zh: str
    name_en: str
    status: str
    texts: int
    share: float
    negative: float
    effects: Mapping[str, Effect]
    quote: Quote | None


@dataclass(frozen=True)
class Compared:
    """What is preferred to what, on which aspect, and in how many texts; None is the product spoken of."""

    preferred: str | None
    other: str | None
    aspect: str | None
    texts: int


@dataclass(frozen=True)
class Changed:
    """A share of complaints that left its interval in the last weeks, or that of its peers.

    Attributes
    ----------
    theme : where it is a theme's
    within : category whose other products are the peers, where they are
    compared : mentions, or texts, that the expectation rests on
    """

    dimension: str
    subject: str
    theme: Theme | None
    part: str
    place: str
    within: str | None
    share: float
    expected: float
    low: float
    high: float
    out_of: int
    compared: int
    quote: Quote | None


@dataclass(frozen=True)
class Heard:
    """What was found in texts.

    Attributes
    ----------
    texts : customers' own words, read and counted
    aside : texts set aside, by reason
    impacts : aspect and, by outcome, what goes along with speaking badly of it
    quality : measure, subject, value and rows of each measurement of the reader
    """

    texts: int
    model: str
    tiers: tuple[Row, ...]
    aside: tuple[Row, ...]
    sentiment: tuple[Row, ...]
    intents: tuple[Row, ...]
    emotions: tuple[Row, ...]
    urgent: int
    themes: tuple[Theme, ...]
    impacts: tuple[tuple[str, Mapping[str, Effect]], ...]
    needs: tuple[Quote, ...]
    comparisons: tuple[Compared, ...]
    keywords: tuple[Row, ...]
    changes: tuple[Changed, ...]
    standing: tuple[Changed, ...]
    quality: tuple[tuple[str, str, float, int], ...]
    witness: Mapping[str, int]


@dataclass(frozen=True)
class Voice:
    """What customers say; `heard` is None where only aspects were read."""

    texts: int
    duplicates: int
    undated: int
    languages: tuple[Row, ...]
    kinds: tuple[Row, ...]
    ratings: tuple[Row, ...]
    aspects: tuple[Aspect, ...]
    heard: Heard | None
    witness: Mapping[str, int]


@dataclass(frozen=True)
class Count:
    """Rows read for a table, and what became of them."""

    table: str
    read: int
    kept: int
    quarantined: int
    duplicates: int

    @property
    def balances(self) -> bool:
        """Whether read = kept + quarantined + duplicates."""
        return self.read == self.kept + self.quarantined + self.duplicates


@dataclass(frozen=True)
class Finding:
    """Something about the data that a person should know."""

    code: str
    table: str
    subject: str
    rows: int
    amount: Decimal | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """Why rows are in quarantine."""

    code: str
    table: str | None
    step: str
    rows: int
    example: str
    line: int | None


@dataclass(frozen=True)
class Files:
    """Files that were read under one mapping."""

    mapping: str | None
    format: str
    files: int
    rows: int
    quarantined: int
    example: str


@dataclass(frozen=True)
class Quality:
    """What the data are like."""

    counts: tuple[Count, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    files: tuple[Files, ...]
    witness: Mapping[str, int]


@dataclass(frozen=True)
class Gap:
    """Something not known: `kind` says which sort, texts `report.gap.<kind>.<code>`."""

    kind: Literal["missing", "weak", "assumed"]
    code: str
    facts: Mapping[str, Any]
    witness: int = 0


@dataclass(frozen=True)
class Content:
    """All of a report; a section is None where there is nothing to say yet."""

    name: str
    currency: str
    timezone: str
    first: date | None
    as_of: date | None
    issue_id: str | None
    figures: tuple[Figure, ...]
    happened: Happened | None
    ahead: Ahead | None
    proposals: tuple[Proposal, ...]
    voice: Voice | None
    quality: Quality | None
    gaps: tuple[Gap, ...]
    witnesses: tuple[Witness, ...]
