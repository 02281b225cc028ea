"""`hub status`: one look at who works, what waits and what needs a person."""

import json
import re

import pytest


def beat(place, *roles, silent="0 s", process="up-0001"):
    place.fetch(
        "INSERT INTO heartbeats (process, roles, version, started_at, last_seen_at) "
        "VALUES ($1, $2, '0.1.0', now() - interval '1 h', now() - $3::text::interval) RETURNING process",
        process,
        list(roles),
        silent,
    )


@pytest.fixture
def at_work(place):
    """Give a hub whose roles are all at work."""
    beat(place, "web", "work", "poll", "bot")


def things(result):
    return [each["thing"] for each in json.loads(result.stdout)["needs_you"]]


def test_a_hub_at_work_is_well(hub, at_work):
    result = hub("status", "--json")

    shown = json.loads(result.stdout)
    assert (result.exit_code, shown["is_well"], shown["needs_you"]) == (0, True, [])
    assert [each["process"] for each in shown["beats"]] == ["up-0001"]
    assert {f"{each['way']} {each['lane']}" for each in shown["lanes"]} >= {"in client", "in manager_bot", "out reply"}
    assert shown["database_bytes"] > 1_000_000


def test_a_role_that_nobody_does_says_how_to_start_it(hub, place):
    beat(place, "web", "work")
    beat(place, "poll", silent="30 s", process="poll-0001")

    result = hub("status")

    assert result.exit_code == 1
    assert re.search(r"role poll +!! +nobody is at work: start hub up, or hub poll", result.stdout)
    assert re.search(r"role work +ok +1 at work", result.stdout)
    assert re.search(r"poll-0001 +ok +silent for 3\d s", result.stdout)
    assert result.stderr.startswith("hub: 2 of ")
    assert "role poll, role bot; what to do stands above" in result.stderr


@pytest.mark.parametrize(
    ("trouble", "thing"),
    [
        (
            "INSERT INTO receipts (id, connection_id, external_id, order_hash, received_at) "
            "VALUES (1, 1, '1', 1, now() - interval '40 s')",
            "in client",
        ),
        (
            "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at) "
            "VALUES (1, 'notify', 1, 'k', now() - interval '40 s', now())",
            "out notify",
        ),
        (
            "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, state) "
            "VALUES (1, 'reply', 1, 'k', now(), now(), 'parked')",
            "parked",
        ),
        ("INSERT INTO timers (id, kind, subject, due_at) VALUES (1, 'k', 's', now() - interval '70 s')", "clocks"),
        (
            "INSERT INTO receipts (id, connection_id, external_id, order_hash, received_at, state, lease_until) "
            "VALUES (1, 1, '1', 1, now(), 'claimed', now() - interval '70 s')",
            "leases",
        ),
    ],
)
def test_what_needs_a_person_is_named(hub, place, at_work, trouble, thing):
    place.fetch(f"{trouble} RETURNING id")

    result = hub("status", "--json")

    assert (result.exit_code, things(result)) == (1, [thing])


def test_a_connection_that_does_not_work_is_named_with_its_reason(hub, place, at_work):
    hub("connect", "webform", "--set", "secret=s3cret-s3cret", "--no-wait", "--public-url", "https://hub.example")
    place.fetch("UPDATE connections SET state = 'down', state_reason = 'no answer', state_at = now() RETURNING id")

    shown = hub("status").stdout

    assert re.search(r"webform webform +!! +down since 20\d\d-.*: no answer; last event: –; hub check says", shown)


def test_a_connection_whose_settings_this_hub_cannot_open_is_down(hub, place, at_work):
    hub("connect", "webform", "--set", "secret=s3cret-s3cret", "--no-wait", "--public-url", "https://hub.example")
    place.fetch("UPDATE connections SET settings_encrypted = 'x' RETURNING id")

    assert things(hub("status", "--json")) == ["webform webform"]


