"""A process that fills or empties a spool and is killed on the way: `fill DIRECTORY COUNT`, `empty DIRECTORY DSN`.

Filling prints the number of each record that is confirmed, emptying how many were stored.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hub.inbox.spooling import SpooledAcceptor
from hub.store.pool import open_pool
from hub.store.receipts import NewReceipt
from hub.store.spool import Spool
from tests.inbox.desk import open_desk

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def record(number: int) -> NewReceipt:
    """Return the receipt of one number."""
    body = str(number).encode() * 20
    return NewReceipt(1, f"event-{number}", number, "client", AT, False, False, "", body, "", {})


async def fill(directory: Path, count: int) -> None:
    """Append one record after the other, and let go of the file."""
    spool = Spool(directory)
    for number in range(count):
        await spool.append([record(number)])
        print(number, flush=True)
    spool.close()


async def empty(directory: Path, dsn: str) -> None:
    """Store everything in the table."""
    pool = await open_pool(dsn, min_size=1, max_size=2)
    desk = await open_desk(pool, directory.parent / "files")
    print(await SpooledAcceptor(desk.acceptor, Spool(directory)).empty(), flush=True)
    pool.terminate()


if __name__ == "__main__":
    task, place, told = sys.argv[1:]
    asyncio.run(fill(Path(place), int(told)) if task == "fill" else empty(Path(place), told))
