"""Country names, as shops write them, to ISO 3166 alpha-2."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

CODE = "country_code"
FOUND = "country_found"


def country_code(name: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a country's name or code.

    Parameters
    ----------
    name : a name in one of many languages, an alpha-2 or alpha-3 code

    Returns
    -------
    str | None : the code; `name` itself where it is no country's ("European
        Community", "Channel Islands"); None where it says that none is known

    Examples
    --------
    >>> [country_code(name) for name in ("EIRE", "中国", "Deutschland", "gbr", "European Community", "Unspecified")]
    ['IE', 'CN', 'DE', 'GB', 'European Community', None]
    """
    cleaned = name.strip()
    code = _codes().get(_folded(cleaned))
    return cleaned if code is None else code or None


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).replace(".", " ")
    return " ".join(plain.split()).upper()


@functools.cache
def _codes() -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    data = tomllib.loads(resources.files(__package__).joinpath("countries.toml").read_text("utf-8"))
    codes: dict[str, str] = {}
    for language in reversed(data["languages"]["codes"]):
        territories = Locale.parse(language).territories
        codes |= {_folded(str(text)): code for code, text in territories.items() if isinstance(code, str) and _is_code(code)}
    known = {code for code in map(str, Locale("en").territories) if _is_code(code)}
    codes |= {old: new[0] for old, new in get_global("territory_aliases").items() if old.isalpha() and new[0] in known}
    codes |= {code: code for code in known}
    return codes | {_folded(text): code for text, code in data["aliases"].items()}


def _is_code(code: str) -> bool:
    # "EU", "ZZ" and their like are in the lists of names, but no countries.
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}


def with_countries(context: Context, rows: ir.Table, names: list[str] | None = None) -> ir.Table:
    """Replace country names by codes; rows that name none get the setting `default_country`.

    Parameters
    ----------
    names : the names that occur, where they are known already
    """
    if OrderLines.country not in rows.columns:
        return rows
    default = context.settings["default_country"]
    known = _names(context, rows) if names is None else names
    codes = {name: code for name in known if (code := country_code(name)) != name}
    if codes:
        lookup = pa.table(
            {OrderLines.country: pa.array(codes, pa.string()), CODE: pa.array(codes.values(), pa.string()), FOUND: [True] * len(codes)}
        )
        joined = rows.left_join(context.engine.from_arrow(lookup), OrderLines.country)
        country = joined[FOUND].fill_null(False).ifelse(joined[CODE], joined[OrderLines.country])
        rows = joined.mutate(**{OrderLines.country: country}).select(*rows.columns)
    if default is not None:
        rows = rows.mutate(**{OrderLines.country: rows[OrderLines.country].fill_null(str(default))})
    return rows


def _names(context: Context, rows: ir.Table) -> list[str]:
    named = rows.filter(rows[OrderLines.country].notnull()).select(OrderLines.country).distinct()
    names: list[str] = context.engine.to_arrow(named)[OrderLines.country].to_pylist()
    return sorted(names)