def test_people_read_russian(run, place, at_work):
    shown = run("status", *place.options, HUB_LANGUAGE="ru")

    assert shown.exit_code == 0
    assert re.search(r"входящее от клиентов +ok +ждёт 0, дольше всего 0 с", shown.stdout)
    assert re.search(r"таймеры +ok +ближайший –, опаздывают: 0", shown.stdout)


@pytest.fixture
def crm(hub, place):
    """Give a CRM that was asked once; what it is called at is nobody's."""
    dead = ("--set", "account=shop.retailcrm.ru", "--set", "api_key=k", "--set", "api_url=http://127.0.0.1:9")
    hub("connect", "retailcrm", *dead, "--name", "shop", "--unchecked", "--no-wait")
    place.fetch(
        "INSERT INTO crm_accounts (connection_id) SELECT id FROM connections ON CONFLICT DO NOTHING RETURNING 1"
    )


def test_a_crm_at_work_is_well_and_tells_its_drift(hub, place, at_work, crm):
    place.fetch("UPDATE crm_accounts SET drift = 3 RETURNING 1")

    result = hub("status")

    assert result.exit_code == 0
    assert re.search(r"retailcrm shop +ok +works; the oldest client waits 0 s; 3 changes found without", result.stdout)


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (
            "INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, state, changed_at) "
            "SELECT id, 'contact', 1, 1, 'k', 'refused', now() FROM connections",
            "has not taken 1 records; why, and what to do: hub crm status shop",
        ),
        (
            "UPDATE crm_accounts SET tokens_expire_at = now() + interval '29 days'",
            "make a new one there, then: hub connect retailcrm --name shop --again",
        ),
    ],
)
def test_what_a_crm_needs_of_a_person_is_said(hub, place, at_work, crm, trouble, says):
    place.fetch(f"{trouble} RETURNING 1")

    result = hub("status", "--json")

    assert (result.exit_code, things(result)) == (1, ["retailcrm shop"])
    assert says in json.loads(result.stdout)["needs_you"][0]["says"]


@pytest.mark.parametrize(("age", "needed"), [("4 min", []), ("6 min", ["retailcrm shop"])])
def test_a_crm_that_rests_needs_a_person_once_a_client_has_waited_five_minutes(hub, place, at_work, crm, age, needed):
    place.fetch(
        "UPDATE crm_accounts SET blocked_until = now() + interval '1 min', blocked_reason = 'no answer' RETURNING 1"
    )
    place.fetch(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, connection_id) SELECT 1, 'crm', 1, "
        "'k', now() + interval '1 min', now() - $1::text::interval, id FROM connections RETURNING 1",
        age,
    )

    assert things(hub("status", "--json")) == needed


def test_a_crm_that_rests_says_until_when_and_why_before_it_needs_anybody(hub, run, place, at_work, crm):
    place.fetch(
        "UPDATE crm_accounts SET blocked_until = now() + interval '1 min', blocked_reason = 'no answer' RETURNING 1"
    )

    english, russian = hub("status"), run("status", *place.options, HUB_LANGUAGE="ru")

    assert english.exit_code == 0
    assert re.search(r"retailcrm shop +ok +resting until \d\d:\d\d:\d\d \(Europe/Moscow\): no answer;", english.stdout)
    assert re.search(r"retailcrm shop +ok +пауза до \d\d:\d\d:\d\d \(Europe/Moscow\): ", russian.stdout)


def test_a_crm_that_rests_and_has_refused_something_says_both(hub, place, at_work, crm):
    place.fetch(
        "UPDATE crm_accounts SET blocked_until = now() + interval '1 min', blocked_reason = 'no answer' RETURNING 1"
    )
    place.fetch(
        "INSERT INTO crm_items (connection_id, entity, hub_id, contact_id, key, state, changed_at) "
        "SELECT id, 'contact', 1, 1, 'k', 'refused', now() FROM connections RETURNING 1"
    )

    assert re.search(r"retailcrm shop +!! +resting until .*; has not taken 1 records", hub("status").stdout)
