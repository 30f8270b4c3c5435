"""Reads a report's HTML for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "circle", "line", "path"}
UNREAD = {"style", "script", "title", "desc"}
NAMES = {"name", "mark"}


@dataclass
class Element:
    """An open element: its tag, attributes and what it stands in."""

    tag: str
    attributes: dict[str, str]


@dataclass
class Text:
    """A piece of text and the elements around it."""

    words: str
    inside: tuple[Element, ...]

    def witnessed(self) -> bool:
        """Tell whether a number in it is bound to a witness."""
        return any("data-witness" in element.attributes for element in self.inside)

    def is_name(self) -> bool:
        """Tell whether it is a name, a day, a quotation, code or a footnote mark, not a number."""
        return any(
            element.tag in ("time", "code", "bdi")
            or "data-quote" in element.attributes
            or NAMES & set(element.attributes.get("class", "").split())
            for element in self.inside
        )


@dataclass
class Page(HTMLParser):
    """A parsed report."""

    html: str
    texts: list[Text] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        assert not self._open, f"not closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(element.tag in UNREAD for element in self._open):
            self.texts.append(Text(data, tuple(self._open)))

    def find(self, tag: str) -> list[Element]:
        """Return the elements of a tag."""
        return [element for element in self.elements if element.tag == tag]

    def ids(self) -> list[str]:
        """Return all identifiers."""
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]

    def section(self, name: str) -> str:
        """Return all text of a section."""
        mine = [text.words for text in self.texts if any(e.tag == "section" and e.attributes.get("id") == name for e in text.inside)]
        return " ".join(" ".join(mine).split())
