"""Settings of all tests: the same examples on every run; `--hypothesis-profile default` looks for new ones."""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("same")
