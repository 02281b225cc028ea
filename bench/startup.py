"""Seconds from `hub up` over a data directory that is there to the first accepted webhook, and to all roles ready.

Between rounds the server is stopped too, as after a restart of the machine: PostgreSQL starts within the time.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

from bench.installation import Business, make_config, prepare
from bench.machine import ALL_CORES, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import SECRET, Writers, make_update
from hub.store.embedded import start_embedded, stop_embedded

_GIVE_UP_SECONDS = 60
_PAUSE_SECONDS = 0.01
_ENDS_WITHIN_SECONDS = 30


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Start and stop a prepared installation some times."""
    data = machine.folder / "startup"
    embedded = await start_embedded(data)
    installation = await prepare(make_config("", data), Business(managers=2))
    await embedded.stop()
    accepts, ready = [], []
    os.sched_setaffinity(0, ALL_CORES)
    for number in range(sizes.rounds):
        accepted, all_ready = await _start(data, installation.path)
        accepts.append(accepted)
        ready.append(all_ready)
        progress(f"startup {number + 1}: accepts after {accepted:.2f} s, ready after {all_ready:.2f} s")
    figures = (
        Figure("up_accept_s", accepts, Target(most=2)),
        Figure("up_ready_s", ready, Target(most=6)),
    )
    return Report("startup", figures, {"rounds": sizes.rounds})


async def _start(data: Path, path: str) -> tuple[float, float]:
    port, began = _free_port(), time.perf_counter()
    environment = {**os.environ, "HUB_DATA": str(data), "HUB_PORT": str(port), "HUB_LANGUAGE": "en"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "up"), env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        accepted = asyncio.create_task(_first_accepted(port, path))
        ready = asyncio.create_task(_first_ready(process))
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            return await accepted - began, await ready - began
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), _ENDS_WITHIN_SECONDS)
        await stop_embedded(data)


async def _first_accepted(port: int, path: str) -> float:
    body = make_update(time.time_ns() % 10**9, Writers(10))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            status = await reader.readline()
            writer.close()
        except OSError:
            status = b""
        if b" 200 " in status:
            return time.perf_counter()
        await asyncio.sleep(_PAUSE_SECONDS)


async def _first_ready(process: asyncio.subprocess.Process) -> float:
    """Return when the program says its one line."""
    assert process.stderr is not None
    async for line in process.stderr:
        if b"running" in line:
            return time.perf_counter()
    raise RuntimeError("hub up ended before it was ready")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
