"""The twin: a seeded shop with known truth, to try everything on.

`Twin` makes a shop's past, writes it as files a shop would have, tells the
truth behind them, and lives on week by week under decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moushi.twin.shape import Shape
    from moushi.twin.truth import Truth
    from moushi.twin.twin import Twin

__all__ = ["Shape", "Truth", "Twin"]

_HOMES = {"Twin": "moushi.twin.twin", "Truth": "moushi.twin.truth", "Shape": "moushi.twin.shape"}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
