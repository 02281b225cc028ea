"""`hub inspect`: one JSON object for a letter, the whole verdict for a webhook."""

import json
from pathlib import Path

import pytest

from hub.channels.telephony.mango import sign

LETTERS = "tests/channels/fixtures/email"
KEYS = [
    "from",
    "to",
    "cc",
    "subject",
    "body_text",
    "reply_text",
    "attachments",
    "message_id",
    "in_reply_to",
    "references",
    "auto_submitted",
]
LEG = (
    '{"entry_id":"E1","call_id":"C1","timestamp":1763726400,"seq":1,"call_state":"Appeared","location":"ivr",'
    '"from":{"number":"79161234567"},"to":{"number":"74951234567","line_number":"74951234567"}}'
)


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "mango.toml"
    path.write_text('api_key = "key"\napi_salt = "salt"\n')
    return str(path)


def mango_request(text=LEG, signature=None, path="/events/call"):
    body = f"vpbx_api_key=key&sign={signature or sign('key', text, 'salt')}&json={text}"
    head = f"POST {path} HTTP/1.1\r\nHost: hub.example\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def test_a_letter_is_one_object_with_exactly_these_keys(run):
    result = run("inspect", "email", content=Path(f"{LETTERS}/html_outlook.eml").read_bytes())

    letter = json.loads(result.stdout)
    assert list(letter) == KEYS
    assert (letter["from"], letter["reply_text"]) == ("Иван Петров <ivan@example.ru>", "Беру две.")


def test_a_letter_may_be_named_by_its_file(run):
    assert json.loads(run("inspect", "email", f"{LETTERS}/plain_utf8.eml").stdout)["message_id"]


def test_a_letter_over_the_limits_is_refused_in_one_line(run):
    result = run("inspect", "email", f"{LETTERS}/nested_60.refused.eml")

    assert (result.exit_code, result.stderr) == (1, "hub: the letter is nested deeper than 50 levels\n")


def test_a_signed_webhook_is_accepted_with_its_ids_and_events(run, settings):
    result = run("inspect", "webhook", "mango", "--settings", settings, content=mango_request())

    found = json.loads(result.stdout)
    assert found["verification"] == {"accepted": True, "reason": ""}
    assert (found["external_id"], found["order_key"]) == ("C1:Appeared:1", "E1")
    assert [(event["event"], event["client"]) for event in found["events"]] == [("CallEvent", "+79161234567")]


def test_a_wrong_signature_is_told_with_its_reason_and_the_events_all_the_same(run, settings):
    result = run("inspect", "webhook", "mango", "--settings", settings, content=mango_request(signature="0" * 64))

    found = json.loads(result.stdout)
    assert (result.exit_code, found["verification"]["accepted"]) == (0, False)
    assert "sign" in found["verification"]["reason"]
    assert found["events"]


def test_what_cannot_be_understood_is_told_as_the_problem(run, settings):
    result = run("inspect", "webhook", "mango", "--settings", settings, content=mango_request(text="[1]"))

    assert json.loads(result.stdout)["problem"]


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("mango", "api_key = 'key'", "api_salt: is missing"),
        ("mango", "api_key = 'key'\napi_salt = 's'\nkey = 1", "key: there is no such setting"),
        ("mango", "api_key", "is neither TOML nor JSON"),
        ("nope", "", "no channel of the kind 'nope'"),
        ("email", "", "is missing"),
    ],
)
def test_wrong_settings_are_refused_with_the_place(run, tmp_path, kind, text, line):
    path = tmp_path / "settings"
    path.write_text(text)

    result = run("inspect", "webhook", kind, "--settings", str(path), content=mango_request())

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert line in result.stderr


def test_settings_may_be_json(run, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"api_key": "key", "api_salt": "salt"}')

    result = run("inspect", "webhook", "mango", "--settings", str(path), content=mango_request())

    assert json.loads(result.stdout)["verification"]["accepted"]


def test_networks_of_the_settings_look_at_the_given_address(run, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('api_key = "key"\napi_salt = "salt"\nnetworks = ["192.0.2.0/24"]')
    arguments = ("inspect", "webhook", "mango", "--settings", str(path))

    outside = run(*arguments, "--remote", "198.51.100.1", content=mango_request())
    inside = run(*arguments, "--remote", "192.0.2.7", content=mango_request())

    assert not json.loads(outside.stdout)["verification"]["accepted"]
    assert json.loads(inside.stdout)["verification"]["accepted"]
