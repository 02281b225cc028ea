"""What a killed test run leaves is found and ended; what a living one uses stays."""

import subprocess
import sys
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
