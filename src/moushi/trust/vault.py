"""Where originals are kept: an SQLite file of entries, each encrypted on its own.

Several processes may use one vault at once.  What `put` was given is on disk
when it returns, so that no token is ever acknowledged without its original.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moushi.errors import DiskFull, TokenUnknown, VaultDamaged, VaultUnreadable, Words, WorkspaceBusy
from moushi.trust.keys import Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_PROOF = "vault.proof"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (token TEXT PRIMARY KEY, kind TEXT NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS surrogates (number INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, surrogate TEXT NOT NULL UNIQUE);
"""


class Vault:
    """Token to original, encrypted with AES-GCM under the vault key.

    Parameters
    ----------
    path : the SQLite file, made if absent (mode 0600); None keeps it in memory
    keys : the workspace's keys
    timeout_s : how long to wait for another process that is writing

    Raises
    ------
    VaultDamaged : if the file was written under another key
    VaultUnreadable : if the file is not a vault or cannot be opened

    Notes
    -----
    Each entry has a random 96-bit nonce; its token and kind are associated
    data, so that entries cannot be swapped unnoticed.
    """

    def __init__(self, path: Path | None, keys: Keys, *, timeout_s: float = 60.0) -> None:
        self._path = path
        self._keys = keys
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._owner = -1
        self._database: sqlite3.Connection | None = None
        self._cipher = _cipher(keys.vault)
        with self._session() as database:
            self._prove(database)

    def put(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """Keep originals: (token, kind, original); a token that is already there keeps its first original.

        Raises
        ------
        DiskFull, WorkspaceBusy : nothing of this call was kept
        """
        offered = {token: (kind, original) for token, kind, original in reversed(list(entries))}
        if not offered:
            return
        with self._session() as database:
            absent = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT token FROM entries) ORDER BY value"
            tokens = [row[0] for row in database.execute(absent, [json.dumps(list(offered))])]
            if not tokens:
                return
            nonces = os.urandom(NONCE_BYTES * len(tokens))
            rows = [
                (token, offered[token][0], self._seal(token, *offered[token], nonces[i * NONCE_BYTES : (i + 1) * NONCE_BYTES]))
                for i, token in enumerate(tokens)
            ]
            with _transaction(database):
                database.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?)", rows)

    def get(self, token: str) -> str:
        """Return the original of a token.

        Raises
        ------
        TokenUnknown : if the vault has no such token
        VaultDamaged : if its entry does not open
        """
        found = self.find([token])
        if token not in found:
            raise TokenUnknown(token=token)
        return found[token]

    def find(self, tokens: Iterable[str]) -> dict[str, str]:
        """Return the originals of those tokens that are in the vault.

        Raises
        ------
        VaultDamaged : if an entry does not open
        """
        wanted = json.dumps(sorted(set(tokens)))
        with self._session() as database:
            rows = database.execute("SELECT token, kind, sealed FROM entries WHERE token IN (SELECT value FROM json_each(?))", [wanted])
            return {token: self._open(token, kind, sealed) for token, kind, sealed in rows.fetchall()}

    def assign(self, offers: Mapping[str, Iterator[str]]) -> dict[str, str]:
        """Give each token a surrogate that no other token has.

        Parameters
        ----------
        offers : for each token the surrogates it may have, the best first

        Returns
        -------
        token to surrogate: the one it has already, else the first offer that is
        free; a token all whose offers are taken is absent
        """
        given: dict[str, str] = {}
        with self._session() as database, _transaction(database):
            for token in sorted(offers):
                row = database.execute("SELECT surrogate FROM surrogates WHERE token = ?", [token]).fetchone()
                surrogate = row[0] if row else _first_free(database, token, offers[token])
                if surrogate is not None:
                    given[token] = surrogate
        return given

    def surrogates(self, after: int = 0) -> list[tuple[int, str, str]]:
        """Return number, token and surrogate of those given out since the one with number `after`, in order."""
        with self._session() as database:
            return database.execute("SELECT number, token, surrogate FROM surrogates WHERE number > ? ORDER BY number", [after]).fetchall()

    def damaged(self) -> list[str]:
        """Return the tokens whose entries do not open, in order; empty when all is well."""
        faulty = []
        with self._session() as database:
            for token, kind, sealed in database.execute("SELECT token, kind, sealed FROM entries ORDER BY token"):
                try:
                    self._open(token, kind, sealed)
                except VaultDamaged:
                    faulty.append(token)
        return faulty

    def copy(self, path: Path) -> None:
        """Write a consistent copy of the vault to a new file, while others may be writing."""
        path.touch(mode=0o600, exist_ok=False)
        with self._session() as database, contextlib.closing(sqlite3.connect(path)) as target:
            database.backup(target)

    def close(self) -> None:
        """Close the file; a later call opens it again. A vault in memory stays open."""
        with self._lock:
            if self._database is not None and self._path is not None:
                self._database.close()
                self._database = None

    def __contains__(self, token: object) -> bool:
        with self._session() as database:
            return database.execute("SELECT 1 FROM entries WHERE token = ?", [token]).fetchone() is not None

    def __len__(self) -> int:
        with self._session() as database:
            return int(database.execute("SELECT count(*) FROM entries WHERE token <> ?", [_PROOF]).fetchone()[0])

    def _seal(self, token: str, kind: str, original: str, nonce: bytes) -> bytes:
        return nonce + self._cipher.encrypt(nonce, original.encode("utf-8", "surrogatepass"), f"{token}\0{kind}".encode())

    def _open(self, token: str, kind: str, sealed: bytes) -> str:
        return unseal(self._cipher, sealed, f"{token}\0{kind}".encode(), token).decode("utf-8", "surrogatepass")

    def _prove(self, database: sqlite3.Connection) -> None:
        """Check, or on a new vault write down, that this key is the vault's key."""
        row = database.execute("SELECT kind, sealed FROM entries WHERE token = ?", [_PROOF]).fetchone()
        if row is None:
            proof = self._seal(_PROOF, "proof", _PROOF, os.urandom(NONCE_BYTES))
            with _transaction(database):
                database.execute("INSERT OR IGNORE INTO entries VALUES (?, 'proof', ?)", [_PROOF, proof])
            row = database.execute("SELECT kind, sealed FROM entries WHERE token = ?", [_PROOF]).fetchone()
        self._open(_PROOF, *row)

    @contextlib.contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to one thread, with SQLite's errors turned into ours."""
        with self._lock:
            try:
                yield self._connect()
            except sqlite3.Error as error:
                raise self._translate(error) from error

    def _connect(self) -> sqlite3.Connection:
        # A connection must not cross a fork: the child opens its own.
        stale = self._owner != os.getpid() and self._path is not None
        if self._database is None or stale:
            self._owner = os.getpid()
            self._database = _connect(self._path, self._timeout_s)
            # Whoever forgets `close`, or cannot call it, leaves no connection behind.
            weakref.finalize(self, self._database.close)
        return self._database

    def _translate(self, error: sqlite3.Error) -> Exception:
        where = ":memory:" if self._path is None else str(self._path)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return DiskFull(where=where)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return WorkspaceBusy(what=Words("the vault", "保险库"), path=where, waited_s=self._timeout_s)
        return VaultUnreadable(path=where, detail=str(error))


def _connect(path: Path | None, timeout_s: float) -> sqlite3.Connection:
    if path is not None and not path.exists():
        with contextlib.suppress(FileNotFoundError):  # SQLite then says what is wrong with the folder
            path.touch(mode=0o600)
    database = sqlite3.connect(path or ":memory:", timeout=timeout_s, isolation_level=None, check_same_thread=False)
    try:
        if path is not None:
            database.execute("PRAGMA journal_mode = WAL")
            # FULL: a commit is on disk when it returns, also when the power fails.
            database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _first_free(database: sqlite3.Connection, token: str, offers: Iterator[str]) -> str | None:
    insert = "INSERT OR IGNORE INTO surrogates (token, surrogate) VALUES (?, ?)"
    return next((offer for offer in offers if database.execute(insert, [token, offer]).rowcount), None)


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def unseal(cipher: AESGCM, sealed: bytes, associated: bytes, name: str) -> bytes:
    """Open nonce and ciphertext.

    Raises
    ------
    VaultDamaged : naming `name`, if the key is another or a bit was changed
    """
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):
        raise VaultDamaged(token=name) from None
