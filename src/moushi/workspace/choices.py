"""What people chose about texts: themes, in a file that they can read and keep versions of, and corrections of single texts.

Themes are few and belong together, so they stand in `themes.toml` beside
`moushi.toml`; corrections are many and come from many hands, so they stand in
the application database (docs/decisions/0006-themes.md).  A run pins both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from moushi.columns import Corrections, TextAspects, TextInsights, Texts, TextThemes, ThemeChoices, Themes
from moushi.errors import TextNotFound, ThemeNotFound, ThemesUnreadable
from moushi.understand.taxonomy import Choice, changes

if TYPE_CHECKING:
    from moushi.workspace.store import Store

FILE = "themes.toml"
HEAD = """# Themes of texts, as people put them; read at the next `moushi run`.
# A table per theme: name_zh and name_en (leave out to keep the proposed name),
# merged_into (the theme that takes its texts), topics (topics moved here).
"""
Field = Literal["sentiment", "intent", "theme", "aspect"]


class Choices:
    """The themes and corrections of a workspace.

    Parameters
    ----------
    store : the open workspace
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    # --- themes -------------------------------------------------------------

    def themes(self) -> pa.Table:
        """Return the themes of the last run, most texts first."""
        rows = self._store.engine.rows(Themes)
        return rows.sort_by([(Themes.texts, "descending"), (Themes.theme_id, "ascending")])

    def accept(self, theme_id: str, *, name_zh: str | None = None, name_en: str | None = None) -> Choice:
        """Accept a theme, or rename it; names that are not given stay as they are.

        Raises
        ------
        ThemeNotFound : if no theme, or more than one, begins so
        """
        theme = self._theme(theme_id)
        known = self._choices().get(theme, Choice(theme))
        chosen = replace(known, name_zh=name_zh or known.name_zh, name_en=name_en or known.name_en, merged_into=None)
        return self._keep(chosen)

    def merge(self, theme_id: str, into: str) -> Choice:
        """Let one theme take the texts of another; the other keeps its identity and can be accepted again.

        Raises
        ------
        ThemeNotFound : as for `accept`, and where both are the same
        """
        theme, target = self._theme(theme_id), self._theme(into)
        if theme == target:
            raise ThemeNotFound(theme_id=into)
        choices = self._choices()
        self._keep(choices.get(target, Choice(target)))
        return self._keep(replace(choices.get(theme, Choice(theme)), merged_into=target))

    def move(self, topic_id: str, to: str) -> Choice:
        """Move a topic, with its texts, into a theme.

        Raises
        ------
        ThemeNotFound : if there is no such topic or theme
        """
        topic, theme = self._theme(topic_id), self._theme(to)
        for choice in self._choices().values():
            if topic in choice.topics:
                self._keep(replace(choice, topics=tuple(each for each in choice.topics if each != topic)))
        known = self._choices().get(theme, Choice(theme))
        topics = known.topics if topic == theme else (*known.topics, topic)
        return self._keep(replace(known, topics=topics))

    def moved(self) -> list[dict[str, Any]]:
        """Return how many texts changed their theme from the run before the last to the last; see `changes`."""
        engine = self._store.engine
        version = engine.version(TextThemes)
        if not version:
            return []
        return changes(engine.rows(TextThemes, version - 1), engine.rows(TextThemes, version))

    def _theme(self, beginning: str) -> str:
        """Return the one theme, or topic, that begins so."""
        wanted = beginning.strip().lower()
        known = {*self.themes()[Themes.theme_id].to_pylist(), *self._choices(), *self._topics()}
        found = [theme for theme in known if theme.lower().startswith(wanted)] if wanted else []
        exact = [theme for theme in found if theme.lower() == wanted]
        if len(exact or found) != 1:
            raise ThemeNotFound(theme_id=beginning)
        return str((exact or found)[0])

    def _topics(self) -> set[str]:
        from moushi.columns import Topics

        return set(self._store.engine.rows(Topics)[Topics.topic_id].to_pylist())

    def _choices(self) -> dict[str, Choice]:
        return read_file(self._store.path / FILE)

    def _keep(self, choice: Choice) -> Choice:
        with self._store.lock("themes"):
            write_file(self._store.path / FILE, {**self._choices(), choice.theme_id: choice})
        return choice

    # --- corrections --------------------------------------------------------

    def correct(self, text_id: str, field: Field, value: str, *, by: str, subject: str = "") -> dict[str, Any]:
        """Set right what was found in a text; used from the next run on, and kept.

        Parameters
        ----------
        text_id : the text; corrections of a repeat count for the text it repeats
        field : sentiment, intent, theme or aspect
        value : what is right: a sentiment (also for aspects, where `none` says that it is not spoken of), intent or theme
        by : who says so
        subject : the aspect, where one is corrected

        Raises
        ------
        TextNotFound : if there is no such text
        ThemeNotFound : if the theme is none
        """
        import sqlalchemy as sa

        from moushi.database.tables import corrections

        text = self._text(text_id)
        value = self._theme(value) if field == "theme" else value
        row = {
            Corrections.text_id: text,
            Corrections.field: field,
            Corrections.subject: subject,
            Corrections.value: value,
            Corrections.was: self._was(text, field, subject),
            Corrections.corrected_at: datetime.now(UTC),
            Corrections.corrected_by: by,
        }
        columns = corrections.c
        same = (columns.text_id == text) & (columns.field == field) & (columns.subject == subject)
        with self._store.database.begin() as connection:
            connection.execute(sa.delete(corrections).where(same))
            connection.execute(sa.insert(corrections).values(**row))
        return row

    def unsure(self, count: int) -> list[dict[str, Any]]:
        """Return the texts that were read least surely and that nobody corrected, with what was found in them, personal data masked.

        Returns
        -------
        text_id, body, sentiment, confidence and intent, the least sure first
        """
        engine = self._store.engine
        insights = engine.read(TextInsights)
        doubtful = insights.filter(
            insights[TextInsights.set_aside].isnull()
            & insights[TextInsights.confidence].notnull()
            & (insights[TextInsights.tier] != "person")
        )
        first = doubtful.order_by([TextInsights.confidence, TextInsights.text_id]).limit(count)
        columns = (TextInsights.text_id, TextInsights.sentiment, TextInsights.confidence, TextInsights.intent)
        joined = first.select(*columns).inner_join(engine.read(Texts).select(Texts.text_id, Texts.body), Texts.text_id)
        rows: list[dict[str, Any]] = engine.to_arrow(joined.order_by([TextInsights.confidence, TextInsights.text_id])).to_pylist()
        return rows

    def corrections(self) -> pa.Table:
        """Return all corrections, as rows of `Corrections`."""
        return correction_rows(self._store)

    def _text(self, text_id: str) -> str:
        texts = self._store.engine.read(Texts)
        rows = self._store.engine.to_arrow(
            texts.filter(texts[Texts.text_id] == text_id).select(Texts.text_id, Texts.duplicate_of)
        ).to_pylist()
        if not rows:
            raise TextNotFound(text_id=text_id)
        return str(rows[0][Texts.duplicate_of] or text_id)

    def _was(self, text: str, field: Field, subject: str) -> str | None:
        """Return what the last run had found."""
        engine = self._store.engine
        if field == "aspect":
            aspects = engine.read(TextAspects)
            spoken = aspects.filter((aspects[TextAspects.text_id] == text) & (aspects[TextAspects.aspect] == subject))
            found = engine.to_arrow(spoken.select(TextAspects.polarity))[TextAspects.polarity].to_pylist()
            return tone(found[0]) if found else "none"
        table: Any = TextThemes if field == "theme" else TextInsights
        column = TextThemes.theme_id if field == "theme" else field
        rows = engine.read(table)
        found = engine.to_arrow(rows.filter(rows[Texts.text_id] == text).select(column))[column].to_pylist()
        return found[0] if found else None


