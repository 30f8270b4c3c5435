"""Settings of all tests: the same examples on every run, and no network for anyone.

`--hypothesis-profile default` looks for new examples.
"""

import importlib.util
import os
from pathlib import Path

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

_GUARD = Path(__file__).parent / "guard"
_spec = importlib.util.spec_from_file_location("guard", _GUARD / "sitecustomize.py")
assert _spec is not None
assert _spec.loader is not None
_spec.loader.exec_module(importlib.util.module_from_spec(_spec))
# Programs that tests start are Pythons too.
os.environ["PYTHONPATH"] = os.pathsep.join([str(_GUARD), *filter(None, [os.environ.get("PYTHONPATH")])])
