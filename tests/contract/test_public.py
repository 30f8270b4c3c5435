import subprocess
import sys

import pytest

import moushi


def test_the_public_names_are_few_sorted_and_there():
    assert moushi.__all__ == sorted(moushi.__all__, key=str)
    assert len(moushi.__all__) <= 20
    for name in moushi.__all__:
        assert getattr(moushi, name).__doc__


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="Oracle"):
        _ = moushi.Oracle


def test_importing_costs_nothing_heavy():
    heavy = ("ibis", "duckdb", "pandas", "pyarrow", "sqlalchemy", "statsforecast")
    code = f"import sys, moushi; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_nothing_forbidden_is_in_the_base_install():
    from importlib.metadata import requires

    base = [need for need in requires("moushi") or [] if "extra ==" not in need]
    assert not [need for need in base if need.split(">")[0].strip() in {"torch", "transformers", "pyspark", "python-stdnum"}]
