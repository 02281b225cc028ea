"""`hub people`: the first administrator comes in here."""

import json

import pytest

from hub.store.secrets import token_hash


@pytest.fixture
def anna(hub):
    assert hub("people", "add", "anna", "Анна", "--role", "admin").exit_code == 0


def people(hub):
    return {each["key"]: each for each in json.loads(hub("people", "list", "--json").stdout)}


def test_an_added_person_works_and_is_listed(hub, anna):
    assert people(hub)["anna"] | {"name": "Анна", "role": "admin", "is_active": True} == people(hub)["anna"]


@pytest.mark.parametrize(("key", "reason"), [("anna", "taken"), ("Анна", "is no key"), ("", "is no key")])
def test_a_key_is_unique_and_fit_for_the_rules(hub, anna, key, reason):
    assert reason in hub("people", "add", key, "Кто-то").stderr


def test_of_an_invitation_only_the_hash_is_stored(hub, anna, place):
    made = json.loads(hub("people", "invite", "anna", "--json").stdout)

    assert place.fetch("SELECT token_hash FROM invites") == [token_hash(made["token"])]


def test_the_printed_invitation_is_what_the_manager_bot_takes(hub, anna):
    made = hub("people", "invite", "anna").stdout

    assert "/start m_" in made


def test_rg4_a_removed_person_has_no_access_and_stays_in_the_list(hub, anna):
    hub("people", "remove", "anna")

    assert people(hub)["anna"]["is_active"] is False


def test_nobody_is_refused_with_the_keys_there_are(hub, anna):
    assert hub("people", "invite", "bob").stderr == "hub: nobody has the key 'bob'; there are: anna\n"


def test_m15_an_own_mobile_is_credited_in_its_canonical_form(hub, anna, place):
    hub("people", "address", "anna", "phone", "8 916 123-45-67")

    assert place.fetch("SELECT value FROM staff_identities") == ["+79161234567"]


@pytest.mark.parametrize(("kind", "value"), [("phone", "12"), ("email", "anna"), ("pbx_extension", "101")])
def test_an_address_that_is_none_or_names_no_pbx_is_refused(hub, anna, kind, value):
    result = hub("people", "address", "anna", kind, value)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_m15_a_telephone_on_a_pbx_is_set_checked_and_taken_away(hub, anna, place):
    account = ("--set", "api_key=k", "--set", "api_salt=s", "--public-url", "https://hub.example")
    assert "no PBX is connected" in hub("people", "extension", "anna", "101").stderr
    assert hub("connect", "mango", *account, "--no-wait", "--unchecked").exit_code == 0

    assert "is no telephone of mango" in hub("people", "extension", "anna", "сто").stderr
    assert hub("people", "extension", "anna", "101").exit_code == 0
    assert hub("people", "extension", "anna", "102").exit_code == 0
    assert place.fetch("SELECT value FROM staff_identities") == ["102"]
    assert hub("people", "extension", "anna", "off").exit_code == 0
    assert place.fetch("SELECT value FROM staff_identities") == []
