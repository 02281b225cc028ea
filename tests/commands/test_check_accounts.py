"""`hub check` on colleagues' own accounts behind the clients' bot: whose they are, whether answers may leave there."""

import json

import pytest


@pytest.fixture
def check(hub, place):
    """A bot with the account of user 77 in a state; what is found about it."""
    hub("connect", "telegram", "--set", "token=1:abc", "--unchecked", "--no-wait")

    def look(state: str):
        place.fetch(
            "INSERT INTO accounts (connection_id, key, owner, name, state, changed_at) "
            "SELECT id, 'Bc7x', '77', 'Анна @anna', $1, clock_timestamp() FROM connections "
            "ON CONFLICT (connection_id, key) DO UPDATE SET state = excluded.state RETURNING 1",
            state,
        )
        told = {each["thing"]: each for each in json.loads(hub("check", "--json").stdout)["findings"]}
        return told["account: Анна @anna"]

    return look


def test_m15_an_account_of_nobody_says_how_to_name_its_owner(check, hub, place):
    assert check("open")["says"].endswith("hub people address KEY tg_user 77")
    assert "неизвестно, чей он" in hub("check", "--language", "ru").stdout

    hub("people", "add", "anna", "Анна")
    place.fetch("UPDATE managers SET tg_user_id = 77 RETURNING 1")
    told = check("open")
    assert (told["is_ok"], told["says"]) == (True, "answers typed there count for Анна")


@pytest.mark.parametrize(("state", "is_ok", "says"), [("mute", False, "does not let"), ("off", True, "has left")])
def test_an_account_that_cannot_be_answered_from_says_so(check, state, is_ok, says):
    told = check(state)
    assert told["is_ok"] is is_ok and says in told["says"]
