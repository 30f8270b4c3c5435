"""Prepares what was said: identifiers, languages, repeats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moushi.columns import Texts
from moushi.prepare.account import Account
from moushi.prepare.duplicates import PERMUTATIONS, fingerprint, normalised, repeats, signatures
from moushi.prepare.language import LATIN, UNSURE, language_of
from moushi.prepare.merge import newest
from moushi.prepare.tables import Identities, identified, nothing_landed, with_categories, write_judged
from moushi.prepare.visible import has_landed, visible
from moushi.prepare.work import OCCURRENCE, PRIORITY, SOURCE_RANK
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

FINGERPRINT, SIGNATURE, PLAIN = "fingerprint", "signature", "plain"
READ = pa.schema(
    [
        (Texts.text_id, pa.string()),
        (Texts.language, pa.string()),
        (PLAIN, pa.large_string()),
        (FINGERPRINT, pa.binary(16)),
        (SIGNATURE, pa.binary(4 * PERMUTATIONS)),
    ]
)
"""What reading a text finds: its language, its normalised words and what they hash to."""

IDENTITY = (Texts.body, Texts.title, Texts.customer_id, Texts.product_id, Texts.order_id, Texts.written_at, Texts.rating, Texts.speaker)
BATCH_ROWS = 10_000


def prepare_texts(context: Context, account: Account, identities: Identities) -> None:
    """Write `Texts`, and account for every landed row.

    Repeats of other texts stay rows, marked by `duplicate_of`; only rows that
    repeat a `text_id` are duplicates.
    """
    if not has_landed(context, Texts):
        nothing_landed(context, account, Texts)
        return
    landed = visible(context, Texts)
    rows = with_text_ids(_with_body(with_categories(context, identified(context, landed, Texts, identities), Texts)))
    merged = newest(rows, [Texts.text_id])
    write_judged(context, account, Texts, landed=landed, nameless=None, merged=merged, final=lambda good: _read(context, account, good))


def _with_body(rows: ir.Table) -> ir.Table:
    """Take the headline for the words where there are no others."""
    return rows.mutate(**{Texts.body: rows[Texts.body].fill_null(rows[Texts.title])})


def with_text_ids(rows: ir.Table) -> ir.Table:
    """Fill `text_id` where the file has none: a hash of what was said, by whom and of what, and which of the file's equal rows it is.

    The same review in two overlapping exports thus has one identifier, while two
    equal rows of one file stay two texts.
    """
    import ibis

    parts = [rows[name].cast("string").fill_null("") for name in IDENTITY]
    content = ibis.literal("\x1f").join(parts).hexdigest("md5").substr(0, 20)
    rows = rows.mutate(**{PLAIN: content})
    window = ibis.window(group_by=[SOURCE_RANK, PLAIN], order_by=PRIORITY)
    rows = rows.mutate(**{OCCURRENCE: ibis.row_number().over(window)})
    derived = "t-" + rows[PLAIN] + "-" + (rows[OCCURRENCE] + 1).cast("string")
    return rows.mutate(**{Texts.text_id: rows[Texts.text_id].fill_null(derived)}).drop(PLAIN, OCCURRENCE)


def read_batch(rows: pa.Table) -> pa.Table:
    """Read texts: language, normalised words, fingerprint, signature.

    Parameters
    ----------
    rows : text_id, title, body, customer_id, language (null where to be recognised)

    Returns
    -------
    Table : READ, in the order of the rows
    """
    names = (Texts.title, Texts.body, Texts.customer_id, Texts.language)
    titles, bodies, customers, languages = (rows[name].to_pylist() for name in names)
    whole = [f"{title} {body}" if title and title != body else body for title, body in zip(titles, bodies, strict=True)]
    plain = [normalised(text) for text in whole]
    marks = signatures(plain)
    found = [language or language_of(text) for language, text in zip(languages, whole, strict=True)]
    arrays = [
        rows[Texts.text_id].combine_chunks(),
        pa.array(found, pa.string()),
        pa.array(plain, pa.large_string()),
        pa.array([fingerprint(text, customer) for text, customer in zip(plain, customers, strict=True)], pa.binary(16)),
        pa.array([mark.tobytes() for mark in marks], pa.binary(4 * PERMUTATIONS)),
    ]
    return pa.Table.from_arrays(arrays, schema=READ)


def _read(context: Context, account: Account, good: ir.Table) -> ir.Table:
    """Return the texts with their language and what they repeat."""
    import ibis

    wanted = good.order_by([ibis.asc(good[Texts.written_at], nulls_first=False), good[PRIORITY]])
    wanted = wanted.select(Texts.text_id, Texts.title, Texts.body, Texts.customer_id, Texts.language)
    read = context.engine.map_batches(wanted, read_batch, READ, batch_rows=BATCH_ROWS)
    found = marked(read)
    account.find("texts_repeated", Texts, Texts.body, rows=read.num_rows - found[Texts.duplicate_of].null_count)
    for language, rows in sorted(Counter(found[Texts.language].to_pylist()).items(), key=str):
        account.find("texts_language", Texts, language or "", rows=rows)
    joined = good.drop(Texts.language).left_join(context.engine.from_arrow(found), Texts.text_id)
    return joined.select(*Texts.columns())


def marked(read: pa.Table) -> pa.Table:
    """Return text_id, language and duplicate_of of texts that were read (READ), in order of time.

    A text too short to tell its language gets that of most others in Latin script.
    """
    marks = np.frombuffer(b"".join(read[SIGNATURE].to_pylist()), dtype=np.uint32).reshape(-1, PERMUTATIONS)
    origins = repeats(read[FINGERPRINT].to_pylist(), marks, read[PLAIN].to_pylist())
    identifiers = read[Texts.text_id].to_pylist()
    languages = read[Texts.language].to_pylist()
    usual = _usual(languages)
    return pa.table(
        {
            Texts.text_id: pa.array(identifiers, pa.string()),
            Texts.language: pa.array([usual if language == UNSURE else language for language in languages], pa.string()),
            Texts.duplicate_of: pa.array([None if origin is None else identifiers[origin] for origin in origins], pa.string()),
        }
    )


def _usual(languages: list[str | None]) -> str:
    counts = Counter(language for language in languages if language in LATIN)
    return min(counts, key=lambda language: (-counts[language], language)) if counts else "en"
