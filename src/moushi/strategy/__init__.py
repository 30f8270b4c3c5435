"""Decisions: what to reorder, whom to win back, what to look into, each with its expected value."""

from __future__ import annotations

from moushi.strategy.stage import StrategyStage

__all__ = ["StrategyStage"]
