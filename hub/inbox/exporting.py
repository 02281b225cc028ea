"""Everything out in open formats: who may, the fact of it, and all kinds as they were at one instant (RG-1, RG-6).

Where the rows go is the caller's: for each kind it gives a place to write to and takes it back when the kind is done.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import structlog

from hub.domain.audit import Deed
from hub.domain.errors import NotFound
from hub.domain.rights import Action, Person, Subject, ensure
from hub.inbox.auditing import note
from hub.inbox.office import Office
from hub.store import exports
from hub.store.pool import Connection
from hub.store.reports import reading

Write = Callable[[Sequence[Any]], None]
Place = Callable[[str, Sequence[str]], AbstractContextManager[Write]]
"""Opens where a kind goes: its name and titles in, what writes a row out."""
Progress = Callable[[int, int], None]
_TOLD_EVERY = 500
_log = structlog.get_logger()


def check_kinds(names: Sequence[str]) -> None:
    """Refuse what there is not. Raises: NotFound, naming what there is."""
    for name in names:
        if name not in exports.KINDS:
            raise NotFound(f"there is nothing called '{name}' to export; there are: {', '.join(exports.KINDS)}, all")


async def export(
    office: Office,
    actor: Person,
    names: Sequence[str],
    place: Place,
    *,
    progress: Progress = lambda done, total: None,
) -> dict[str, int]:
    """Write kinds, all as of one instant, and return how many rows each had. Memory stays flat.

    The audit fact is written first: what was asked for may have been read, however it ends.

    Raises:
        PermissionDenied, NotFound: only an administrator exports; there is no such kind.
    """
    ensure(actor, Action.export, Subject())
    check_kinds(names)
    for name in names:
        await note(office, actor, Deed.exported, f"export:{name}")
    written: dict[str, int] = {}
    async with reading(office.pool) as connection:
        await exports.prefer_indexes(connection)
        total = sum([await exports.count(connection, exports.KINDS[name]) for name in names])
        for name in names:
            told = partial(_tell_more, progress, sum(written.values()), total)
            written[name] = await _write(connection, name, place, told)
    progress(sum(written.values()), total)
    _log.info("export.written", rows=written)
    return written


def _tell_more(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


async def _write(connection: Connection, name: str, place: Place, told: Callable[[int], None]) -> int:
    kind = exports.KINDS[name]
    columns = await exports.list_columns(connection, kind)
    done = 0
    with place(name, columns) as write:
        async for row in exports.stream(connection, kind, columns):
            write(row)
            done += 1
            if done % _TOLD_EVERY == 0:
                told(done)
    return done
