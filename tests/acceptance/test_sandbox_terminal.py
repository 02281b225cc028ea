"""`hub demo --terminal` as a person or a script uses it: a process, lines on its standard input, text on its output."""

import asyncio
import os
import pty
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_SECONDS = 40
PROMPT = " › "
ENGLISH = re.compile("[а-яё]", re.IGNORECASE)


class Screen:
    """What the terminal has shown, and who types."""

    def __init__(self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.process, self._reader, self._writer = process, reader, writer
        self.shown = ""

    async def type(self, line: str) -> None:
        """Type a line and forget what was shown before it."""
        self.shown = ""
        self._writer.write(f"{line}\n".encode())
        await self._writer.drain()

    async def sees(self, words: str) -> str:
        """Everything shown since the last line, once `words` are in it."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while words not in self.shown:
                    self.shown += (await self._reader.readuntil(b"\n")).decode()
        except (TimeoutError, asyncio.IncompleteReadError):
            raise AssertionError(f"no {words!r} in {self.shown!r}") from None
        return self.shown

    async def sees_button(self, label: str) -> str:
        """The number of a button, once it is shown."""
        await self.sees(label)
        return str(re.findall(rf"\[(\d+)\] {label}", self.shown)[-1])


@asynccontextmanager
async def terminal(*options: str) -> AsyncIterator[Screen]:
    """A terminal without a person: a script on pipes."""
    command = [sys.executable, "-m", "hub", "demo", "--terminal", "--port", "0", *options]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None and process.stdin is not None and process.stderr is not None
    errors = asyncio.create_task(process.stderr.read())
    try:
        yield Screen(process, process.stdout, process.stdin)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.wait()
    assert await errors == b""
    assert process.returncode == 0


async def test_a_lead_arrives_is_answered_and_closed_at_a_terminal() -> None:
    async with terminal() as anna:
        await anna.sees("Вы Анна")
        await anna.type("client new Сколько стоит торшер?")
        await anna.type(await anna.sees_button("✋ Взять"))
        await anna.sees("Ведёт: Анна")
        await anna.type("Здравствуйте! Три тысячи.")
        await anna.sees("👌 Доставлено")
        await anna.sees("← Ольга Лебедева: Здравствуйте! Три тысячи.")

        await anna.type("client А доставка?")
        assert "│ А доставка?" in await anna.sees("✅ Закрыть")
        await anna.type("Бесплатно.")
        await anna.sees("👌 Доставлено")
        await anna.type("/close")
        await anna.type(await anna.sees_button("🙅 Отказ"))
        await anna.type(await anna.sees_button("Дорого"))
        await anna.sees("закрыто: 🙅 Отказ")
        await anna.type("/my")
        assert "#1005" not in await anna.sees("#1001 Мария Петрова")
        await anna.type("/quit")
        await anna.process.wait()


async def test_the_terminal_speaks_english_and_the_end_of_the_lines_is_the_end() -> None:
    async with terminal("--language", "en") as anna:
        await anna.sees("You are")
        await anna.type("/help")
        await anna.type("client")
        shown = await anna.sees("Take")
        told = "\n".join(line for line in shown.splitlines() if line.startswith(("🆕", "⏱", "[")))
        assert ENGLISH.search(told) is None
        assert anna.process.stdin is not None
        anna.process.stdin.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await anna.process.wait() == 0


async def test_whoever_sits_at_a_terminal_reads_whom_a_line_answers_and_ctrl_c_ends_it() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hub", "demo", "--terminal", "--port", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdin=theirs, stdout=PIPE, stderr=PIPE, process_group=0)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.stdout.readuntil(PROMPT.encode())
        os.write(ours, "client new Сколько стоит торшер?\n".encode())
        await process.stdout.readuntil(f"\n#1005 Ольга Лебедева{PROMPT}".encode())
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that runs in it
        rest, errors = await process.communicate()
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, errors) == (0, b""), rest
