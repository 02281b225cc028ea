"""Secrets at rest: encryption of connection settings and tokens, key files, and unguessable tokens.

Fernet (AES-128-CBC with HMAC-SHA256) under one or more keys: the first encrypts, all decrypt, so that keys can be
changed while the hub runs. Keys come from HUB_SECRET_KEYS or from a 0600 file made at the first start. A lost key
cannot be replaced: a new one is never made where the database already holds secrets.

Source: https://github.com/fernet/spec/blob/master/Spec.md, https://cryptography.io/en/latest/fernet/ (read 2026-11-22).
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hub.domain.errors import ConfigError

_TOKEN_BYTES = 24


class Secrets:
    """Encrypts and decrypts with a row of keys; the first is the current one. Never printed."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigError("there is no secret key: set HUB_SECRET_KEYS or remove it to use the key file")
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
            self._current = keys[0].encode()
        except ValueError as error:
            raise ConfigError(
                "a secret key is not valid: make one with `hub keys new`, several are comma-separated"
            ) from error

    def encrypt(self, text: str) -> bytes:
        """Encrypt under the current key; the result is printable ASCII and differs each time."""
        return self._keys.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Decrypt under any of the keys.

        Raises:
            ConfigError: none of the keys made it.
        """
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken as error:
            raise _wrong_key() from error

    def encrypt_json(self, value: Mapping[str, object]) -> bytes:
        """Encrypt a JSON object, for instance a connection's settings."""
        return self.encrypt(json.dumps(value, ensure_ascii=False))

    def decrypt_json(self, sealed: bytes) -> dict[str, object]:
        """Decrypt what `encrypt_json` made. Raises as `decrypt`."""
        value: dict[str, object] = json.loads(self.decrypt(sealed))
        return value

    def prove(self, text: str) -> bytes:
        """Return a digest (HMAC-SHA256) of `text` that nobody else can make; another one once the key is changed."""
        return hmac.digest(self._current, text.encode(), hashlib.sha256)

    def rotate(self, sealed: bytes) -> bytes:
        """Return the same secret under the current key. Raises as `decrypt`."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken as error:
            raise _wrong_key() from error


def load_secrets(value: str | None, key_file: Path, *, holds_secrets: bool) -> Secrets:
    """Return the secrets under the keys of `value` (comma-separated), else of `key_file`, made if it may be.

    `holds_secrets` says whether the database already holds some.

    Raises:
        ConfigError: a key is invalid, the file is readable by others, or it is missing though secrets exist.
    """
    if value:
        return Secrets([key.strip() for key in value.split(",") if key.strip()])
    if not key_file.exists():
        if holds_secrets:
            raise ConfigError(
                f"the database holds secrets but {key_file} is missing: put the key file back from where the backup "
                "keeps it, or set HUB_SECRET_KEYS"
            )
        _write_first_key(key_file)
    return Secrets(_read_keys(key_file))


def add_key(key_file: Path) -> Secrets:
    """Put a new key first in `key_file`; the old ones keep decrypting until `keep_newest_key`.

    Afterwards every stored secret is to be re-encrypted with `Secrets.rotate`.

    Raises:
        ConfigError: there is no key file (keys of HUB_SECRET_KEYS are changed there), or it is open to others.
    """
    keys = [new_key(), *_read_keys(key_file)]
    _replace_keys(key_file, keys)
    return Secrets(keys)


def keep_newest_key(key_file: Path) -> None:
    """Forget all keys but the first; only after every secret was re-encrypted with `Secrets.rotate`."""
    _replace_keys(key_file, _read_keys(key_file)[:1])


def install_key_file(source: Path, key_file: Path) -> None:
    """Bring the keys of a backup into place, readable for the owner alone.

    Raises:
        ConfigError: other keys are there already: secrets may hang on them.
    """
    if key_file.exists() and _read_keys(key_file) != _read_keys(source):
        raise ConfigError(f"{key_file} holds other keys already: move it away, then restore again")
    _replace_keys(key_file, _read_keys(source))


def new_key() -> str:
    """Return a fresh key for HUB_SECRET_KEYS."""
    return Fernet.generate_key().decode()


def new_token() -> str:
    """Return an unguessable token of 192 bits, safe in a path: webhook keys, invites, receipt tokens."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored to look `token` up: its SHA-256 in hex (no salt needed, it has 192 bits of chance)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _wrong_key() -> ConfigError:
    return ConfigError(
        "a stored secret cannot be decrypted with the present keys: give the key it was made with as well "
        "(HUB_SECRET_KEYS or the key file, comma- or line-separated)"
    )


def _read_keys(key_file: Path) -> list[str]:
    try:
        if key_file.stat().st_mode & 0o077:
            raise ConfigError(f"{key_file} is open to other users: chmod 600 {key_file}")
        return key_file.read_text().split()
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no key file {key_file}: keys come from HUB_SECRET_KEYS and are changed there"
        ) from error
    except OSError as error:
        raise ConfigError(f"{key_file} is not readable: {error.strerror}; start the hub as its owner") from error


def _write_first_key(key_file: Path) -> None:
    """Make the key file; where another process is faster, its key is the one."""
    half_made = _write_beside(key_file, [new_key()])
    try:
        os.link(half_made, key_file)
    except FileExistsError:
        return
    finally:
        half_made.unlink()


def _replace_keys(key_file: Path, keys: Sequence[str]) -> None:
    _write_beside(key_file, keys).replace(key_file)


def _write_beside(key_file: Path, keys: Sequence[str]) -> Path:
    half_made = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(half_made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(
            f"the key file {key_file} cannot be written: {error.strerror}; fix the owner of its directory"
        ) from error
    return half_made
