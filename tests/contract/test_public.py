import subprocess
import sys

import moushi


def test_the_public_names_are_few_sorted_and_there():
    assert moushi.__all__ == sorted(moushi.__all__, key=str)
    assert len(moushi.__all__) <= 20
    for name in moushi.__all__:
        assert getattr(moushi, name).__doc__


def test_an_unknown_name_is_refused_as_python_does():
    try:
        _ = moushi.Oracle
    except AttributeError as error:
        assert "Oracle" in str(error)
    else:
        raise AssertionError("no error")


def test_importing_costs_nothing_heavy():
    code = "import sys, moushi; print([m for m in ('ibis', 'duckdb', 'pandas', 'pyarrow', 'sqlalchemy', 'statsforecast', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_nothing_forbidden_is_in_the_base_install():
    from importlib.metadata import requires

    base = [need for need in requires("moushi") or [] if "extra ==" not in need]
    assert not [need for need in base if need.split(">")[0].strip() in {"torch", "transformers", "pyspark", "python-stdnum"}]
