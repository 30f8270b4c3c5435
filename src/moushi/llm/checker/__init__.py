"""Checks that a text for people says nothing but what its evidence licenses."""

from __future__ import annotations

from moushi.llm.checker.check import check
from moushi.llm.checker.fault import Fault, Rule
from moushi.llm.checker.settle import Settled, settle

__all__ = ["Fault", "Rule", "Settled", "check", "settle"]
