"""Commands about what texts say: the themes, and corrections of single texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale import say, words
from moushi.locale.format import number, percent
from moushi.surfaces.cli.app import command, group
from moushi.surfaces.cli.decisions import person
from moushi.surfaces.cli.session import Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace

SHOWN = 40
UNSURE_SHOWN = 20
SHOWN_CHARACTERS = 120
SHOP = click.argument("shop", type=click.Path(path_type=Path))
SENTIMENTS = ("positive", "neutral", "negative")


@command("list")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
@click.option("--all", "everything", is_flag=True)
def show_themes(session: Session, shop: Path, everything: bool) -> None:
    """List the themes, most texts first."""
    rows = session.open(shop).choices.themes().to_pylist()
    shown = rows if everything else rows[:SHOWN]

    def show(out: Console) -> None:
        if not rows:
            out.print(session.say("themes.none", path=shop), markup=False, soft_wrap=True)
            return
        columns = ("theme", "name", "texts", "complaints", "status")
        out.print(table(session, columns, [_line(session, row) for row in shown], right=("texts", "complaints"), fixed=("theme", "status")))
        if len(shown) < len(rows):
            out.print(session.say("themes.more", count=len(rows) - len(shown)), style="dim", markup=False)

    session.finish({"themes": shown, "total": len(rows)}, show)


def _line(session: Session, row: Mapping[str, Any]) -> tuple[str, ...]:
    name = row["name_zh" if session.language == "zh" else "name_en"]
    share = percent(row["negative"] / row["texts"], session.language) if row["texts"] else "–"
    status = say(f"understand.status.{'new' if row['is_new'] else row['status']}", session.language)
    into = f" → {row['merged_into']}" if row["merged_into"] else ""
    return (row["theme_id"], name, number(row["texts"], session.language), share, status + into)


@command("accept")
@SHOP
@click.argument("theme_id", metavar="THEME")
@click.option("--name-zh", metavar="TEXT")
@click.option("--name-en", metavar="TEXT")
def accept(session: Session, shop: Path, theme_id: str, name_zh: str | None, name_en: str | None) -> None:
    """Accept a theme, under the names given."""
    _finish(session, "accepted", session.open(shop).choices.accept(theme_id, name_zh=name_zh, name_en=name_en))


@command("rename")
@SHOP
@click.argument("theme_id", metavar="THEME")
@click.option("--name-zh", metavar="TEXT")
@click.option("--name-en", metavar="TEXT")
def rename(session: Session, shop: Path, theme_id: str, name_zh: str | None, name_en: str | None) -> None:
    """Give a theme other names."""
    if name_zh is None and name_en is None:
        raise click.UsageError(session.say("themes.no_name"))
    _finish(session, "renamed", session.open(shop).choices.accept(theme_id, name_zh=name_zh, name_en=name_en))


@command("merge")
@SHOP
@click.argument("theme_id", metavar="THEME")
@click.argument("into", metavar="INTO")
def merge(session: Session, shop: Path, theme_id: str, into: str) -> None:
    """Let one theme take the texts of another."""
    _finish(session, "merged", session.open(shop).choices.merge(theme_id, into))


@command("move")
@SHOP
@click.argument("topic_id", metavar="TOPIC")
@click.argument("to", metavar="THEME")
def move(session: Session, shop: Path, topic_id: str, to: str) -> None:
    """Move a topic, with its texts, into a theme."""
    _finish(session, "moved", session.open(shop).choices.move(topic_id, to))


@command("diff")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
def diff(session: Session, shop: Path) -> None:
    """Show which texts changed their theme in the last run."""
    workspace = session.open(shop)
    moved = workspace.choices.moved()
    names = _names(session, workspace)

    def show(out: Console) -> None:
        if not moved:
            out.print(session.say("themes.nothing_moved"), markup=False)
            return
        lines = [(names(row["was"]), names(row["is"]), number(row["texts"], session.language)) for row in moved[:SHOWN]]
        out.print(table(session, ("was", "now", "texts"), lines, right=("texts",)))

    session.finish({"moved": moved}, show)


def _names(session: Session, workspace: Workspace) -> Any:
    column = "name_zh" if session.language == "zh" else "name_en"
    known = {row["theme_id"]: f"{row['theme_id']}  {row[column]}" for row in workspace.choices.themes().to_pylist()}
    return lambda theme: session.say("themes.no_text") if theme is None else known.get(theme, theme)


def _finish(session: Session, done: str, choice: Any) -> None:
    facts = {"theme": choice.theme_id, "into": choice.merged_into or "", "topics": " ".join(choice.topics)}
    session.finish(
        {"theme": choice},
        lambda out: out.print(f"{session.say(f'themes.{done}', **facts)} {session.say('themes.next')}", markup=False, soft_wrap=True),
    )


themes = group("themes", show_themes, accept, rename, merge, move, diff)


@command("correct")
@SHOP
@click.argument("text_id", metavar="TEXT", required=False)
@click.option("--sentiment", type=click.Choice(SENTIMENTS))
@click.option("--intent", metavar="CODE")
@click.option("--theme", metavar="THEME")
@click.option("--aspect", "aspects", metavar="ASPECT=SENTIMENT", multiple=True)
@click.option("--by", metavar="NAME")
def correct(session: Session, shop: Path, text_id: str | None, aspects: Sequence[str], by: str | None, **fields: str | None) -> None:
    """Set right what was found in a text; later runs keep to it and learn from it.  Without a text, list those read least surely."""
    if text_id is None:
        _list_unsure(session, session.open(shop))
        return
    given: list[tuple[Any, str, str]] = [(field, "", value) for field, value in fields.items() if value]
    given += [("aspect", *_aspect(session, each)) for each in aspects]
    if not given:
        raise click.UsageError(session.say("correct.nothing"))
    choices = session.open(shop).choices
    who = by or person()
    done = [choices.correct(text_id, field, value, by=who, subject=subject) for field, subject, value in given]

    def show(out: Console) -> None:
        for row in done:
            facts = {"text": row["text_id"], "field": session.say(f"field.{row['field']}"), "was": row["was"] or "–", "value": row["value"]}
            out.print(session.say("correct.done", **facts), markup=False, soft_wrap=True)

    session.finish({"corrections": done}, show)


def _list_unsure(session: Session, workspace: Workspace) -> None:
    rows = workspace.choices.unsure(UNSURE_SHOWN)
    names = words("understand", session.language)

    def show(out: Console) -> None:
        if not rows:
            out.print(session.say("correct.none", path=workspace.path), markup=False, soft_wrap=True)
            return
        lines = []
        for row in rows:
            said = " ".join(row["body"].split())
            short = said[:SHOWN_CHARACTERS] + ("…" if len(said) > SHOWN_CHARACTERS else "")
            intent = names.get(f"intent.{row['intent']}", row["intent"] or "–")
            found = (session.say(f"tone.{row['sentiment']}"), percent(row["confidence"], session.language), intent)
            lines.append((row["text_id"], short, *found))
        out.print(table(session, ("text", "said", "sentiment", "sure", "intent"), lines, right=("sure",), fixed=("text",)))
        out.print(session.say("correct.next", path=workspace.path), style="dim", markup=False, soft_wrap=True)

    session.finish({"texts": rows}, show)


def _aspect(session: Session, text: str) -> tuple[str, str]:
    """Read ASPECT=SENTIMENT; `none` says that the text does not speak of it."""
    aspect, equals, value = text.partition("=")
    if not equals or f"aspect.{aspect}" not in words("understand", "en") or value not in (*SENTIMENTS, "none"):
        raise click.UsageError(session.say("correct.aspect", value=text))
    return aspect, value
