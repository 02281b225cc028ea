"""What every test run shares: readable failures, marks by folder, and an honest account of what was left out.

A test marked `needs_*` needs a program that pip does not bring. Where the program is
absent the test is left out and the last lines of the run say so; with CI=true its
absence is an error, since `.ci/run` installs everything.
"""

import os
import shutil
from collections import Counter
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest
import structlog

pytest.register_assert_rewrite("hub.testing")
pytest_plugins = ["tests.fixtures_database"]
hypothesis.settings.register_profile("hub", deadline=None)  # no test is about time, and other work slows an example
hypothesis.settings.load_profile("hub")

# As the hub prints them: rich, which comes with typer, draws the locals of every frame, a minute for a failing update.
_PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _PLAIN])

SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/lib/postgresql/15/bin"])

# Mark -> program and the Debian package that brings it.
PROGRAMS = {
    "needs_dovecot": ("dovecot", "dovecot-imapd"),
    "needs_redis_server": ("redis-server", "redis-server"),
    "needs_chromium": ("chromium", "chromium"),
    "needs_wrk": ("wrk", "wrk"),
    "needs_ip": ("ip", "iproute2"),
    "needs_pg15": ("initdb", "postgresql"),
}

FOLDER_MARKS = {"store": "store", "acceptance": "acceptance"}

LEFT_OUT: pytest.StashKey[Counter[str]] = pytest.StashKey()


def is_absent(mark: str) -> bool:
    """Whether the program behind a `needs_*` mark is not on this machine."""
    return shutil.which(PROGRAMS[mark][0], path=SEARCH_PATH) is None


def reason_to_leave_out(item: pytest.Item) -> str | None:
    """Why an item may stay out of a run, or None for one that belongs to every run."""
    for mark, (program, package) in PROGRAMS.items():
        if item.get_closest_marker(mark):
            place = "not on this machine" if is_absent(mark) else "on this machine: `make acceptance`"
            return f"needs {program} of the Debian package {package} ({place})"
    return "slow: full sizes and long repetitions, `make slow`" if item.get_closest_marker("slow") else None


def add_marks(item: pytest.Item) -> None:
    """Mark an item by its folder below `tests/`, and as `debian` if it needs a program pip does not bring."""
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    if mark := FOLDER_MARKS.get(folder):
        item.add_marker(mark)
    if any(item.get_closest_marker(mark) for mark in PROGRAMS):
        item.add_marker("debian")


def stays_out(item: pytest.Item) -> bool:
    """Whether an item cannot run here, or is slow and was not asked for."""
    if os.environ.get("CI") != "true" and any(item.get_closest_marker(mark) and is_absent(mark) for mark in PROGRAMS):
        return True
    return item.get_closest_marker("slow") is not None and "slow" not in item.config.getoption("markexpr")


def pytest_configure(config: pytest.Config) -> None:
    """Start the account of this run."""
    config.stash[LEFT_OUT] = Counter()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Give the marks before `-m` reads them, then take out what cannot run."""
    for item in items:
        add_marks(item)
    yield
    out = [item for item in items if stays_out(item)]
    items[:] = [item for item in items if item not in out]
    if out:
        config.hook.pytest_deselected(items=out)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose program is absent; only CI comes this far with one."""
    if any(item.get_closest_marker(mark) and is_absent(mark) for mark in PROGRAMS):
        pytest.fail(f"{reason_to_leave_out(item)}; CI leaves nothing out")


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count what leaves a run, whoever took it out."""
    reasons = [reason for item in items if (reason := reason_to_leave_out(item))]
    if items:
        items[0].config.stash[LEFT_OUT].update(reasons)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the account of a pytest-xdist worker to the process that prints."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        account = session.config.stash[LEFT_OUT]
        output["left_out"] = dict(account)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the account of a worker; every worker collects everything, so the largest count is the count."""
    handed: dict[str, int] = getattr(node, "workeroutput", {}).get("left_out", {})
    stash: pytest.Stash = node.config.stash
    stash[LEFT_OUT] = stash[LEFT_OUT] | Counter(handed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out and why."""
    account = config.stash[LEFT_OUT]
    if account:
        terminalreporter.section("left out")
    for reason, count in sorted(account.items()):
        terminalreporter.line(f"{count:>4} {'test' if count == 1 else 'tests'}: {reason}")
