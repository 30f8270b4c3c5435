"""A thousand texts with identities of every kind, clean and disguised: none of them shows, and all come back."""

from __future__ import annotations

import logging
import pickle

import pyarrow as pa
import pytest

from benchmarks.text.planted import KINDS, texts
from moushi.trust.keys import Keys
from moushi.trust.redact import redact
from moushi.trust.shield import Shield
from moushi.trust.spans import find_many
from moushi.trust.vault import Vault

COUNT = 1000


@pytest.fixture(scope="module")
def planted():
    return texts(20, COUNT)


@pytest.fixture(scope="module", params=[False, True], ids=["placeholders", "surrogates"])
def shield(request, tmp_path_factory):
    keys = Keys.random()
    opened = Shield(keys, Vault(tmp_path_factory.mktemp("gate") / "vault.sqlite", keys), surrogates=request.param)
    yield opened
    opened.vault.close()


@pytest.fixture(scope="module")
def masked(planted, shield):
    return shield.mask_texts(pa.array([case.text for case in planted])).to_pylist()


def test_every_kind_is_planted(planted):
    assert {case.kind.split(",")[0] for case in planted} >= {kind.split(",")[0] for kind in KINDS}
    assert len(planted) == COUNT


def test_no_planted_identity_shows(planted, masked):
    shown = [(case.kind, case.text) for case, text in zip(planted, masked, strict=True) if case.secret in text]
    assert shown == []


def test_every_text_comes_back_exactly(planted, masked, shield):
    assert [shield.unmask(text) for text in masked] == [case.text for case in planted]


def test_the_labels_say_what_they_are(planted):
    finds = find_many([case.text for case in planted])
    wrong = [(case.kind, case.text) for case, spans in zip(planted, finds, strict=True) if case.label not in {span.label for span in spans}]
    assert len(wrong) <= 0.02 * COUNT, wrong[:10]


def test_the_vault_file_holds_none_of_them(planted, masked, shield, tmp_path):
    copy = tmp_path / "copy.sqlite"
    shield.vault.copy(copy)
    content = copy.read_bytes()
    assert masked
    assert [case.kind for case in planted if case.secret.encode() in content] == []


def test_logs_and_errors_hold_none_of_them(planted, caplog):
    log = logging.getLogger("gate")
    with caplog.at_level(logging.INFO):
        for case in planted:
            try:
                raise ValueError(case.text)
            except ValueError as error:
                log.info("failed: %s", redact(str(error)))
    shown = [case.kind for case, record in zip(planted, caplog.records, strict=True) if case.secret in record.getMessage()]
    assert shown == []


def test_what_is_handed_on_holds_none_of_them(planted, shield):
    handed = pickle.dumps([shield.mask(case.text) for case in planted[:100]])
    assert [case.kind for case in planted[:100] if case.secret.encode() in handed] == []
