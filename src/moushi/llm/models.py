"""The models of a workspace: the `[[model]]` sections of its moushi.toml.

::

    [[model]]
    name = "cheap"
    provider = "deepseek"
    model = "deepseek-chat"
    role = "fast"
    price_input = 2.0
    price_output = 8.0
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from moushi import configuration
from moushi.errors import ModelInvalid, Words
from moushi.llm.presets import PRESETS, Preset
from moushi.locale import say

Role = Literal["fast", "strong", "embedding"]
Mode = Literal["native", "tool", "prompted"]
ROLES: tuple[Role, ...] = get_args(Role)
MODES: tuple[Mode, ...] = get_args(Mode)
SECTION = "model"

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
_SECRET = re.compile(r"key|token|secret|passw|credential|auth", re.IGNORECASE)
_SECRET_IN_BODY = re.compile(r"api_?key|secret|passw|credential|authorization|bearer", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True)
class Measured:
    """What `moushi model test` found out about a model; null where it could not be told.

    Attributes
    ----------
    at : when, ISO 8601
    mode : how it gives structured answers: by JSON schema, tool call, or asked in words and corrected
    streaming, json_schema, tools : whether it does
    languages : the languages of Moushi in which it answered when asked in them
    context_tokens : longest input, as far as the endpoint or the catalogue of models says
    latency_s : median wait for a short answer
    tokens_per_s : tokens written per second
    dimensions : length of an embedding
    """

    at: str
    mode: Mode | None = None
    streaming: bool | None = None
    json_schema: bool | None = None
    tools: bool | None = None
    languages: tuple[str, ...] = ()
    context_tokens: int | None = None
    latency_s: float | None = None
    tokens_per_s: float | None = None
    dimensions: int | None = None


@dataclass(frozen=True)
class Model:
    """A language model that the workspace may ask.

    Attributes
    ----------
    name : what people call it here
    provider : one of `PRESETS`
    model : what its provider calls it
    role : "fast" for many small questions, "strong" for few hard ones, "embedding"
    base_url : where it is, if not where the preset says
    key_variable : the environment variable, or the line of the key file, that holds its key
    price_input, price_output : per million tokens, workspace currency, >= 0
    requests_per_minute : most that its endpoint allows
    context_tokens : longest input and output together
    extra_body : what its endpoint takes besides, such as `{ enable_thinking = false }`
    measured : what `moushi model test` found out
    """

    name: str
    provider: str
    model: str
    role: Role = "fast"
    base_url: str | None = None
    key_variable: str | None = None
    price_input: float | None = None
    price_output: float | None = None
    requests_per_minute: float | None = None
    context_tokens: int | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    measured: Measured | None = None

    @property
    def preset(self) -> Preset:
        """Its provider."""
        return PRESETS[self.provider]

    @property
    def address(self) -> str | None:
        """Where it is; None where the provider's own software knows."""
        return self.base_url or self.preset.base_url

    @property
    def variable(self) -> str | None:
        """The variable of its key; None if it needs none."""
        return self.key_variable or self.preset.key_variable

    @property
    def prices(self) -> tuple[float, float] | None:
        """Price of a million tokens read and written; nothing on one's own machines; None if not known."""
        if self.price_input is None and self.price_output is None:
            return (0.0, 0.0) if _is_own(self.address) else None
        return self.price_input or 0.0, self.price_output or 0.0


def _is_own(address: str | None) -> bool:
    """Tell whether an address is in one's own house."""
    host = urlsplit(address or "").hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".lan", ".internal"))


class ModelFault(NamedTuple):
    """What is wrong with a section: a code of the locale files, the field, and what was expected. Never a value: it may be a key."""

    code: str
    field: str = ""
    expected: str = ""


def read_models(path: Path) -> tuple[Model, ...]:
    """Return the models of a moushi.toml, in its order.

    Raises
    ------
    ModelInvalid : naming everything that is wrong, a key in the file among it
    """
    sections = configuration.parse(path).unwrap().get(SECTION, [])
    if not isinstance(sections, list) or not all(isinstance(section, Mapping) for section in sections):
        raise invalid(path.name, [ModelFault("not_sections")])
    found: dict[str, Model] = {}
    for index, section in enumerate(sections, 1):
        faults = check_section(section)
        name = str(section.get("name", "")) if not faults else f"#{index}"
        if name in found:
            faults.append(ModelFault("name_twice", "name"))
        if faults:
            raise invalid(f"{path.name} [[model]] {index}", faults)
        found[name] = _model(section)
    return tuple(found.values())


