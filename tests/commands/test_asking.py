"""A person at a terminal is asked for what is missing, one thing after the other, until the adapter takes it."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest

from hub.channels.registry import list_kinds
from hub.commands.first_steps import list_first_steps
from hub.crm_sync.registry import list_crms
from hub.store.secrets import load_secrets

LATER = ("--unchecked", "--no-wait")
DEAD = "http://127.0.0.1:9"
END_OF_INPUT = b"\x04"
PROMPT = re.compile(r"  \w+: $")


def at_terminal(place, *arguments, answers, language="en"):
    """Run a command at a terminal of its own; each answer is typed once something is asked. Returns what was shown."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"HUB_LANGUAGE": language, "HUB_CONFIG": "/nonexistent/hub.toml"}
    command = [sys.executable, "-m", "hub", *arguments, *place.options]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = _converse(ours, list(answers))
        os.close(ours)
        process.wait()
    return shown.replace("\r\n", "\n")


def _converse(terminal, answers):
    """Return what a terminal shows until the program ends; one that asks too much hears the end of input."""
    shown, asked = "", 0
    while True:
        try:
            shown += os.read(terminal, 65536).decode(errors="replace")
        except OSError:  # the other side has hung up
            return shown
        if PROMPT.search(shown[asked:]):
            asked = len(shown)
            os.write(terminal, f"{answers.pop(0)}\n".encode() if answers else END_OF_INPUT)


def stored(place):
    [sealed] = place.fetch("SELECT settings_encrypted FROM connections")
    return load_secrets(None, place.data / "secret.key", holds_secrets=True).decrypt_json(sealed)


def test_of_two_ways_to_connect_the_first_is_asked_for_and_enough(place):
    shown = at_terminal(place, "connect", "bitrix24", *LATER, answers=[f"{DEAD}/rest/1/code/", "-"])

    assert re.findall(r"^  (\w+):", shown, re.MULTILINE) == ["webhook", "application_token"]
    assert "is saved" in shown
    assert stored(place)["webhook"] == f"{DEAD}/rest/1/code/"


def test_what_to_press_is_said_before_the_token_is_asked_for(place):
    answers = [f"{DEAD}/rest/1/code/", "-"]
    shown = at_terminal(place, "connect", "bitrix24", *LATER, "--public-url", "https://hub.example", answers=answers)

    before, _, after = shown.partition("  webhook:")
    assert "What to do at the provider:" in before
    assert "Inbound webhook (a plan with the REST API)" in before
    assert "(the hub tells the address after saving)" in before
    assert "Inbound webhook (a plan with the REST API)" not in after
    assert "https://hub.example/in/bitrix24/" in after


def test_what_to_press_is_said_before_a_new_token_is_asked_for(hub, place):
    hub("connect", "bitrix24", "--set", f"webhook={DEAD}/rest/1/code/", "--set", "application_token=first", *LATER)

    shown = at_terminal(place, "connect", "bitrix24", "--again", "--unchecked", answers=["", "second"])

    assert "Inbound webhook (a plan with the REST API)" in shown.partition("  webhook:")[0]


def test_a_script_is_told_what_to_press_after_saving_only(hub):
    given = ("--set", f"webhook={DEAD}/rest/1/code/", "--set", "application_token=-")

    assert hub("connect", "bitrix24", *given, *LATER).stdout.count("Inbound webhook (a plan with the REST API)") == 1


@pytest.mark.parametrize("kind", [*list_kinds(), *list_crms()])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_kind_says_what_to_press_before_its_settings_are_known(kind, language):
    assert list_first_steps(kind, {}, address="https://hub.example/…", language=language)


def test_an_empty_answer_leads_to_the_other_way_step_by_step(place):
    shown = at_terminal(place, "connect", "bitrix24", *LATER, answers=["", DEAD, "local.5f", "s3cret", "r3fresh"])

    assert re.findall(r"^  (\w+):", shown, re.MULTILINE) == [
        *("webhook", "portal", "client_id", "client_secret", "refresh_token"),
    ]
    assert stored(place)["refresh_token"] == "r3fresh"


def test_who_answers_nothing_is_told_what_is_needed(hub, place):
    shown = at_terminal(place, "connect", "amocrm", *LATER, answers=["acme", *[""] * 5])

    assert "hub: settings: give access_token, or client_id with client_secret" in shown
    assert json.loads(hub("connections", "--json").stdout) == []


def test_a_token_is_asked_for_anew_and_an_empty_answer_keeps_the_rest(hub, place):
    first = ("--set", f"webhook={DEAD}/rest/1/code/", "--set", "application_token=first")
    hub("connect", "bitrix24", *first, *LATER)

    shown = at_terminal(place, "connect", "bitrix24", "--again", "--unchecked", answers=["", "second"])

    assert "An empty answer keeps what was." in shown
    found = stored(place)
    assert (found["webhook"], found["application_token"]) == (f"{DEAD}/rest/1/code/", "second")


@pytest.mark.parametrize(("language", "question"), [("en", "IANA zone of the account"), ("ru", "Часовой пояс")])
def test_a_wrong_answer_is_said_and_asked_for_again_in_the_readers_language(place, language, question):
    given = (
        "--set",
        "account=shop.example.com",
        "--set",
        "api_key=k",
        "--set",
        "zone=Mars",
        "--set",
        f"api_url={DEAD}",
    )

    shown = at_terminal(place, "connect", "retailcrm", *given, *LATER, answers=["Europe/Samara"], language=language)

    assert question in shown
    assert stored(place)["zone"] == "Europe/Samara"
