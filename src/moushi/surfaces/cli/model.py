"""Commands for language models: add, list, try, compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale.format import number, percent
from moushi.surfaces.cli.app import command, group
from moushi.surfaces.cli.session import FAILED, OK, Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.llm.golden import Score
    from moushi.llm.models import Measured
    from moushi.llm.probe import Finding
    from moushi.workspace.models import Listed

SHOP = click.argument("shop", type=click.Path(path_type=Path))
LISTED = ("name", "role", "provider", "model", "address", "key", "price", "mode", "languages", "latency")
SCORED = ("language", "who", "answered", "sentiment", "aspects", "intent", "emotion", "urgency", "cost_1000", "tokens", "seconds")


@command("add")
@SHOP
@click.argument("name")
@click.option("--provider", required=True, metavar="PROVIDER")
@click.option("--model", "model_id", required=True, metavar="ID")
@click.option("--role", metavar="ROLE", default="fast")
@click.option("--url", "base_url", metavar="URL")
@click.option("--key-variable", metavar="NAME")
@click.option("--price-input", type=float)
@click.option("--price-output", type=float)
@click.option("--requests-per-minute", type=float)
def add(session: Session, shop: Path, name: str, provider: str, model_id: str, role: str, **chosen: Any) -> None:
    """Add a language model to a workspace, or change it."""
    from moushi.llm.models import model_of

    workspace = session.open(shop)
    facts = {"name": name, "provider": provider, "model": model_id, "role": role}
    given = {key: value for key, value in chosen.items() if value is not None}
    listed = workspace.models.add(model_of({**facts, **given}))

    def show(out: Console) -> None:
        out.print(session.say("model.added", name=name, path=shop), markup=False, soft_wrap=True)
        if listed.key in ("missing", "exposed"):
            out.print(session.say(f"model.key_{listed.key}", variable=listed.model.variable), style="yellow", markup=False, soft_wrap=True)

    session.finish(plain(listed), show)


@command("list")
@SHOP
def list_(session: Session, shop: Path) -> None:
    """List the language models of a workspace."""
    listed = session.open(shop).models.all()

    def show(out: Console) -> None:
        if not listed:
            out.print(session.say("model.none", path=shop), markup=False, soft_wrap=True)
            return
        out.print(table(session, LISTED, [_listed(session, each) for each in listed], fixed=("name", "model")))

    session.finish({"models": [plain(each) for each in listed]}, show)


@command("test")
@SHOP
@click.argument("names", nargs=-1)
def test(session: Session, shop: Path, names: tuple[str, ...]) -> None:
    """Ask models small questions, and keep what they can do."""
    from moushi.errors import MoushiError

    workspace = session.open(shop)
    chosen = names or tuple(each.model.name for each in workspace.models.all())
    tried: list[dict[str, Any]] = []
    for name in chosen:
        findings: list[Finding] = []
        with session.progress().task("cli.task.model_test"):
            try:
                found, error = workspace.models.test(name, findings.append), None
            except MoushiError as fault:
                found, error = None, fault
        facts = {"name": name, "measured": found, "findings": findings, "error": None if error is None else error.message(session.language)}
        tried.append(facts)
        if not session.as_json:
            _show_tested(session, facts)
    code = FAILED if any(each["error"] for each in tried) else OK
    session.finish({"models": tried}, lambda out: _show_none(out, session, chosen, shop), exit_code=code)


@command("bench")
@SHOP
@click.argument("names", nargs=-1)
def bench(session: Session, shop: Path, names: tuple[str, ...]) -> None:
    """Compare models with the local tier on texts whose right readings are known."""
    workspace = session.open(shop)
    with session.progress().task("cli.task.model_bench"):
        scores = workspace.models.bench(names)

    def show(out: Console) -> None:
        out.print(table(session, SCORED, [_scored(session, score) for score in scores], right=SCORED[2:]))
        out.print(
            session.say("model.bench_how", texts=sum(score.texts for score in scores if score.who == "local")), style="dim", markup=False
        )

    session.finish({"scores": scores}, show)


model = group("model", add, list_, test, bench)


def plain(listed: Listed) -> dict[str, Any]:
    """Return a model as the JSON output has it."""
    return {**dataclasses.asdict(listed.model), "key": listed.key}


def _listed(session: Session, listed: Listed) -> tuple[str, ...]:
    made = listed.model
    found = made.measured
    prices = made.prices
    price = "–" if prices is None else " / ".join(number(each, session.language) for each in prices)
    known = ("–",) * 3 if found is None else (found.mode or "–", ", ".join(found.languages) or "–", _seconds(found.latency_s))
    key = session.say(f"model.key.{listed.key}")
    return (made.name, session.say(f"model.role.{made.role}"), made.provider, made.model, made.address or "–", key, price, *known)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def _show_tested(session: Session, facts: Mapping[str, Any]) -> None:
    out = session.out
    out.print(facts["name"], style="bold", markup=False)
    for finding in facts["findings"]:
        mark = session.say("model.good" if finding.good else "model.bad")
        why = f" ({getattr(finding.reason, session.language)})" if finding.reason else ""
        out.print(f"  {session.say(f'model.finding.{finding.what}')}: {mark}, {finding.seconds:.2f} s{why}", markup=False, soft_wrap=True)
    found: Measured | None = facts["measured"]
    if found is None:
        out.print(f"  {facts['error']}", style="red", markup=False, soft_wrap=True)
    else:
        out.print(f"  {_summary(session, found)}", markup=False, soft_wrap=True)


def _summary(session: Session, found: Measured) -> str:
    """Return what was found, in a line."""
    if found.dimensions is not None:
        return session.say("model.summary_embedding", dimensions=found.dimensions, latency=_seconds(found.latency_s))
    way = session.say(f"model.way.{found.mode or 'no'}")
    context = "–" if found.context_tokens is None else number(found.context_tokens, session.language)
    speed = "–" if found.tokens_per_s is None else number(found.tokens_per_s, session.language)
    return session.say("model.summary", way=way, context=context, latency=_seconds(found.latency_s), speed=speed)


def _show_none(out: Console, session: Session, chosen: Sequence[str], shop: Path) -> None:
    if not chosen:
        out.print(session.say("model.none", path=shop), markup=False, soft_wrap=True)


def _scored(session: Session, score: Score) -> tuple[str, ...]:
    who = session.say("model.local") if score.who == "local" else score.who
    shares = [
        percent(each, session.language)
        for each in (score.answered, score.sentiment, score.aspects, score.intent, score.emotion, score.urgency)
    ]
    cost = "–" if score.cost_per_1000 is None else number(score.cost_per_1000, session.language)
    return (score.language, who, *shares, cost, number(score.tokens_per_text, session.language), f"{score.seconds_per_text:.3f}")
