"""hub.crash, seen from outside: a process that dies, and one that does not."""

import signal
import subprocess
import sys

import pytest

STEPS = """
from hub.crash import crash_point

for step in ["accept.stored", "accept.committed", "accept.stored"]:
    print(step, flush=True)
    crash_point(step)
print("finished")
"""


def walk(wish: str | None) -> subprocess.CompletedProcess[str]:
    """Walk three steps in a process of its own, with or without a wish to die."""
    environment = {} if wish is None else {"HUB_CRASH": wish}
    return subprocess.run(
        [sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("wish", [None, "", "accept.stored:3", "reply.sent:1"])
def test_a_process_passes_points_that_nobody_armed(wish):
    done = walk(wish)

    assert (done.returncode, done.stdout.split()[-1]) == (0, "finished")


@pytest.mark.parametrize(
    ("wish", "steps_reached"), [("accept.stored:1", 1), ("accept.committed:1", 2), ("accept.stored:2", 3)]
)
def test_a_process_is_killed_at_the_wished_hit(wish, steps_reached):
    done = walk(wish)

    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.split()) == steps_reached


@pytest.mark.parametrize("wish", ["accept.stored", "accept.stored:0", ":1", "accept.stored:soon"])
def test_a_wish_that_cannot_be_read_is_refused_at_once(wish):
    done = walk(wish)

    assert done.returncode == 1
    assert "HUB_CRASH reads flow.step:n" in done.stderr


def test_points_reached_are_written_down_in_order(tmp_path):
    log = tmp_path / "points"
    subprocess.run([sys.executable, "-c", STEPS], env={"HUB_CRASH_LOG": str(log)}, timeout=30, check=True)

    assert log.read_text().split() == ["accept.stored", "accept.committed", "accept.stored"]
