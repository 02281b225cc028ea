"""The real program in processes of its own, over its own embedded database."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from hub.testing.data_dir import make_data_dir, remove_data_dir

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HUB_LANGUAGE": "en",
    "HUB_CONFIG": "/nonexistent/hub.toml",
    "HUB_LOG_LEVEL": "error",
}

PUBLIC = ("--public-url", "https://hub.example")


@pytest.fixture
def data() -> Iterator[Path]:
    directory = make_data_dir()
    yield directory
    asyncio.run(remove_data_dir(directory))


def hub(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT | environment
    )


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "hub", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def made_a_hub(data: object) -> None:
    """Make a hub as its first user does: by a first connection."""
    done = hub("connect", "webform", "--set", "secret=s3cret-s3cret", "--no-wait", *PUBLIC, "--data", str(data))
    assert done.returncode == 0, done
    assert done.stderr == f"A new hub is made, its data is in {data}.\n"


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a command that failed."""
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("hub: "), line
    return line


def test_a_backup_comes_back_into_an_empty_directory(data):
    kept, other = str(data / "kept"), str(data / "other")
    made_a_hub(kept)
    assert hub("policy", "apply", "examples/shop.toml", "--data", kept).returncode == 0
    assert hub("backup", str(data / "copy"), "--with-key", "--data", kept).returncode == 0

    restored = hub("restore", str(data / "copy"), "--data", other)

    assert restored.returncode == 0, restored.stderr
    assert hub("policy", "export", "--data", other).stdout == Path("examples/shop.toml").read_text()
    assert hub("down", "--data", other).stdout == f"The database in {other} is stopped.\n"
    assert hub("down", "--data", other).stdout == f"Nothing runs in {other}.\n"


def test_up_says_when_it_is_ready_that_it_is_new_and_ends_well_when_told(data):
    running = start("up", "--data", str(data), "--port", "0")
    assert running.stderr is not None
    ready, made = running.stderr.readline(), running.stderr.readline()

    running.terminate()

    _, rest = running.communicate(timeout=60)
    assert ready.startswith("hub: running at http://127.0.0.1:")
    assert made == f"hub: this is a new hub, its data is in {data}\n"
    assert (running.returncode, rest) == (0, "")


def test_down_names_who_uses_the_database_and_stops_it_only_when_told(data):
    made_a_hub(data)
    running = start("work", "--data", str(data))
    assert running.stderr is not None
    assert running.stderr.readline().startswith("hub (work): running")

    line = refusal(hub("down", "--data", str(data)))
    told = hub("down", "--yes", "--data", str(data))

    running.kill()
    running.communicate(timeout=60)
    assert re.search(r"in use by: the hub \(\d+ connections, since 20\d\d-.*\); end that first, or give --yes$", line)
    assert told.stdout == f"The database in {data} is stopped.\n"


@pytest.mark.parametrize(("answer", "stays"), [(b"\n", True), ("д\n".encode(), False)])
def test_a_person_is_asked_before_the_database_is_stopped_under_somebody(data, answer, stays):
    made_a_hub(data)
    running = start("work", "--data", str(data))
    assert running.stderr is not None
    running.stderr.readline()
    terminal, keyboard = os.openpty()

    os.write(terminal, answer)
    command = [sys.executable, "-m", "hub", "down", "--data", str(data)]
    done = subprocess.run(command, stdin=keyboard, capture_output=True, timeout=60, check=False, env=ENVIRONMENT)

    os.close(terminal)
    os.close(keyboard)
    running.kill()
    running.communicate(timeout=60)
    assert b"Stop it all the same? [y/N]" in done.stderr
    assert (done.returncode, b"Nothing is stopped." in done.stdout) == (int(stays), stays)


def test_a_taken_port_is_one_line(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(hub("up", "--data", str(data), "--port", str(port)))

    assert f"127.0.0.1:{port}" in line
    assert "choose another port with --port" in line


def test_a_database_that_is_away_is_one_line():
    line = refusal(hub("up", "--dsn", "postgresql://hub@127.0.0.1:9/hub"))

    assert "no connection to the database hub at 127.0.0.1" in line


def test_a_command_without_a_key_says_where_it_should_be(data):
    made_a_hub(data)
    (data / "secret.key").unlink()

    assert "secret.key is missing" in refusal(hub("connections", "--data", str(data)))


def read_until(stream: IO[bytes], end: bytes) -> bytes:
    """Return what a program printed up to and with `end`."""
    seen = b""
    while not seen.endswith(end):
        piece = stream.read(1)
        assert piece, seen
        seen += piece
    return seen


def test_a_person_is_asked_for_what_is_missing_and_asked_again_for_what_is_wrong(data):
    terminal, keyboard = os.openpty()
    given = ("--data", str(data), "--unchecked", "--no-wait", "--set", "base_url=http://127.0.0.1:9")
    asking = subprocess.Popen(
        [sys.executable, "-m", "hub", "connect", "telegram", *given],
        stdin=keyboard,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        env=ENVIRONMENT,
    )
    assert asking.stderr is not None

    read_until(asking.stderr, b" ")  # the terminal shows nothing from now on
    os.write(terminal, b"not a token\n")
    fault = read_until(asking.stderr, b"@BotFather\n ").decode()
    os.write(terminal, b"1:abc\n")
    shown, _ = asking.communicate(timeout=60)

    os.close(terminal)
    os.close(keyboard)
    assert "token: a token reads 123456:letters" in fault
    assert "Token of the bot as @BotFather gave it" in shown.decode()
    assert (asking.returncode, b"is saved" in shown, b"1:abc" in shown) == (0, True, False)
