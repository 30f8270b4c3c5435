"""Moushi (谋士): self-hosted sales and marketing intelligence.

::

    import moushi

    shop = moushi.Workspace.create("shop")
    shop.add("exports")
    shop.run()
    shop.ledger.decisions(limit=10)
    shop.report(language="zh")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from moushi.errors import MoushiError
    from moushi.face import Workspace, open, restore  # noqa: A004 - the design's name
    from moushi.forecast import Forecaster
    from moushi.trust.shield import Shield
    from moushi.twin import Twin
    from moushi.understand.reader import TextReader
    from moushi.understand.topics import Topics

__all__ = ["Forecaster", "MoushiError", "Shield", "TextReader", "Topics", "Twin", "Workspace", "open", "restore"]

_HOMES = {
    "Forecaster": "moushi.forecast",
    "MoushiError": "moushi.errors",
    "Shield": "moushi.trust.shield",
    "TextReader": "moushi.understand.reader",
    "Topics": "moushi.understand.topics",
    "Twin": "moushi.twin",
    "Workspace": "moushi.face",
    "open": "moushi.face",
    "restore": "moushi.face",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that `import moushi` costs nothing.
    if name not in _HOMES:
        raise AttributeError(f"module 'moushi' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
