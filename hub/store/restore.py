"""Restores a backup into an empty database and an empty file store, after checking all of it.

Everything is read and compared with its checksum before anything is written. Files come first (they are named by their
content, so coming twice does no harm), the database after them in one transaction: an attempt that fails can simply be
repeated. No hub works on a half restored database, and a restored one is held: nothing leaves it before a person has
looked (`hub.store.restored`, case 38). An older backup is migrated to this hub's schema, a newer one refused.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import structlog
from pydantic import ValidationError

from hub.crash import crash_point
from hub.domain.errors import ConfigError
from hub.store import restored
from hub.store.backup import FORMAT, Holdings, Manifest, checksum, count_rows
from hub.store.dump import DumpClient
from hub.store.files import Files
from hub.store.migrate import migrate, newest_revision
from hub.store.pool import Connection, connect
from hub.store.secrets import install_key_file

_PIECE_BYTES = 1 << 20
_log = structlog.get_logger(__name__)


async def restore_backup(backup: Path, target: Holdings) -> Manifest:
    """Restore `backup` into the empty `target`, held, and return its manifest; the key too, if the backup has it.

    Raises:
        ConfigError: the backup is incomplete, damaged or of a newer hub; the target is not empty; pg_restore fails;
            what arrived is not what the manifest counts.
    """
    manifest = read_manifest(backup)
    await asyncio.to_thread(_verify, backup, manifest)
    files = Files(target.files_root)
    server_major = await _refuse_full_target(target, files, set(_digests(backup)))
    for digest in _digests(backup):
        path = backup / "files" / digest[:2] / digest[2:4] / digest
        await files.write_stream(_pieces(path), limit_bytes=path.stat().st_size)
    crash_point("restore.files_written")
    if manifest.has_key:
        install_key_file(backup / "secret.key", target.key_file)
    await _load(target, backup, manifest, server_major=server_major)
    await migrate(target.dsn)
    _log.info("backup.restored", rows=sum(manifest.rows.values()), files=manifest.files, has_key=manifest.has_key)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """Return the manifest of `backup`.

    Raises:
        ConfigError: it is no complete backup, or one that this hub is too old for.
    """
    try:
        manifest = Manifest.model_validate_json((backup / "manifest.json").read_text())
    except (OSError, ValidationError) as error:
        raise ConfigError(f"{backup} is no complete backup: its manifest.json is missing or not readable") from error
    if manifest.format > FORMAT or manifest.revision > newest_revision():
        raise ConfigError(f"{backup} was made by hub {manifest.hub}, which is newer: restore it with that version")
    return manifest


def _verify(backup: Path, manifest: Manifest) -> None:
    """Read everything once, before anything is written."""
    dump = backup / "database.dump"
    if not dump.exists() or checksum(dump) != manifest.dump_sha256:
        raise ConfigError(f"{dump} is missing or damaged (its checksum differs): use another backup")
    damaged = [path.name for path in _file_paths(backup) if checksum(path) != path.name]
    if damaged:
        raise ConfigError(f"{len(damaged)} files of {backup} are damaged, first {damaged[0]}: use another backup")
    if (count := sum(1 for _ in _file_paths(backup))) != manifest.files:
        raise ConfigError(
            f"{backup} holds {count} files where its manifest counts {manifest.files}: use another backup"
        )


async def _refuse_full_target(target: Holdings, files: Files, coming: set[str]) -> int:
    """Make sure that nothing is overwritten or mixed; return the major version of the server."""
    async with connect(target.dsn) as connection:
        if tables := await count_rows(connection):
            raise ConfigError(f"the database is not empty ({len(tables)} tables): restore into a new --data or --dsn")
        major: int = connection.get_server_version().major
    if strange := set(await asyncio.to_thread(list, files.digests())) - coming:
        raise ConfigError(
            f"{target.files_root} holds {len(strange)} other files: restore into a new --data or HUB_FILES"
        )
    return major


async def _load(target: Holdings, backup: Path, manifest: Manifest, *, server_major: int) -> None:
    """Fill the database, closed to every hub from before the first row until all of it is proved and marked."""
    async with connect(target.dsn) as connection:
        await restored.begin(connection)
        crash_point("restore.begun")
        await DumpClient(target.dsn, server_major, target.bin_dir).load(backup / "database.dump")
        crash_point("restore.database_loaded")
        await _compare(connection, manifest)
        await restored.mark(connection, made_at=manifest.made_at)


async def _compare(connection: Connection, manifest: Manifest) -> None:
    rows = await count_rows(connection)
    differing = sorted(name for name in rows.keys() | manifest.rows.keys() if rows.get(name) != manifest.rows.get(name))
    if differing:
        raise ConfigError(
            f"after restoring, tables differ from the manifest ({', '.join(differing)}): use another backup"
        )


def _file_paths(backup: Path) -> Iterator[Path]:
    return (path for path in (backup / "files").glob("??/??/*"))


def _digests(backup: Path) -> list[str]:
    return sorted(path.name for path in _file_paths(backup))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece
