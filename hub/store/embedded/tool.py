"""Runs PostgreSQL's own programs (initdb, pg_ctl, pg_dump …) under the right account."""

import asyncio
import os
import re
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.store.embedded.account import Account

_TELLING = re.compile(r"(?:error|FATAL|PANIC):\s+(.+)")


@dataclass(frozen=True, slots=True)
class ToolResult:
    """How a program ended; `output` is what it printed on both channels, in English."""

    code: int
    output: str

    @property
    def reason(self) -> str:
        """The line that names the failure, without time and program, for a message of one line."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        telling = [found[1] for line in lines if (found := _TELLING.search(line))]
        return (telling or lines or ["no message"])[-1]


async def run_tool(
    program: Path, *arguments: str, account: Account, environment: Mapping[str, str] | None = None
) -> ToolResult:
    """Run `program` to its end, with nothing of our environment but what is named here."""
    process = await asyncio.create_subprocess_exec(
        str(program),
        *arguments,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
        umask=0o077,
        **account.process_options(),
    )
    output, _ = await process.communicate()
    return ToolResult(process.returncode or 0, output.decode(errors="replace"))
