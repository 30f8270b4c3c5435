"""The decision ledger: what was proposed, what people said to it, and what became of it."""

from __future__ import annotations

from moushi.ledger.book import Ledger
from moushi.ledger.words import Described, Shown, describe, gap_words, settlement_words, witness_words

__all__ = ["Described", "Ledger", "Shown", "describe", "gap_words", "settlement_words", "witness_words"]
