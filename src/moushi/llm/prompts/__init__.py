"""Prompts: one file per version and language, `<name>/<version>.<language>.md`; a file that was used is never changed.

A file has two parts, under the headings `# system` and `# user`, and names the
facts to be filled in as `{{fact}}`.  Facts are data: they are written as JSON,
so that nothing in them can end its place and be read as part of the prompt.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from moushi.errors import Language

_FACT = re.compile(r"\{\{(\w+)\}\}")
_PARTS = re.compile(r"\A# system\n(.*?)\n# user\n(.*)\Z", re.DOTALL)
# What the templates of chat models take for their own marks: <|im_start|>, </s>, [INST].
_MARKS = re.compile(r"<|\[(?=/?(?:INST|SYSTEM|AVAILABLE|TOOL))")


@dataclass(frozen=True)
class Prompt:
    """A version of a prompt in one language.

    Attributes
    ----------
    name, version, language : which it is
    system, user : its two parts, facts not filled in
    digest : of the file
    """

    name: str
    version: str
    language: Language
    system: str
    user: str
    digest: str

    def fill(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        """Return system and user part with the facts in place.

        Raises
        ------
        KeyError : if a fact that the prompt names is not given
        """

        def value(match: re.Match[str]) -> str:
            return as_data(facts[match[1]])

        return _FACT.sub(value, self.system), _FACT.sub(value, self.user)


@functools.cache
def load_prompt(name: str, language: Language, version: str | None = None) -> Prompt:
    """Return a prompt, its newest version where none is named.

    Raises
    ------
    FileNotFoundError : if there is no such prompt
    """
    folder = resources.files(__name__).joinpath(name)
    version = version or max((file.name.partition(".")[0] for file in folder.iterdir() if file.name.endswith(f".{language}.md")), key=int)
    return read_prompt(name, version, language, folder.joinpath(f"{version}.{language}.md").read_text("utf-8"))


def read_prompt(name: str, version: str, language: Language, text: str) -> Prompt:
    """Return the prompt that a file's text is."""
    parts = _PARTS.match(text)
    assert parts is not None, f"prompt {name} {version} {language} lacks its two headings"
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return Prompt(name, version, language, parts[1].strip(), parts[2].strip(), digest)


def as_data(value: Any) -> str:
    """Write a fact as JSON; a list one item to a line.

    Notes
    -----
    Inside JSON strings quotes and line ends are escaped, so a text cannot close
    its place.  The marks by which chat models tell who speaks are written as
    escapes too, which mean the same in JSON and nothing to a tokeniser.
    """
    lines = [_line(item) for item in value] if isinstance(value, (list, tuple)) else [_line(value)]
    return "\n".join(lines)


def _line(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, sort_keys=False)
    return _MARKS.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
