"""Writes the numbers, names and sentences of a report in one language, as safe markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from moushi.errors import Language
from moushi.ledger.words import witness_words
from moushi.locale import format as form
from moushi.locale import words
from moushi.surfaces.report.parts import Amount, Content, Effect, Figure, Finding, Gap, Reason, Row, Theme
from moushi.surfaces.report.witness import Witness

SMALL_CHANGE = 0.02
TOKEN = re.compile(r"\[([A-Z_]+):[a-z]{2}_[a-z2-7]+(?:\.[a-z2-7]+)?\]")
"""How masked personal data stand in a text."""


class Pen:
    """Writes for one report.

    Parameters
    ----------
    content : the numbers; names its currency and witnesses
    language : "en" or "zh"
    """

    def __init__(self, content: Content, language: Language) -> None:
        self.content = content
        self.language = language
        self._texts = words("report", language)

    # --- plain text ---------------------------------------------------------

    def say(self, key: str, **facts: Any) -> Markup:
        """Return a text of the report; facts are escaped unless they are markup already."""
        return Markup(self._texts[key]).format(**facts)  # noqa: S704 - the texts are ours, the facts are escaped

    def knows(self, key: str) -> bool:
        """Whether the report has a text of that key."""
        return key in self._texts

    def money(self, value: Amount) -> str:
        """Return an amount of the workspace's currency."""
        return form.money(value, self.content.currency, self.language)

    def short_money(self, value: Amount) -> str:
        """Return an amount for a headline or axis."""
        return form.short_money(value, self.content.currency, self.language)

    def number(self, value: Amount, digits: int = 0) -> str:
        """Return a number."""
        return form.number(value, self.language, digits=digits)

    def percent(self, value: Amount, digits: int = 0, signed: bool = False) -> str:
        """Return a share in percent."""
        return form.percent(value, self.language, digits=digits, signed=signed)

    def span(self, period: tuple[date, date]) -> str:
        """Return a period."""
        return form.span(*period, self.language)

    def amount(self, value: Amount, kind: str) -> str:
        """Return a number as its kind is written."""
        if kind == "money":
            return self.money(value)
        return self.percent(value) if kind == "share" else self.number(value)

    def short(self, value: Amount, kind: str) -> str:
        """Return a headline number."""
        return self.short_money(value) if kind == "money" else self.amount(value, kind)

    # --- names --------------------------------------------------------------

    def named(self, key: str, code: str) -> str:
        """Return the words for a code out of another part's texts; the code itself, made readable, where it has none."""
        part, _, prefix = key.partition(".")
        try:
            known = words(part, self.language)
        except FileNotFoundError:
            known = {}
        return known.get(f"{prefix}.{code}" if prefix else code, code.replace("_", " "))

    def measured(self, measure: str, value: Amount) -> str:
        """Return a measurement of the reader in its own unit: tokens, money, else a share."""
        if measure == "model_cost_per_1000":
            return self.money(value)
        return self.number(value) if measure == "model_tokens_per_1000" else self.percent(value, digits=1)

    def subject(self, measure: str, code: str) -> str:
        """Return what a measurement of the reader is about: a language, a field, or an aspect."""
        if measure.startswith("language_"):
            return self.tongue(code)
        return words("report", self.language).get(f"reading.field.{code}") or self.named("understand.aspect", code)

    def country(self, code: str) -> str:
        """Return a country's name; what is no known code stays as it is."""
        from babel import Locale

        if not code:
            return str(self.say("words.no_country"))
        return str(Locale.parse("zh_Hans" if self.language == "zh" else "en").territories.get(code, code))

    def tongue(self, code: str) -> str:
        """Return a language's name."""
        from babel import Locale

        if not code:
            return str(self.say("words.not_known"))
        return str(Locale.parse("zh_Hans" if self.language == "zh" else "en").languages.get(code.partition("-")[0], code))

    def table(self, name: str | None) -> str:
        """Return a table's name as people say it."""
        return self._texts.get(f"table.{name}", str(name)) if name else str(self.say("table.whole_file"))

    def tables(self, witness: Witness) -> list[str]:
        """Return the tables a witness read."""
        return [self.table(name) for name in witness.tables]

    def kind(self, code: str) -> str:
        """Return a kind of text, such as review."""
        return self._texts.get(f"kind.{code}", code) if code else str(self.say("words.not_known"))

    def theme(self, theme: Theme) -> str:
        """Return a theme's name."""
        return theme.name_zh if self.language == "zh" else theme.name_en

    def aspect(self, code: str) -> str:
        """Return an aspect's name."""
        return self.named("understand.aspect", code)

    # --- markup -------------------------------------------------------------

    def day(self, value: date, *, year: bool = True) -> Markup:
        """Return a day."""
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), form.day(value, self.language, year=year))

    def month(self, value: date) -> Markup:
        """Return a month."""
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat()[:7], form.month(value, self.language))

    def mark(self, witness: int) -> Markup:
        """Return the footnote mark of a witness, which says in a few words where the number comes from."""
        if not witness:
            return Markup("")
        told = self.brief(self.content.witnesses[witness - 1])
        return Markup('<a class="mark" href="#w{0}" title="{1}" aria-label="{2}">{0}</a>').format(
            witness, told, self.say("witness.label", number=witness, brief=told)
        )

    def n(self, text: str, witness: int, *, mark: bool = False) -> Markup:
        """Return a number bound to its witness."""
        bound = Markup('<span class="n" data-witness="w{}">{}</span>').format(witness, text)
        return bound + self.mark(witness) if mark else bound

    def figure(self, figure: Figure, *, mark: bool = False) -> Markup:
        """Return a headline number bound to its witness."""
        return self.n(self.short(figure.value, figure.kind), figure.witness, mark=mark)

    def change(self, value: Amount, before: Amount | None) -> Markup:
        """Return a change with its direction in sign, word and shape; nothing where there is nothing to compare."""
        if not before:
            return Markup("–") if before is None else Markup('<span class="change">{}</span>').format(self.say("change.from_nothing"))
        share = float(value) / float(before) - 1
        way = "up" if share >= 0.005 else "down" if share <= -0.005 else "level"
        shape = {"up": "▲", "down": "▼", "level": "■"}[way]
        return Markup('<span class="change {}"><span aria-hidden="true">{}</span> {}</span>').format(
            way, shape, self.percent(share, signed=True)
        )

    def compared(self, value: Amount, before: Amount) -> Markup:
        """Return how a value compares with one before, as part of a sentence."""
        share = float(value) / float(before) - 1 if before else 0.0
        way = "more" if share > SMALL_CHANGE else "less" if share < -SMALL_CHANGE else "same"
        return self.say(f"change.{way}", share=self.percent(abs(share)))

    def bar(self, part: Amount, most: Amount) -> Markup:
        """Return a bar that shows a part of the most."""
        share = max(0.0, min(1.0, float(part) / float(most))) if most else 0.0
        return Markup('<span class="bar"><span style="width:{}%"></span></span>').format(f"{share * 100:.1f}")

    def interval(self, low: Amount, middle: Amount, high: Amount, most: Amount, least: Amount = 0) -> Markup:
        """Return a line from low to high with a dot at the middle, between least and most."""
        width = float(most) - float(least) or 1.0
        begin, dot, end = (max(0.0, min(1.0, (float(value) - float(least)) / width)) * 100 for value in (low, middle, high))
        return Markup('<span class="interval" aria-hidden="true"><i style="left:{}%;width:{}%"></i><b style="left:{}%"></b></span>').format(
            f"{begin:.1f}", f"{end - begin:.1f}", f"{dot:.1f}"
        )

    def evidence(self, card: Any) -> list[tuple[str, str]]:
        """Return a decision's numbers by where they come from: the source in words, and the numbers as its words show them."""
        grouped: dict[str, list[str]] = {}
        for shown in card.shown:
            grouped.setdefault(witness_words(shown.witness, self.language), []).append(shown.text)
        return [(source, " · ".join(dict.fromkeys(texts))) for source, texts in grouped.items()]

    # --- witnesses and gaps -------------------------------------------------

    def brief(self, witness: Witness) -> str:
        """Return a witness in one line."""
        parts = [str(self.say(f"metric.{witness.metric}"))]
        if witness.period is not None:
            parts.append(self.span(witness.period))
        if witness.rows is not None:
            parts.append(str(self.say("witness.rows", rows=self.number(witness.rows))))
        return str(self.say("witness.joint")).join(parts)

    def error(self, measured: Mapping[str, float | None]) -> Markup:
        """Return what was measured about a model."""
        if measured.get("skill") is None:
            return self.say("witness.unmeasured")
        return self.say(
            "witness.error",
            skill=self.percent(measured["skill"] or 0.0, digits=0, signed=True),
            coverage=self.percent(measured.get("coverage_80") or 0.0),
            points=self.number(measured.get("points") or 0),
            origins=self.number(measured.get("origins") or 0),
        )

    def gap(self, gap: Gap) -> Markup:
        """Return something not known, in words."""
        facts = {name: self._gap_fact(gap, name, value) for name, value in gap.facts.items()}
        return self.say(f"gap.{gap.kind}.{gap.code}", **facts)

    def _gap_fact(self, gap: Gap, name: str, value: Any) -> Any:
        if isinstance(value, (str, bool)):
            return Markup('<span class="name">{}</span>').format(value)
        if name in ("share", "skill") or (name == "value" and gap.code in ("gross_margin", "holding_cost_year", "win_back_response")):
            text = self.percent(value, signed=name == "skill")
        elif gap.code == "contact_cost":
            text = self.money(value)
        else:
            text = self.number(value)
        return self.n(text, gap.witness)

    def effect(self, effects: Mapping[str, Effect], outcome: str) -> Markup:
        """Return what goes along with something, with its interval; a dash where too few texts tell."""
        if outcome not in effects:
            return Markup("–")
        effect = effects[outcome]
        numbers = [
            self.signed(value) if outcome == "rating" else self.percent(value, signed=True)
            for value in (effect.value, effect.low, effect.high)
        ]
        clear = effect.low > 0 or effect.high < 0
        way = "" if not clear else "up" if effect.value > 0 else "down"
        return Markup('<span class="change {}">{}</span> <span class="soft">{}</span>').format(
            way, numbers[0], self.say("voice.interval", low=numbers[1], high=numbers[2])
        )

    def signed(self, value: float) -> str:
        """Return a number with its sign."""
        return ("+" if value >= 0 else "−") + self.number(abs(value), 1)

    def most(self, rows: tuple[Row, ...]) -> float:
        """Return the largest value of rows, for their bars."""
        return max((float(row.value) for row in rows), default=0.0)

    def reason(self, reason: Reason) -> str:
        """Return why rows were set aside."""
        return self.named(f"{reason.step}.reason", reason.code)

    def finding(self, finding: Finding) -> Markup:
        """Return a finding about the data in words; the subject and the facts come from the data."""
        facts = {name: self._fact(value) for name, value in finding.facts.items()}
        facts |= {"rows": self.number(finding.rows), "table": self.table(finding.table), "subject": finding.subject}
        facts["amount"] = self.money(finding.amount) if finding.amount is not None else "–"
        template = words("prepare", self.language).get(f"finding.{finding.code}")
        if template is None:
            return self.say("quality.finding", name=finding.code.replace("_", " "), **facts)
        return Markup(template).format(**facts)  # noqa: S704 - the texts are ours, the facts are escaped

    def _fact(self, value: Any) -> Any:
        return self.number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    def plain(self, text: str) -> Markup:
        """Return a customer's words, tokens of personal data shown as what they stand for."""
        pieces = TOKEN.split(text)
        hidden = Markup('<i class="token">{}</i>')
        return Markup("").join(hidden.format(f"[{piece.lower()}]") if odd % 2 else escape(piece) for odd, piece in enumerate(pieces))

    def name(self, text: str) -> Markup:
        """Return a name out of the data, escaped, its direction of writing kept apart."""
        return Markup('<bdi class="name">{}</bdi>').format(escape(text))
