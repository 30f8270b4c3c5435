"""One table of settings, for the command line, the environment, `moushi.toml` and the documentation.

Order of precedence: given explicitly, environment (`MOUSHI_<NAME>`), the
workspace's `moushi.toml` (`[settings]`), default.  Unknown names are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from moushi.errors import InvalidSetting, UnknownSetting, Words
from moushi.patterns import order_number_fault

Value = str | int | float | bool | None

_SEEDED = ("prepare", "understand", "profiles", "forecast", "strategy")

_TYPES: dict[type, Words] = {
    str: Words("a text", "文本"),
    int: Words("a whole number", "整数"),
    float: Words("a number", "数字"),
    bool: Words("true or false", "true 或 false"),
}


@dataclass(frozen=True)
class Setting:
    """One setting: its name, type, default, unit and meaning.

    `affects` names what a change makes out of date: stages whose results
    depend on the setting run again; an empty tuple changes no result.  `fault`
    tells what a text would have to be and is not, where that takes more than
    `check` and `checked` can say.
    """

    name: str
    type: type[str] | type[int] | type[float] | type[bool]
    default: Value
    help: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    affects: tuple[str, ...] = ()
    check: Callable[[Any], bool] | None = None
    checked: Words | None = None
    fault: Callable[[str], Words | None] | None = None

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return f"MOUSHI_{self.name.upper()}"

    def expected(self) -> Words:
        """Describe the values it can have."""
        if self.choices:
            return Words("one of " + ", ".join(self.choices), "以下之一：" + "、".join(self.choices))
        en, zh = self.checked or _TYPES[self.type]
        if self.minimum is not None:
            en, zh = f"{en} of at least {self.minimum:g}", f"{zh}，不小于 {self.minimum:g}"
        if self.maximum is not None:
            en, zh = f"{en} and at most {self.maximum:g}", f"{zh}，不大于 {self.maximum:g}"
        return Words(en, zh)

    def parse(self, value: Any, where: str | Words) -> Value:
        """Return `value` as this setting's type.

        Raises
        ------
        InvalidSetting : if it cannot have that value
        """
        parsed = self._convert(value)
        if parsed is None and not (value is None and self.default is None):
            raise InvalidSetting(name=self.name, value=value, where=where, expected=self.expected())
        fault = self.fault(parsed) if self.fault is not None and isinstance(parsed, str) else None
        if fault is not None:
            raise InvalidSetting(name=self.name, value=value, where=where, expected=fault)
        return parsed

    def _convert(self, value: Any) -> Value:
        if value is None:
            return None
        if self.type is bool:
            return value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
        if isinstance(value, bool):
            return None
        parsed: Any
        try:
            parsed = self.type(value)
        except (TypeError, ValueError):
            return None
        return cast("Value", parsed) if self._allows(parsed) else None

    def _allows(self, value: Any) -> bool:
        return (
            (not self.choices or value in self.choices)
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.check is None or self.check(value))
        )


def _is_currency(value: str) -> bool:
    return len(value) == 3 and value.isalpha() and value.isupper()


def _is_country(value: str) -> bool:
    return len(value) == 2 and value.isalpha() and value.isupper()


def _is_timezone(value: str) -> bool:
    return value in available_timezones()


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            Setting("language", str, None, "language of reports and messages; the locale's where not set", choices=("en", "zh")),
            Setting(
                "currency",
                str,
                None,
                "the workspace's own currency, ISO 4217; the data's commonest where not set",
                check=_is_currency,
                checked=Words("a currency code of ISO 4217, such as CNY or EUR", "ISO 4217 货币代码，如 CNY、EUR"),
                affects=("prepare",),
            ),
            Setting(
                "timezone",
                str,
                "UTC",
                "time zone of the shop: of times in files that name none, and of days in reports",
                check=_is_timezone,
                checked=Words("a time zone such as Asia/Shanghai or Europe/Berlin", "时区名，如 Asia/Shanghai、Europe/Berlin"),
                affects=("collect", "prepare", "voice"),
            ),
            Setting(
                "default_country",
                str,
                None,
                "country of rows that name none, ISO 3166 alpha-2",
                check=_is_country,
                checked=Words("a country code of ISO 3166, such as CN or GB", "ISO 3166 国家代码，如 CN、GB"),
                affects=("prepare",),
            ),
            Setting("mask_companies", bool, False, "whether names of companies in texts are masked, too", affects=("collect",)),
            Setting(
                "order_number_pattern",
                str,
                None,
                "regular expression of the shop's own order numbers, which are then masked in texts; none where not set",
                checked=Words(r"a regular expression, such as [A-Z]{2}\d{10}", r"正则表达式，如 [A-Z]{2}\d{10}"),
                fault=order_number_fault,
                affects=("collect",),
            ),
            Setting("mapping_threshold", float, 0.6, "least confidence with which a mapping is used without asking", minimum=0, maximum=1),
            Setting("max_unpacked_bytes", int, 20_000_000_000, "most that one archive may unpack to", unit="bytes", minimum=1),
            Setting("max_unpack_ratio", float, 200.0, "most that a compressed file may grow on unpacking", minimum=1),
            Setting("max_line_bytes", int, 16_000_000, "longest line of a text file", unit="bytes", minimum=1024),
            Setting("load_rows", int, 2_000_000, "rows after which a load is acknowledged while adding many files", unit="rows", minimum=1),
            Setting("horizon_days", int, 28, "days ahead for daily forecasts", unit="days", minimum=1, maximum=365, affects=("forecast",)),
            Setting(
                "horizon_weeks", int, 8, "weeks ahead for weekly forecasts", unit="weeks", minimum=1, maximum=52, affects=("forecast",)
            ),
            Setting(
                "forecast_series",
                int,
                2_000,
                "most product series forecast singly; the rest is forecast by share of its pool",
                unit="series",
                minimum=1,
                affects=("forecast",),
            ),
            Setting(
                "gross_margin",
                float,
                0.4,
                "margin assumed where a product's unit cost is not known, 0 to 1",
                minimum=0,
                maximum=0.99,
                affects=("strategy",),
            ),
            Setting(
                "holding_cost_year", float, 0.25, "yearly cost of holding stock, as a share of its cost", minimum=0, affects=("strategy",)
            ),
            Setting(
                "lead_time_days",
                float,
                14.0,
                "lead time assumed where a product's supply is not known",
                unit="days",
                minimum=0,
                affects=("strategy",),
            ),
            Setting(
                "lead_time_spread",
                float,
                0.25,
                "standard deviation of the lead time over its mean, assumed",
                minimum=0,
                maximum=2,
                affects=("strategy",),
            ),
            Setting(
                "review_days", int, 7, "days between two orders to a supplier", unit="days", minimum=1, maximum=90, affects=("strategy",)
            ),
            Setting(
                "investigation_cost", float, 20.0, "cost of looking into one move, workspace currency", minimum=0, affects=("strategy",)
            ),
            Setting(
                "investigation_recovery",
                float,
                0.1,
                "share of an unexpected gap that looking into it is assumed to win back or repeat, 0 to 1",
                minimum=0,
                maximum=1,
                affects=("strategy",),
            ),
            Setting(
                "assumed_order_value",
                float,
                50.0,
                "what an order is taken to be worth where no orders are known, workspace currency",
                minimum=0,
                affects=("strategy",),
            ),
            Setting(
                "false_discovery_rate",
                float,
                0.1,
                "share of reported moves that may be chance, 0 to 1",
                minimum=0.0001,
                maximum=0.5,
                affects=("voice", "strategy"),
            ),
            Setting(
                "decisions_per_kind",
                int,
                20,
                "most decisions of one kind in an issue, the most valuable first",
                minimum=1,
                affects=("strategy",),
            ),
            Setting("contact_cost", float, 0.1, "cost of contacting one customer, workspace currency", minimum=0, affects=("strategy",)),
            Setting(
                "win_back_response",
                float,
                0.05,
                "added share of lapsing customers who order when contacted, assumed until measured, 0 to 1",
                minimum=0,
                maximum=1,
                affects=("strategy",),
            ),
            Setting(
                "holdout_share", float, 0.1, "share of units left alone at random, 0 to 1", minimum=0, maximum=0.9, affects=("strategy",)
            ),
            Setting("seed", int, 0, "seed of everything random", minimum=0, affects=_SEEDED),
            Setting("threads", int, 0, "threads and processes to use; 0 for all", minimum=0),
            Setting("memory_limit_mb", int, 1024, "memory the relational engine may use before it spills to disk", unit="MiB", minimum=128),
            Setting("keep_runs", int, 10, "finished runs that can be repeated; what only older ones read or wrote is deleted", minimum=2),
            Setting(
                "lock_timeout_s", float, 600.0, "how long to wait for another process of the same workspace", unit="seconds", minimum=0
            ),
            Setting(
                "model_budget_run",
                float,
                None,
                "most that language models may cost in one run, workspace currency; no bound where not set",
                minimum=0,
            ),
            Setting(
                "model_budget_day",
                float,
                None,
                "most that language models may cost in one day, workspace currency; no bound where not set",
                minimum=0,
            ),
            Setting(
                "model_tokens_run", int, 2_000_000, "most tokens that language models may read and write in one run", "tokens", minimum=0
            ),
            Setting(
                "model_tokens_day", int, 5_000_000, "most tokens that language models may read and write in one day", "tokens", minimum=0
            ),
            Setting(
                "model_texts_run",
                int,
                2_000,
                "most texts that language models are asked to read in one run; those already read do not count",
                unit="texts",
                minimum=0,
                affects=("understand",),
            ),
            Setting("model_timeout_s", float, 60.0, "longest wait for one answer of a language model", unit="seconds", minimum=0.1),
            Setting(
                "model_retries", int, 3, "times a question to a language model is asked again after a passing fault", minimum=0, maximum=10
            ),
            Setting("model_concurrency", int, 8, "questions to language models under way at once", minimum=1, maximum=1000),
            Setting("model_batch_texts", int, 10, "texts that a language model reads in one call", unit="texts", minimum=1, maximum=100),
            Setting(
                "model_faults",
                int,
                5,
                "failed calls in a row after which a language model is left alone for a while",
                minimum=1,
            ),
            Setting("model_pause_s", float, 60.0, "how long a failing language model is left alone", unit="seconds", minimum=0),
            Setting(
                "database_url",
                str,
                None,
                "application database, postgresql://USER:PASSWORD@HOST/DATABASE; SQLite inside the workspace where not set",
            ),
        )
    }
)


def without_password(url: str) -> str:
    """Return the address of a database as it may be shown and kept."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:…@", url)


