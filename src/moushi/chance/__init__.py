"""What chance alone would do: tails of distributions, shares that move, and which of many tests to believe."""
