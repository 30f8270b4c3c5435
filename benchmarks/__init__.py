"""Measured speed, memory and quality; `python -m benchmarks --help`."""