class Settings(Mapping[str, Value]):
    """Resolved settings: a read-only mapping from name to value.

    Parameters
    ----------
    file : values from `moushi.toml`
    explicit : values given by the caller; they win over all
    environment : defaults to the process's environment
    """

    def __init__(
        self,
        file: Mapping[str, Any] | None = None,
        explicit: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        environment = os.environ if environment is None else environment
        self._values: dict[str, Value] = {name: setting.default for name, setting in SETTINGS.items()}
        self._take(file or {}, "moushi.toml")
        named = {s.name: environment[s.environment] for s in SETTINGS.values() if s.environment in environment}
        self._take(named, Words("the environment", "环境变量"))
        self._take(explicit or {}, Words("the call", "本次调用"))

    def _take(self, values: Mapping[str, Any], where: str | Words) -> None:
        for name, value in values.items():
            if name not in SETTINGS:
                raise UnknownSetting(name=name, where=where, valid=", ".join(SETTINGS))
            self._values[name] = SETTINGS[name].parse(value, where)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str:
        """Return a text setting that is set."""
        return str(self._values[name])

    def number(self, name: str) -> float:
        """Return a numeric setting as a float."""
        value = self._values[name]
        assert isinstance(value, (int, float)), name
        return float(value)

    def count(self, name: str) -> int:
        """Return a whole-number setting."""
        value = self._values[name]
        assert isinstance(value, int), name
        return value

    def shown(self) -> dict[str, Value]:
        """Return all values as they may be shown and kept: the address of a database without its password."""
        return {
            name: without_password(value) if name == "database_url" and isinstance(value, str) else value for name, value in self.items()
        }

    def affecting(self, stage: str) -> dict[str, Value]:
        """Return the settings on which the results of `stage` depend."""
        return {name: self._values[name] for name, s in SETTINGS.items() if stage in s.affects}

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.text("timezone"))

    @property
    def processes(self) -> int:
        """Processes and threads to use: the setting, or all cores."""
        if hasattr(os, "sched_getaffinity"):
            return self.count("threads") or len(os.sched_getaffinity(0))
        return self.count("threads") or os.cpu_count() or 1