def tone(polarity: float) -> str:
    """Return a polarity as a sentiment."""
    return "positive" if polarity > 0 else "negative" if polarity < 0 else "neutral"


def read_file(path: Path) -> dict[str, Choice]:
    """Return the choices of a themes file by theme; none where there is no file.

    Raises
    ------
    ThemesUnreadable : if it is no TOML, or a value is not what it should be
    """
    if not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return {theme: _choice(theme, fields) for theme, fields in sorted(content.items())}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise ThemesUnreadable(path=FILE, detail=type(error).__name__) from error


def _choice(theme: str, fields: Mapping[str, Any]) -> Choice:
    known = {"name_zh", "name_en", "merged_into", "topics"}
    texts = tuple(fields.get(name) for name in ("name_zh", "name_en", "merged_into"))
    topics = fields.get("topics", [])
    if set(fields) - known or not all(isinstance(text, str | None) for text in texts) or not all(isinstance(each, str) for each in topics):
        raise TypeError(theme)
    return Choice(theme, texts[0], texts[1], texts[2], tuple(topics))


def write_file(path: Path, choices: Mapping[str, Choice]) -> None:
    """Write choices; the file is replaced in one step, comments of people in it stay."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8") if path.exists() else HEAD)
    for theme, choice in sorted(choices.items()):
        # Fields are changed one by one, so that what a person wrote beside them stays.
        entry = document.get(theme)
        if entry is None:
            entry = document[theme] = tomlkit.table()
        values = {
            "name_zh": choice.name_zh,
            "name_en": choice.name_en,
            "merged_into": choice.merged_into,
            "topics": list(choice.topics) or None,
        }
        for name, value in values.items():
            if value is not None:
                entry[name] = value
            elif name in entry:
                del entry[name]
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(tomlkit.dumps(document), "utf-8")
    os.replace(draft, path)


def theme_rows(store: Store) -> pa.Table:
    """Return what people decided about themes, as rows of `ThemeChoices` in the order of its key."""
    rows = [
        {
            ThemeChoices.theme_id: choice.theme_id,
            ThemeChoices.name_zh: choice.name_zh,
            ThemeChoices.name_en: choice.name_en,
            ThemeChoices.merged_into: choice.merged_into,
            ThemeChoices.topics: " ".join(sorted(choice.topics)),
        }
        for choice in read_file(store.path / FILE).values()
    ]
    return pa.Table.from_pylist(rows, schema=ThemeChoices.schema()) if rows else ThemeChoices.empty()


def correction_rows(store: Store) -> pa.Table:
    """Return what people corrected, as rows of `Corrections` in the order of its key."""
    import sqlalchemy as sa

    from moushi.database.tables import corrections

    columns = corrections.c
    with store.database.connect() as connection:
        ordered = sa.select(corrections).order_by(columns.text_id, columns.field, columns.subject)
        rows = [dict(row._mapping) for row in connection.execute(ordered)]
    for row in rows:
        # SQLite gives times back without their zone; they were written in UTC.
        row[Corrections.corrected_at] = row[Corrections.corrected_at].replace(tzinfo=row[Corrections.corrected_at].tzinfo or UTC)
    return pa.Table.from_pylist(rows, schema=Corrections.schema()) if rows else Corrections.empty()
