"""The workspace's two secret keys, in a file of their own that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from moushi.errors import KeyDamaged, KeyExists, KeyExposed, KeyMissing

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """Two independent 256-bit keys.

    Parameters
    ----------
    token : key of the tokens; the same key gives the same token for a value
    vault : key under which originals are encrypted
    """

    token: bytes = field(repr=False)
    vault: bytes = field(repr=False)

    @classmethod
    def random(cls) -> Keys:
        """Return new keys from the system's random source."""
        return cls(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))

    @classmethod
    def derive(cls, secret: bytes) -> Keys:
        """Return the two keys that follow from one secret; the same secret, the same keys.

        Raises
        ------
        ValueError : if the secret is shorter than 16 bytes
        """
        if len(secret) < 16:
            raise ValueError(f"trust: a key of {len(secret)} bytes is too short to protect anything. Use at least 16 random bytes.")
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        both = HKDF(hashes.SHA256(), 2 * KEY_BYTES, salt=None, info=b"moushi keys 1").derive(secret)
        return cls(both[:KEY_BYTES], both[KEY_BYTES:])

    @classmethod
    def create(cls, path: Path) -> Keys:
        """Make new keys and write them to `path`, mode 0600, on disk before this returns.

        Raises
        ------
        KeyExists : if the file is there; keys are never overwritten
        """
        keys = cls.random()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyExists(path=str(path)) from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "token": keys.token.hex(), "vault": keys.vault.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
        return keys

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read the keys at `path`.

        Raises
        ------
        KeyMissing : if there is no such file
        KeyExposed : if others on this machine may read or write it
        KeyDamaged : if it does not hold two keys
        """
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text("utf-8")
        except FileNotFoundError as error:
            raise KeyMissing(path=str(path)) from error
        except UnicodeDecodeError:
            raise KeyDamaged(path=str(path)) from None
        if os.name == "posix" and mode & 0o077:
            raise KeyExposed(path=str(path), mode=f"{mode:04o}")
        # Not chained: a parser's error quotes what it read, which is the key.
        try:
            content = json.loads(text)
            keys = cls(bytes.fromhex(content["token"]), bytes.fromhex(content["vault"]))
        except (ValueError, KeyError, TypeError):
            raise KeyDamaged(path=str(path)) from None
        if len(keys.token) != KEY_BYTES or len(keys.vault) != KEY_BYTES:
            raise KeyDamaged(path=str(path))
        return keys


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
