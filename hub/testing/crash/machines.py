"""Machines of their own for some roles: network namespaces, joined to this one by a cable that can be pulled.

Needs root and `ip` (Debian: iproute2). A namespace has a loopback of its own, so what a role expects at 127.0.0.1 is
carried to it: a relay inside listens on the same ports and goes over the cable to a relay outside, which goes on to
the loopback here. A pulled cable tells nobody: connections hang, as when a switch dies.
"""

import asyncio
import os
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from hub.testing.crash.relay import carry

_LOOPBACK = "127.0.0.1"
_NETWORKS = 64
_TRIES = 8


class NoMachines(RuntimeError):
    """Namespaces cannot be made here; says why."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A namespace. `prefix` stands before a command that shall run there."""

    name: str
    cable: str
    here: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    async def pull_cable(self) -> None:
        """Cut it off: nothing arrives any more, and nobody is told."""
        await _ip("link", "set", self.cable, "down")

    async def plug_in(self) -> None:
        """Join it again; connections that waited go on."""
        await _ip("link", "set", self.cable, "up")


@asynccontextmanager
async def running_machine(label: str, ports: Sequence[int]) -> AsyncIterator[Machine]:
    """Make a machine that reaches `ports` of our loopback at its own, until the block ends.

    Raises:
        NoMachines: no root, no `ip`, or the kernel refuses.
    """
    async with AsyncExitStack() as stack:
        machine = await _make(f"hub{os.getpid()}{label}")
        stack.push_async_callback(_ip, "netns", "delete", machine.name)
        await _ip("-n", machine.name, "link", "set", "lo", "up")
        for port in ports:
            server = await asyncio.start_server(carry(_LOOPBACK, port), machine.here, port)
            stack.push_async_callback(_close, server)
        inside = await _start_relay(machine, ports)
        stack.push_async_callback(_end, inside)
        yield machine


async def _make(name: str) -> Machine:
    """Make the namespace and a cable to it, on a network of documentation that nobody else uses (RFC 5737)."""
    await _ip("netns", "add", name)
    cable, inner = f"{name}h", f"{name}n"
    try:
        await _ip("link", "add", cable, "type", "veth", "peer", "name", inner, "netns", name)
        for _ in range(_TRIES):
            base = 4 * random.randrange(_NETWORKS)
            here, there = f"198.51.100.{base + 1}", f"198.51.100.{base + 2}"
            if here not in await _ip("-4", "-o", "addr", "show"):
                await _ip("addr", "add", f"{here}/30", "dev", cable)
                await _ip("-n", name, "addr", "add", f"{there}/30", "dev", inner)
                await _ip("link", "set", cable, "up")
                await _ip("-n", name, "link", "set", inner, "up")
                return Machine(name, cable, here)
    except NoMachines:
        await _ip("netns", "delete", name)
        raise
    await _ip("netns", "delete", name)
    raise NoMachines("no network of 198.51.100.0/24 is free")


async def _start_relay(machine: Machine, ports: Sequence[int]) -> Process:
    words = (*machine.prefix, sys.executable, "-m", "hub.testing.crash.relay", machine.here, *map(str, ports))
    inside = await asyncio.create_subprocess_exec(*words, stdout=PIPE, start_new_session=True)
    assert inside.stdout is not None
    if not await inside.stdout.readline():
        raise NoMachines(f"the relay of {machine.name} does not start")
    return inside


async def _end(process: Process) -> None:
    process.kill()
    await process.wait()


async def _close(server: asyncio.Server) -> None:
    server.close()


async def _ip(*words: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec("ip", *words, stdout=PIPE, stderr=PIPE)
    except FileNotFoundError as error:
        raise NoMachines("there is no program ip: install iproute2") from error
    told, wrong = await process.communicate()
    if process.returncode:
        raise NoMachines(f"ip {' '.join(words)}: {wrong.decode().strip()}")
    return told.decode()
