"""Reads what people write: the aspects that texts speak about, and how."""
