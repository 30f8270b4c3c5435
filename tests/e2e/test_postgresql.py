"""The application database on a PostgreSQL server, where `MOUSHI_TEST_DATABASE_URL` names one whose user may create databases."""

import os
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import moushi
from moushi.errors import DatabaseTaken, DatabaseUnreachable
from moushi.workspace.store import Store
from tests.e2e.test_faults import MOUSHI, damage, kept

SERVER = os.environ.get("MOUSHI_TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="MOUSHI_TEST_DATABASE_URL is not set")


@pytest.fixture
def url(monkeypatch):
    address = sa.make_url(SERVER).set(drivername="postgresql+pg8000")
    name = f"moushi_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("MOUSHI_DATABASE_URL", url)
    yield url
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.mark.usefixtures("url")
def test_a_shop_keeps_its_state_there(tmp_path):
    moushi.Workspace.create(tmp_path / "shop").close()
    files = moushi.Twin(seed=5, customers=400, products=30, weeks=60).observe(tmp_path / "files")
    words = [[MOUSHI, "--quiet", "add", tmp_path / "shop", *files[part:], *files[:part]] for part in range(3)]
    started = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in words]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    with moushi.open(tmp_path / "shop") as shop:
        assert shop.table("sources").num_rows == len(files)
        assert kept(shop) > 1000
        assert {stage.status for stage in shop.run().stages} == {"skipped"}
        decision = shop.ledger.decisions().to_pylist()[0]["decision_id"]
        shop.ledger.reject(decision, by="owner", reason="not now")
    with moushi.open(tmp_path / "shop") as shop:
        assert shop.ledger.get(decision)["status"] == "rejected"
        assert len(shop.runs()) == 2
    assert not (tmp_path / "shop" / "moushi.db").exists()
    assert damage(tmp_path / "shop") == []


@pytest.mark.usefixtures("url")
def test_numbers_are_never_given_twice(tmp_path):
    store = Store.create(tmp_path / "shop")
    stores = [Store(store.path) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        numbers = [number for part in threads.map(lambda one: [one.next_number("load") for _ in range(25)], stores) for number in part]
    assert sorted(numbers) == list(range(1, 101))
    for one in [store, *stores]:
        one.close()


@pytest.mark.usefixtures("url")
def test_another_workspace_is_refused(tmp_path):
    first, second = Store.create(tmp_path / "one"), Store.create(tmp_path / "two")
    assert first.next_number("load") == 1
    with pytest.raises(DatabaseTaken, match="another workspace"):
        second.next_number("load")
    first.close()


def test_a_wrong_password_and_a_silent_server_are_explained(tmp_path, url):
    Store.create(tmp_path / "shop").close()
    address = sa.make_url(url)
    for wrong in (address.set(password="wrong-word"), address.set(port=1)):
        store = Store(tmp_path / "shop", {"database_url": wrong.render_as_string(hide_password=False)})
        with pytest.raises(DatabaseUnreachable, match="sign in") as caught:
            _ = store.database
        assert "wrong-word" not in str(caught.value)


@pytest.mark.usefixtures("url")
def test_budgets_of_language_models_hold_there(tmp_path):
    from moushi.errors import ModelBudgetSpent
    from moushi.llm.book import Bound, Spending

    store = Store.create(tmp_path / "shop")
    books = [Store(store.path).llm.book for _ in range(4)]
    bounds = [Bound("day:x", "day", 1000, None), Bound("run:y", "run", 100_000, 70)]

    def take(book):
        taken = 0
        for _ in range(10):
            try:
                book.reserve(Spending(30, 2), bounds)
            except ModelBudgetSpent:
                continue
            taken += 1
            book.settle(Spending(30, 2), Spending(28, 2), bounds)
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = sum(threads.map(take, books))
    spent = books[0].spent()
    # Forty calls were wanted; the tokens of the day end at thirty-five, the money of the run at as many.
    assert spent == {"day:x": Spending(28 * taken, 2 * taken), "run:y": Spending(28 * taken, 2 * taken)}
    assert 30 <= taken <= 35
    call = books[0].begin({"purpose": "p", "prompt": "q", "prompt_version": "1", "prompt_digest": "d", "language": "zh", "items": 1,
                           "evidence": "[]", "input_digest": "i"})  # fmt: skip
    books[1].finish(call, {"tier": "model", "outcome": "answered"}, {"k": {"words": "好"}})
    books[2].finish(call, {"tier": "model", "outcome": "answered"}, {"k": {"words": "other"}})
    assert books[3].answers(["k", "none"]) == {"k": {"words": "好"}}
    assert [row["outcome"] for row in books[3].calls()] == ["answered"]
