"""A fake of a CRM that serves beside a command: commands bring their own event loop, so it has a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from hub.testing.crm.kit import FakeCrm

F = TypeVar("F", bound=FakeCrm)


@contextmanager
def served(fake: F) -> Iterator[F]:
    """Serve while the block runs."""
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    began = threading.Event()

    async def serve() -> None:
        async with fake.serving():
            began.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    began.wait()
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
