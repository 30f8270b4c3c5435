"""Demand and revenue: what to expect, how sure that is, and how such forecasts have done."""

from moushi.forecast.forecaster import Forecaster

__all__ = ["Forecaster"]
