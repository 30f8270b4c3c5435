from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.errors import TokenUnknown, VaultDamaged
from moushi.trust.keys import Keys
from moushi.trust.shield import Shield
from moushi.trust.vault import Vault
from tests.support_identities import plant, secrets

SHIELD = Shield(b"s" * 32)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([text for person in plant(1, 20) for text in [*person.sentences(), person.phone, person.email, person.card]]),
    st.sampled_from(["电话", "[EMAIL:em_", "aaaaaaaaaaaaaaaaaaaa", "]", "1", "+86", "＠", "\u200b", "微信"]),
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)


@settings(deadline=None)
@given(TEXTS)
def test_unmasking_restores_every_text_exactly(text: str) -> None:
    assert SHIELD.unmask(SHIELD.mask(text).text) == text


@settings(deadline=None)
@given(TEXTS)
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    once = SHIELD.mask(text).text
    again = SHIELD.mask(once)
    assert again.text == once
    assert again.spans == ()


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), TEXTS), max_size=8))
def test_many_texts_are_masked_as_one_by_one(texts: list[str | None]) -> None:
    expected = [None if text is None else SHIELD.mask(text).text for text in texts]
    assert SHIELD.mask_texts(pa.array(texts, pa.string())).to_pylist() == expected


def test_no_planted_value_survives() -> None:
    people = plant(0)
    texts = [text for person in people for text in person.sentences()]
    masked = SHIELD.mask_texts(pa.array(texts)).to_pylist()
    everything = "\n".join(masked)
    assert [value for value in secrets(people) if value in everything] == []
    assert [SHIELD.unmask(text) for text in masked] == texts


def test_columns_of_planted_people_hold_tokens_only() -> None:
    people = plant(2, 60)
    for language in ("zh", "en"):
        rows = pa.Table.from_pylist([person.row() for person in people if person.language == language])
        for header in rows.column_names:
            kind = SHIELD.column_kind(header, rows[header].combine_chunks())
            assert kind not in (None, "free_text"), header
            tokens = SHIELD.token(rows[header], kind)
            assert not set(tokens.to_pylist()) & set(rows[header].to_pylist())
            assert [SHIELD.reveal(token) for token in tokens.to_pylist()] == rows[header].to_pylist()


def test_spans_tell_where_and_what() -> None:
    text = "Mail ＡB@example.com now"
    masked = SHIELD.mask(text)
    (span,) = masked.spans
    assert (span.label, span.kind, text[span.start : span.end]) == ("EMAIL", "email", "ＡB@example.com")
    assert masked.text == f"Mail [EMAIL:{span.token}] now"
    assert SHIELD.reveal(span.token) == "ＡB@example.com"


def test_the_token_in_a_text_is_the_token_of_the_column() -> None:
    (column,) = SHIELD.token(pa.array(["+86 138 0013 8000"]), "phone").to_pylist()
    (same,) = SHIELD.mask("打13800138000").spans
    (spaced,) = SHIELD.mask("打138-0013-8000").spans
    assert same.token == column
    assert spaced.token.startswith(column + ".")
    assert SHIELD.unmask(f"[PHONE:{column}]") == "13800138000"


def test_tokens_keep_nulls_length_and_joins() -> None:
    values = pa.chunked_array([["A@b.com", None, " "], ["a@b.com", "c@d.com"]])
    tokens = SHIELD.token(values, "email").to_pylist()
    assert [token is None for token in tokens] == [False, True, True, False, False]
    assert tokens[0] == tokens[3] != tokens[4]
    assert SHIELD.token(pa.array([17850, None]), "account").to_pylist()[1] is None
    assert SHIELD.token(pa.array([], pa.string()), "name").to_pylist() == []


def test_a_token_of_this_vault_is_not_masked_again() -> None:
    tokens = SHIELD.token(pa.array(["alice"]), "account")
    mixed = pa.concat_arrays([tokens, pa.array(["cu_aaaaaaaaaaaaaaaaaaaa", None])])
    again = SHIELD.token(mixed, "account").to_pylist()
    assert again[0] == tokens[0].as_py()
    assert again[1] != "cu_aaaaaaaaaaaaaaaaaaaa"
    assert again[2] is None


def test_what_was_shown_does_not_depend_on_the_order_of_arrival() -> None:
    first, second = Shield(b"o" * 32), Shield(b"o" * 32)
    first.token(pa.array(["A@B.com"]), "email")
    masked = [shield.mask("a@b.com or A@b.com").text for shield in (first, second)]
    assert masked[0] == masked[1]
    assert first.unmask(masked[0]) == second.unmask(masked[0]) == "a@b.com or A@b.com"


def test_unknown_placeholders_stay() -> None:
    text = "[EMAIL:em_aaaaaaaaaaaaaaaaaaaa] and [NAME:nm_aaaaaaaaaaaaaaaaaaaa.bbbbbbbb]"
    assert SHIELD.unmask(text) == text
    with pytest.raises(TokenUnknown):
        SHIELD.reveal("em_aaaaaaaaaaaaaaaaaaaa")


def test_bytes_come_back_only_with_the_same_key() -> None:
    sealed = SHIELD.encrypt(b"raw line")
    assert b"raw" not in sealed
    assert sealed != SHIELD.encrypt(b"raw line")
    assert SHIELD.decrypt(sealed) == b"raw line"
    for other in (sealed[:-1], sealed[:5], b"", sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(VaultDamaged):
            SHIELD.decrypt(other)
    with pytest.raises(VaultDamaged):
        Shield(b"x" * 32).decrypt(sealed)


def test_a_shield_on_a_file_reveals_after_reopening(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys.json")
    shield = Shield(keys, Vault(tmp_path / "vault.sqlite", keys))
    masked = shield.mask("call 13800138000")
    shield.vault.close()
    again = Shield(keys, Vault(tmp_path / "vault.sqlite", keys))
    assert again.unmask(masked.text) == "call 13800138000"
    again.vault.close()


def test_nothing_suspicious_returns_the_same_texts() -> None:
    texts = pa.array(["很好", None, "fine"])
    assert SHIELD.mask_texts(texts).equals(texts)
    assert SHIELD.mask_texts(pa.chunked_array([], pa.string())).to_pylist() == []
