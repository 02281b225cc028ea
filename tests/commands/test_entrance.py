"""The program itself: what it lists, what it imports, how it refuses."""

import subprocess
import sys

import pytest

from hub.commands.catalogue import CATALOGUE
from hub.commands.entrance import load_command
from hub.domain.errors import ConfigError

HEAVY = ("aiogram", "sqlalchemy", "alembic", "holidays", "aiohttp.web", "asyncpg", "redis", "hub.app")
LETTER = "tests/channels/fixtures/email/plain_utf8.eml"
REQUEST = "tests/channels/fixtures/webform/browser_with_files.http"

GIVEN = ("address=a@example.ru", "imap_host=127.0.0.1", "smtp_host=127.0.0.1", "user=a", "password=b")
MAILBOX = [each for setting in GIVEN for each in ("--set", setting)]


def heavy_imports(*arguments: str) -> list[str]:
    """Run a command in a process of its own; return which heavy modules it imported."""
    script = (
        "import sys\nfrom hub.commands.entrance import program\n"
        f"try:\n    program({list(arguments)!r}, prog_name='hub')\n"
        f"except SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stderr.split()


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_every_command_of_the_list_is_there_and_has_help(entry):
    command = load_command(entry)

    assert (command.name, bool(command.help)) == (entry.name, True)


def test_help_lists_every_command(run):
    shown = run("--help").stdout

    assert [entry.name for entry in CATALOGUE if f" {entry.name} " not in shown] == []


def test_help_imports_nothing_heavy():
    assert heavy_imports("--help") == []


def test_inspecting_a_letter_imports_nothing_heavy():
    assert heavy_imports("inspect", "email", LETTER) == []


def test_inspecting_a_webhook_imports_no_database_and_no_server(tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text('secret = "s3cret-s3cret"')

    assert heavy_imports("inspect", "webhook", "webform", REQUEST, "--settings", str(settings)) == []


def test_an_error_of_the_hub_is_one_line_and_exit_code_1(run):
    result = run("policy", "check", "/nonexistent/rules.toml")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "hub: /nonexistent/rules.toml cannot be read: No such file or directory\n"


def test_debug_lets_the_error_through(run):
    result = run("--debug", "policy", "check", "/nonexistent/rules.toml")

    assert isinstance(result.exception, ConfigError)


def test_wrong_usage_is_exit_code_2_and_proposes_what_was_meant(run):
    result = run("polcy")

    assert result.exit_code == 2
    assert "'policy'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [
        (("check", "--dsn", "mysql://x"), {}, "need you: store"),
        (("policy", "export", "--dsn", "postgresql://hub@127.0.0.1:9/hub"), {}, "no connection to the database hub"),
        (("policy", "export", "--dsn", "mysql://x"), {}, "the DSN is not understood"),
        (("connect", "email", "--data", "/dev/null/hub", *MAILBOX), {}, "give another --data"),
        (("parked",), {"HUB_PORT": "http"}, "setting 'port' (HUB_PORT)"),
        (("parked",), {"HUB_SECRET_KEYS_FILE": "/nonexistent/keys"}, "/nonexistent/keys cannot be read"),
        (("parked", "--config", "/nonexistent.toml"), {}, "there is no file /nonexistent.toml"),
        (("restore", "/nonexistent", "--dsn", "postgresql://hub@127.0.0.1:9/hub"), {}, "is no complete backup"),
        (("down", "--dsn", "postgresql://hub@127.0.0.1:9/hub"), {}, "it is stopped where it runs"),
        (("policy", "check", "README.md"), {}, "not TOML"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_so(run, arguments, environment, reason):
    result = run(*arguments, **environment)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("down",),
        ("connections",),
        ("attempts", "x"),
        ("people", "list"),
        ("people", "add", "anna", "Анна"),
        ("policy", "export"),
        ("policy", "apply", "examples/shop.toml"),
        ("explain", "conversation", "1"),
        ("parked",),
        ("replay", "--all"),
        ("keys", "rotate"),
        ("backup", "/nonexistent/copy"),
    ],
    ids=" ".join,
)
def test_a_mistyped_directory_is_refused_and_stays_as_it_was(run, tmp_path, arguments):
    result = run(*arguments, "--data", str(tmp_path / "typo"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"hub: there is no hub in {tmp_path}/typo: give the directory of yours with --data or HUB_DATA; "
        "`hub up` makes a new one\n"
    )
    assert list(tmp_path.iterdir()) == []
