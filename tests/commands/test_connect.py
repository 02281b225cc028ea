"""`hub connect`: settings by the adapter's model, tried before they are saved, saved encrypted."""

import json

import pytest

from hub.store.secrets import load_secrets

MANGO = ("--set", "api_key=key", "--set", "api_salt=salt")
PUBLIC = ("--public-url", "https://hub.example", "--no-wait")


@pytest.fixture
def mango(hub):
    assert hub("connect", "mango", *MANGO, *PUBLIC).exit_code == 0


def test_the_address_and_the_steps_are_printed(hub):
    lines = hub("connect", "mango", *MANGO, *PUBLIC).stdout.splitlines()

    assert lines[0] == "The connection “mango” is saved."
    assert lines[1].startswith("Address for the provider: https://hub.example/in/mango/")
    address = lines[1].rpartition(" ")[2]
    assert any(address in step for step in lines[2:])


def test_settings_are_stored_encrypted(hub, mango, place):
    (sealed,) = place.fetch("SELECT settings_encrypted FROM connections")

    secrets = load_secrets(None, place.data / "secret.key", holds_secrets=True)
    assert b"salt" not in sealed
    assert secrets.decrypt_json(sealed)["api_salt"] == "salt"


def test_the_list_shows_no_settings_and_a_name_shows_the_address(hub, mango):
    (listed,) = json.loads(hub("connections", "--json").stdout)

    address = hub("connections", "mango", "--public-url", "https://hub.example").stdout
    assert (listed["kind"], listed["state"], "settings_encrypted" in listed) == ("mango", "active", False)
    assert address.startswith("https://hub.example/in/mango/")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("mango", *MANGO), "there is no public address"),
        (("mango", *PUBLIC), "api_key: is missing"),
        (("mango", *PUBLIC), "give it with --set name=value or --settings"),
        (("mango", *PUBLIC, "--set", "api_key"), "write it as name=value"),
        (("mango", *PUBLIC, "--set", "colour=red"), "there is no such setting"),
        (("webform", *PUBLIC, "--set", "min_fill_seconds=soon"), "min_fill_seconds: Input should be a valid number"),
        (("fax",), "no channel of the kind 'fax'"),
    ],
)
def test_what_cannot_be_connected_is_refused_in_one_line_and_nothing_is_saved(hub, arguments, reason):
    result = hub("connect", *arguments)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr
    assert json.loads(hub("connections", "--json").stdout) == []


def test_a_name_is_taken_once(hub, mango):
    assert "exists already" in hub("connect", "mango", *MANGO, *PUBLIC).stderr


def test_credentials_that_fail_are_saved_only_when_insisted(hub):
    dead = ("--set", "token=1:abc", "--set", "base_url=http://127.0.0.1:9", "--no-wait")

    refused = hub("connect", "telegram", *dead)
    forced = hub("connect", "telegram", *dead, "--unchecked")

    assert (refused.exit_code, "--unchecked" in refused.stderr) == (1, True)
    assert "is saved" in forced.stdout


def test_settings_come_from_a_file_and_typed_ones_come_first(hub, tmp_path, place):
    path = tmp_path / "form.json"
    path.write_text('{"form_name": "Site", "secret": "s3cret-s3cret"}')

    hub("connect", "webform", "--settings", str(path), "--set", "form_name=Shop", *PUBLIC)

    (sealed,) = place.fetch("SELECT settings_encrypted FROM connections")
    settings = load_secrets(None, place.data / "secret.key", holds_secrets=True).decrypt_json(sealed)
    assert (settings["form_name"], settings["secret"]) == ("Shop", "s3cret-s3cret")


def test_a_list_is_written_with_commas(hub, place):
    hub("connect", "webform", "--set", "allowed_origins=https://a.example, https://b.example", *PUBLIC)

    (sealed,) = place.fetch("SELECT settings_encrypted FROM connections")
    settings = load_secrets(None, place.data / "secret.key", holds_secrets=True).decrypt_json(sealed)
    assert settings["allowed_origins"] == ["https://a.example", "https://b.example"]


def test_no_attempt_yet_is_said_and_a_strange_name_is_refused(hub, mango):
    assert "No request within 24 hours" in hub("attempts", "mango").stdout
    assert hub("attempts", "fax").stderr == "hub: no connection 'fax'; there are: mango\n"
