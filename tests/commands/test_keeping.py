"""Keys, backups and parked payloads: what an administrator does to keep things."""

import json
from datetime import UTC, datetime

import pytest

from hub.store.secrets import Secrets, load_secrets

MANGO = ("connect", "mango", "--set", "api_key=key", "--set", "api_salt=salt", "--public-url", "https://h.example")


@pytest.fixture
def mango(hub):
    assert hub(*MANGO, "--no-wait").exit_code == 0


def keys(place):
    return (place.data / "secret.key").read_text().split()


def opened(place):
    secrets = load_secrets(None, place.data / "secret.key", holds_secrets=True)
    (sealed,) = place.fetch("SELECT settings_encrypted FROM connections")
    (key,) = place.fetch("SELECT key_encrypted FROM connections")
    return secrets.decrypt_json(sealed)["api_salt"], bool(secrets.decrypt(key))


def test_a_new_key_fits_the_variable(run):
    key = run("keys", "new").stdout.strip()

    assert Secrets([key]).decrypt(Secrets([key]).encrypt("token")) == "token"


def test_after_rotate_and_forget_only_the_new_key_opens_everything(hub, mango, place):
    (first,) = keys(place)

    hub("keys", "rotate")
    assert keys(place)[1:] == [first]
    hub("keys", "forget")

    assert (len(keys(place)), first in keys(place), opened(place)) == (1, False, ("salt", True))


def test_a_missing_key_is_one_line_that_says_what_to_do(hub, mango, place):
    (place.data / "secret.key").unlink()

    result = hub("connections")

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "secret.key is missing: put the key file back" in result.stderr


def test_a_backup_appears_once_and_leaves_the_key_out_unless_asked(hub, mango, tmp_path):
    plain = hub("backup", str(tmp_path / "plain"))
    hub("backup", str(tmp_path / "with_key"), "--with-key")

    assert "is complete" in plain.stdout and "keep" in plain.stdout
    assert not (tmp_path / "plain" / "secret.key").exists()
    assert (tmp_path / "with_key" / "secret.key").exists()
    assert "exists already" in hub("backup", str(tmp_path / "plain")).stderr


def test_a_backup_is_not_restored_over_what_is_there(hub, mango, tmp_path):
    hub("backup", str(tmp_path / "b"))

    assert "is not empty" in hub("restore", str(tmp_path / "b")).stderr


@pytest.fixture
def parked(hub, mango, place):
    place.fetch(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, lane, received_at, body_hash, state, reason)"
        " SELECT 7, id, 'x', 1, 'client', $1, '', 'parked', 'no json' FROM connections RETURNING id",
        datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )


def test_parked_payloads_are_listed_with_their_reason(hub, parked):
    (found,) = json.loads(hub("parked", "--json").stdout)

    assert (found["id"], found["connection"], found["reason"]) == (7, "mango", "no json")
    assert found["received_at"] == "2026-11-22T09:00:00+00:00"
    assert "no json" in hub("parked").stdout


def test_times_are_of_the_default_lines_zone_and_name_it(hub, parked, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(hub("policy", "export").stdout.replace("Europe/Moscow", "Asia/Vladivostok"))
    assert hub("policy", "apply", str(rules)).exit_code == 0

    shown = hub("parked").stdout

    assert "since (Asia/Vladivostok)" in shown and "2026-11-22 19:00" in shown


@pytest.mark.parametrize("which", [("7",), ("--all",)])
def test_replayed_payloads_are_work_again(hub, parked, place, which):
    hub("replay", *which)

    assert place.fetch("SELECT state FROM receipts") == ["new"]
    assert hub("parked").stdout == "Nothing is parked.\n"


@pytest.fixture
def undelivered(hub, mango, place):
    """A notice that was given up, an answer that was refused for good."""
    for number, state in ((21, "parked"), (22, "failed")):
        place.fetch(
            "INSERT INTO deliveries (id, lane, key, order_hash, due_at, created_at, payload, state, attempt, reason)"
            f" VALUES ({number}, 'notify', 'k{number}', 1, $1, $1, '{{}}', '{state}', 9, 'provider_down') RETURNING id",
            datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        )


def test_deliveries_that_did_not_succeed_are_listed_beside_payloads_and_counted(hub, parked, undelivered):
    found = json.loads(hub("parked", "--json").stdout)

    assert [(each["what"], each["id"], each["state"]) for each in found] == [
        ("payload", 7, "parked"),
        ("delivery", 21, "parked"),
        ("delivery", 22, "failed"),
    ]
    assert "provider_down" in hub("parked").stdout
    checked = {each["thing"]: each for each in json.loads(hub("check", "--json").stdout)["findings"]}
    assert not checked["parked"]["is_ok"]
    assert "payloads: 1, deliveries: 1; failed: 1" in checked["parked"]["says"]


@pytest.mark.parametrize(
    ("which", "states"),
    [(("22",), ["parked", "queued"]), (("21",), ["queued", "failed"]), (("--all",), ["queued", "failed"])],
)
def test_replayed_deliveries_are_work_again_what_was_refused_only_by_number(hub, undelivered, place, which, states):
    hub("replay", *which)

    assert place.fetch("SELECT state FROM deliveries ORDER BY id") == states


@pytest.mark.parametrize(("which", "reason"), [((), "say which"), (("7", "--all"), "say which"), (("8",), "none of")])
def test_replay_wants_to_know_which(hub, parked, which, reason):
    assert reason in hub("replay", *which).stderr


def test_a_conversation_that_is_not_there_is_said(hub):
    assert "there is no conversation #9" in hub("explain", "conversation", "#9").stderr


def test_rg6_a_story_that_was_read_at_the_machine_is_an_audit_fact(hub, place):
    hub("people", "list")
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    place.fetch("INSERT INTO contacts (id, name, created_at) VALUES (5, 'Мария', $1) RETURNING id", at)
    (number,) = place.fetch(
        "INSERT INTO conversations (id, contact_id, line, opened_at, last_message_at) "
        "VALUES (6, 5, 'sales', $1, $1) RETURNING number",
        at,
    )
    assert hub("explain", "conversation", f"#{number}").exit_code == 0

    assert place.fetch("SELECT manager_id || ' ' || action || ' ' || subject FROM audit") == [
        "0 reasons_read conversation:6"
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("explain", "conversation", "nine"), "'nine' is no number of a conversation: write it like 1042"),
        (("explain", "conversation", "9" * 30), "is no number of a conversation"),
        (("replay", "seven"), "'seven' is no number: write numbers as `hub parked` shows them"),
        (("replay", "9" * 30), "is no number: write numbers as"),
    ],
)
def test_what_is_no_number_is_refused_with_a_way_on(hub, command, said):
    result = hub(*command)

    assert (result.exit_code, said in result.stderr) == (1, True)
