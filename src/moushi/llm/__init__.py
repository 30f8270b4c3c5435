"""The one door to language models, and what guards it."""
