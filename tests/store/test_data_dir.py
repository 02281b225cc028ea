"""What a killed test run leaves is found and ended; what a living one uses stays."""

import asyncio
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.store.embedded.launch import State, probe
from hub.testing.data_dir import remove_abandoned_data_dirs

KILLED_RUN = """
import asyncio, os, signal
from hub.store.embedded import start_embedded
from hub.testing.data_dir import make_data_dir
directory = make_data_dir()
server = asyncio.run(start_embedded(directory))
print(server.data_dir, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def abandoned():
    """Give the data directory of a run that was killed while its server ran."""
    run = subprocess.run([sys.executable, "-c", KILLED_RUN], check=False, capture_output=True, text=True)
    return Path(run.stdout.splitlines()[-1])


def names_beside(directory):
    """List what lies in the same place."""
    return {path.name for path in directory.parent.iterdir()}


async def test_servers_and_directories_of_a_killed_run_are_removed_and_ours_is_not(abandoned, data_dir):
    await remove_abandoned_data_dirs()

    remaining = names_beside(abandoned)
    assert abandoned.name not in remaining
    assert data_dir.name in remaining
    assert await probe(abandoned / "postgres") is State.ABSENT


def test_several_runs_that_find_the_same_directory_do_not_wait_for_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"hub-test-{number_of_nobody()}-left"
    left.mkdir()
    for number in range(2000):
        (left / str(number)).touch()

    def remove():
        asyncio.run(remove_abandoned_data_dirs())
        return left.exists()

    with ThreadPoolExecutor(4) as runs:
        assert not any(run.result() for run in [runs.submit(remove) for _ in range(4)])
    assert list(tmp_path.iterdir()) == []


def number_of_nobody() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid
