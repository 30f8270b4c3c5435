"""`python -m benchmarks [SCENARIO ...]`: print results as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import engine, forecast_first, spine
from benchmarks.measure import machine
from benchmarks.text import (
    aspects,
    comparatives,
    distillation,
    intent,
    keyphrases,
    languages,
    parity,
    sentiment,
    shield,
    throughput,
    topics,
    twin,
)

SCENARIOS: dict[str, Callable[[], str]] = {
    "spine/online-retail": spine.online_retail,
    "spine/twin-fast": lambda: spine.twin(spine.SIZES[:1]),
    "forecast/first": forecast_first.table,
    "text/comparatives": comparatives.table,
    "text/intent": intent.table,
    "llm/engine": engine.table,
    "text/distillation": distillation.table,
    "text/aspects": aspects.table,
    "text/sentiment": sentiment.table,
    "text/shield": shield.table,
    "text/keyphrases": keyphrases.table,
    "text/languages": languages.table,
    "text/parity": parity.table,
    "text/throughput": throughput.table,
    "text/topics": topics.table,
    "text/twin": twin.table,
}
LARGE: dict[str, Callable[[], str]] = {
    "spine/twin-large": spine.twin,
}


def main() -> None:
    """Run the named scenarios, or all but the large ones."""
    chosen = sys.argv[1:] or list(SCENARIOS)
    known = SCENARIOS | LARGE
    if unknown := [name for name in chosen if name not in known]:
        sys.exit(f"benchmarks: unknown scenario {', '.join(unknown)}. Choose from {', '.join(known)}.")
    print(f"Machine: {machine()}\n")
    for name in chosen:
        print(f"## {name}\n\n{known[name]()}", flush=True)


main()
