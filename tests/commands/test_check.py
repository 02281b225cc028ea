"""`hub check`: every thing is looked at, what is wrong says what to do, secrets are not shown."""

import json

import pytest


def findings(result):
    return {each["thing"]: each for each in json.loads(result.stdout)["findings"]}


def test_a_fresh_hub_is_well(hub):
    result = hub("check", "--json")

    assert result.exit_code == 0
    assert [each for each in findings(result).values() if not each["is_ok"]] == []
    assert list(findings(result)) == [
        *("database", "keys", "files", "parked", "public address"),
        *("spool", "disk data", "disk files"),
    ]


def test_every_connection_is_tried_and_what_fails_is_named(hub):
    hub(
        "connect",
        "telegram",
        "--set",
        "token=1:abc",
        "--set",
        "base_url=http://127.0.0.1:9",
        "--unchecked",
        "--no-wait",
    )

    result = hub("check", "--json")

    assert (result.exit_code, findings(result)["telegram telegram"]["is_ok"]) == (1, False)
    assert result.stderr == "hub: 1 of 9 need you: telegram telegram; what to do stands above\n"


def test_edge36_calls_of_a_pbx_that_never_end_are_a_warning(hub, place):
    account = ("--set", "api_key=k", "--set", "api_salt=s", "--public-url", "https://hub.example")
    assert hub("connect", "mango", *account, "--no-wait", "--unchecked").exit_code == 0
    place.fetch(
        "INSERT INTO calls (id, connection_id, external_id, state, created_at) "
        "SELECT 7, id, 'c1', 'unknown', clock_timestamp() FROM connections RETURNING 1"
    )

    told = next(each for thing, each in findings(hub("check", "--json")).items() if thing.startswith("mango"))
    assert (told["is_ok"], told["says"].split(":")[0]) == (False, "1 calls of the last day have no end")


def test_b5_who_has_never_opened_the_manager_bot_is_named(hub, place):
    hub("connect", "manager_bot", "--set", "token=1:abc", "--unchecked", "--no-wait")
    hub("people", "add", "anna", "Анна")
    hub("people", "add", "olga", "Ольга", "--role", "head")
    place.fetch("UPDATE managers SET tg_user_id = 7 WHERE key = 'anna' RETURNING 1")

    told = findings(hub("check", "--json"))["people"]
    assert (told["is_ok"], told["says"].split(":")[0]) == (False, "Ольга")
    assert told["says"].endswith("hub people invite olga")
    assert "Ольга: ещё не открывали бот менеджеров" in hub("check", "--language", "ru").stdout

    place.fetch("UPDATE managers SET tg_user_id = 8 WHERE key = 'olga' RETURNING 1")
    told = findings(hub("check", "--json"))["people"]
    assert (told["is_ok"], told["says"]) == (True, "all 2 are in the manager bot")


@pytest.mark.parametrize(
    ("option", "value", "thing", "advice"),
    [
        ("--redis", "redis://127.0.0.1:9", "redis", "is it running"),
        ("--redis", "http://redis", "redis", "expected redis://"),
        ("--public-url", "http://127.0.0.1:9", "public address", "does http://127.0.0.1:9 lead to this machine"),
        ("--files", "/dev/null", "store", "/dev/null"),
    ],
)
def test_what_does_not_answer_says_what_to_do(hub, option, value, thing, advice):
    result = hub("check", "--json", option, value)

    assert (result.exit_code, findings(result)[thing]["is_ok"]) == (1, False)
    assert advice in findings(result)[thing]["says"]


def test_a_database_that_is_away_does_not_hide_the_rest(run, tmp_path):
    result = run("check", "--json", "--dsn", "postgresql://hub:s3cret@127.0.0.1:9/hub", "--data", str(tmp_path))

    assert (result.exit_code, list(findings(result))) == (
        1,
        ["store", "public address", "spool", "disk data", "disk files"],
    )
    assert "s3cret" not in result.output


def test_files_of_another_machine_that_are_not_here_are_noticed(hub, place):
    place.fetch(
        "INSERT INTO receipt_bodies (receipt_id, received_at, file_sha256, head) "
        "VALUES (1, clock_timestamp(), repeat('a', 64), '{}') RETURNING 1"
    )

    assert "same mount as HUB_FILES" in findings(hub("check", "--json"))["files"]["says"]


def test_people_read_a_table_with_the_settings_in_force(hub, place):
    shown = hub("check").stdout

    assert "database" in shown
    assert str(place.data) in shown
    assert place.dsn not in shown