def model_of(section: Mapping[str, Any]) -> Model:
    """Return the model that a section describes.

    Raises
    ------
    ModelInvalid : naming everything that is wrong
    """
    if faults := check_section(section):
        raise invalid("[[model]]", faults)
    return _model(section)


def _model(section: Mapping[str, Any]) -> Model:
    measured = section.get("measured")
    known = {each.name for each in fields(Measured)}
    kept = None if measured is None else {name: value for name, value in measured.items() if name in known}
    if kept is not None and "languages" in kept:
        kept["languages"] = tuple(kept["languages"])
    return Model(**{**section, "measured": None if kept is None else Measured(**kept)})


def check_section(section: Mapping[str, Any]) -> list[ModelFault]:
    """Return all that is wrong with a section."""
    known = {each.name for each in fields(Model)}
    faults = [ModelFault("secret" if _SECRET.search(name) else "unknown_field", name) for name in section if name not in known]
    faults += [ModelFault("missing", name) for name in ("name", "provider", "model") if not section.get(name)]
    for name, (kind, expected) in _KINDS.items():
        value = section.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            faults.append(ModelFault("kind", name, expected))
    return faults or _check_values(section)


_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("name", "provider", "model", "role", "base_url", "key_variable"), (str, "text")),
    **dict.fromkeys(("price_input", "price_output", "requests_per_minute"), ((int, float), "number")),
    "context_tokens": (int, "number"),
    "extra_body": (dict, "table"),
    "measured": (dict, "table"),
}


def _check_values(section: Mapping[str, Any]) -> list[ModelFault]:
    faults: list[ModelFault] = []
    if not _NAME.fullmatch(section["name"]):
        faults.append(ModelFault("name", "name"))
    if section["provider"] not in PRESETS:
        return [*faults, ModelFault("choice", "provider", ", ".join(PRESETS))]
    if section.get("role", "fast") not in ROLES:
        faults.append(ModelFault("choice", "role", ", ".join(ROLES)))
    if not _VARIABLE.fullmatch(section.get("key_variable", "A_NAME")):
        faults.append(ModelFault("variable", "key_variable"))
    faults += [
        ModelFault("negative", name)
        for name in ("price_input", "price_output", "requests_per_minute", "context_tokens")
        if section.get(name, 1) < 0 or (name not in ("price_input", "price_output") and section.get(name, 1) == 0)
    ]
    faults += [ModelFault("secret", f"extra_body.{name}") for name in section.get("extra_body", {}) if _SECRET_IN_BODY.search(name)]
    return faults + _check_address(section)


def _check_address(section: Mapping[str, Any]) -> list[ModelFault]:
    given = section.get("base_url")
    if given is None:
        missing = PRESETS[section["provider"]].protocol == "openai" and PRESETS[section["provider"]].base_url is None
        return [ModelFault("missing", "base_url")] if missing else []
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return [ModelFault("address", "base_url")]
    return [ModelFault("secret", "base_url")] if parts.username or parts.password or parts.query else []


def invalid(where: str, faults: Sequence[ModelFault]) -> ModelInvalid:
    """Return the error that names all faults, in both languages."""
    en, zh = (
        "; ".join(say(f"llm.section.{f.code}", tongue, field=f.field, expected=f.expected) for f in faults) for tongue in ("en", "zh")
    )
    return ModelInvalid(where=where, faults=Words(en, zh))


def write_model(path: Path, model: Model) -> None:
    """Add a model to a moushi.toml, or change the one of its name.

    Raises
    ------
    ModelInvalid : if it cannot be used; the file is as it was
    """
    import tomlkit

    plain = {name: value for name, value in asdict(model).items() if value is not None and value != {}}
    if "measured" in plain:
        kept = {name: value for name, value in plain["measured"].items() if value is not None}
        plain["measured"] = {**kept, "languages": list(kept["languages"])}
    if faults := check_section(plain):
        raise invalid(f"[[model]] {model.name}", faults)
    document = configuration.parse(path)
    sections: Any = document.setdefault(SECTION, tomlkit.aot())
    section = next((each for each in sections if each.get("name") == model.name), None)
    if section is None:
        section = tomlkit.table()
        sections.append(section)
        sections = document[SECTION]
        section = sections[-1]
    for name in [name for name in section if name not in plain]:
        del section[name]
    for name, value in plain.items():
        if section.get(name) != value:
            section[name] = _item(value)
    configuration.replace(path, document.as_string())


def _item(value: Any) -> Any:
    import tomlkit

    if not isinstance(value, Mapping):
        return value
    line = tomlkit.inline_table()
    line.update(value)
    return line


def measured(model: Model, found: Measured) -> Model:
    """Return the model with what was found out about it."""
    return replace(model, measured=found)
