"""A backup of everything a hub keeps: the database, the files, and on request the secret key.

It is a directory: `database.dump`, `files/ab/cd/<sha256>`, `manifest.json` with versions, counts and checksums, and
`secret.key` only if asked for, since whoever has both can read every token. The directory appears complete or not at
all. Counts and dump come from one snapshot; files are copied after it and never change, so each row's file is in.
The hub may run meanwhile. `hub.store.restore` is the way back.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.crash import crash_point
from hub.domain.errors import ConfigError, StorageUnavailable
from hub.store.dump import DumpClient
from hub.store.files import Files
from hub.store.migrate import present_revision
from hub.store.pool import connect
from hub.store.restored import UNFINISHED

FORMAT = 1
_PATIENCE_SECONDS = 3600
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace AND relname <> $1
    ORDER BY relname
"""
_log = structlog.get_logger(__name__)


class Manifest(BaseModel):
    """What `manifest.json` says of a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = Field(default=FORMAT, description="Version of this layout")
    hub: str = Field(description="Version of the hub that made it")
    revision: str = Field(description="Revision of the schema, for instance 0007")
    server_major: int = Field(description="Major version of the PostgreSQL it came from")
    made_at: AwareDatetime = Field(description="Instant of the snapshot, UTC")
    rows: dict[str, int] = Field(description="Rows per table")
    dump_sha256: str = Field(description="Checksum of database.dump")
    files: int = Field(description="Number of files")
    files_bytes: int = Field(description="Their size together")
    damaged: list[str] = Field(
        default_factory=list, description="Files whose content no longer fits their name, left out"
    )
    has_key: bool = Field(description="Whether secret.key is in the backup")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where a hub keeps things. `bin_dir` is HUB_PG_BIN; `key_file` need not exist (HUB_SECRET_KEYS)."""

    dsn: str
    files_root: Path
    key_file: Path
    bin_dir: Path | None = None


async def make_backup(source: Holdings, target: Path, *, now: datetime, with_key: bool = False) -> Manifest:
    """Write a backup of the running hub to the new directory `target` and return its manifest.

    Raises:
        ConfigError: `target` exists, the key is asked for and is no file, or pg_dump fails.
        StorageUnavailable: the database or the disk cannot take it now.
    """
    with _complete_or_absent(target) as half_made:
        if with_key and not source.key_file.exists():
            raise ConfigError(
                f"there is no key file {source.key_file}: HUB_SECRET_KEYS is kept by you, not by the backup"
            )
        manifest = await _fill(source, half_made, now=now, with_key=with_key)
        (half_made / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n")
    _log.info("backup.made", rows=sum(manifest.rows.values()), files=manifest.files, damaged=len(manifest.damaged))
    return manifest


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    """Return the number of rows of every table of the hub; partitions count with their table."""
    names = [row["relname"] for row in await connection.fetch(_TABLES, UNFINISHED)]
    count = "SELECT count(*) FROM {}"
    return {name: await connection.fetchval(count.format(name), timeout=_PATIENCE_SECONDS) for name in names}


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file's content in hex; blocking."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _complete_or_absent(target: Path) -> Iterator[Path]:
    """Give a directory to fill, which takes its name when all went well and leaves no trace otherwise."""
    if target.exists():
        raise ConfigError(f"{target} exists already: name a new directory for the backup")
    half_made = target.with_name(f"{target.name}.part")
    shutil.rmtree(half_made, ignore_errors=True)
    try:
        half_made.mkdir(mode=0o700, parents=True)
        yield half_made
        os.sync()
        crash_point("backup.filled")
        half_made.rename(target)
    except OSError as error:
        raise StorageUnavailable(
            f"the backup {target} cannot be written: {error.strerror}; free space there"
        ) from error
    finally:
        shutil.rmtree(half_made, ignore_errors=True)


async def _fill(source: Holdings, target: Path, *, now: datetime, with_key: bool) -> Manifest:
    database = await _dump_database(source, target / "database.dump")
    files = await asyncio.to_thread(_copy_files, Files(source.files_root), target / "files")
    if with_key:
        shutil.copy(source.key_file, target / "secret.key")
    return Manifest(hub=version("hubline"), made_at=now, has_key=with_key, **database, **files)


async def _dump_database(source: Holdings, target: Path) -> dict[str, Any]:
    """Dump and count in one snapshot, however long it takes; return the manifest's fields about it."""
    async with connect(source.dsn) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0")
        major = connection.get_server_version().major
        client = DumpClient(source.dsn, major, source.bin_dir)
        await client.dump(target, snapshot=await connection.fetchval("SELECT pg_export_snapshot()"))
        rows, revision = await count_rows(connection), await present_revision(connection)
        crash_point("backup.dumped")
    crash_point("backup.counted")
    dump_sha256 = await asyncio.to_thread(checksum, target)
    return {"rows": rows, "revision": revision, "server_major": major, "dump_sha256": dump_sha256}


def _copy_files(source: Files, target: Path) -> dict[str, Any]:
    """Copy every file whose content fits its name; return the manifest's fields about them."""
    target.mkdir(mode=0o700)
    damaged, count, size = [], 0, 0
    for digest in source.digests():
        copy = target / digest[:2] / digest[2:4] / digest
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source.path(digest), copy)
        if checksum(copy) == digest:
            count, size = count + 1, size + copy.stat().st_size
        else:
            copy.unlink()
            damaged.append(digest)
            _log.warning("backup.file_damaged", file=digest)
    return {"files": count, "files_bytes": size, "damaged": damaged}
