import inspect
import pickle
import re

import pytest

from moushi import errors
from moushi.errors import MoushiError, Retryable, TableDamaged, WorkspaceBusy

ALL = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, MoushiError)]
LEAVES = [kind for kind in ALL if not kind.__subclasses__()]


def fields(template: str) -> set[str]:
    """Facts a template names; those that are words themselves come once per language."""
    return {re.sub("_(en|zh)$", "", name) for name in re.findall(r"(?<!\{)\{(\w+)", template)}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_both_languages_name_the_same_facts(kind):
    assert fields(kind.en) == fields(kind.zh)


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_a_leaf_is_also_the_builtin_that_fits(kind):
    assert any(base.__module__ == "builtins" and base not in (Exception, BaseException, object) for base in kind.__mro__)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_the_drawn_tree_shows_it(kind):
    assert kind.__name__ in (errors.__doc__ or "")


def test_errors_survive_pickling_with_their_facts():
    error = pickle.loads(pickle.dumps(TableDamaged(table="orders", detail="1 of 2 files are missing")))
    assert type(error) is TableDamaged
    assert error.table == "orders"
    assert "1 of 2 files" in str(error)
    assert isinstance(error, OSError)


def test_messages_are_in_either_language():
    error = WorkspaceBusy(what="run", path="shop", waited_s=3.0)
    assert error.message("en").startswith("workspace: another process")
    assert error.message("zh").startswith("工作区：另一个进程")
    assert isinstance(error, Retryable)
