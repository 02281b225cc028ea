"""`hub resume`: what a restored hub holds back is shown, and let go only by a person's word (case 38)."""

import re

import pytest

MARK = """
INSERT INTO timers (id, kind, subject, due_at, state, facts)
VALUES (5, 'restored', 'hub', now(), 'cancelled', '{"made_at": "2026-11-20T03:00:00+00:00", "last_id": 5}') RETURNING id
"""
WAITING = """
INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at)
VALUES (4, 'notify', 1, 'k', now() - interval '1 h', '2026-11-20T02:00:00Z') RETURNING id
"""


@pytest.fixture
def held(hub, place):
    """Give a hub that was restored and has a notice to send."""
    place.fetch(MARK)
    place.fetch(WAITING)


def is_held(place):
    return place.fetch("SELECT fired_at IS NULL FROM timers WHERE kind = 'restored'") == [True]


def test_case38_a_hub_that_was_never_restored_holds_nothing_back(hub):
    result = hub("resume")

    assert (result.exit_code, result.stdout) == (0, "The hub holds nothing back.\n")


def test_case38_without_anybody_to_ask_it_is_shown_and_nothing_let_go(hub, place, held):
    result = hub("resume")

    assert (result.exit_code, is_held(place)) == (1, True)
    assert "from a backup made 2026-11-20 06:00 (Europe/Moscow)" in result.stdout
    assert re.search(r"notice +1 +2026-11-20 05:00 +leave", result.stdout)
    assert "nothing was let go: nobody can be asked here" in result.stderr


def test_case38_with_a_persons_word_it_goes_on(hub, place, held):
    result = hub("resume", "--yes")

    assert (result.exit_code, is_held(place)) == (0, False)
    assert "The hub goes on" in result.stdout
    assert place.fetch("SELECT state FROM deliveries") == ["queued"]


def test_case38_status_names_it_first_and_calls_held_lanes_no_trouble_of_their_own(hub, place, held):
    result = hub("status")

    assert result.exit_code == 1
    assert re.search(r"sending +!! +held: the hub was restored 20\d\d-.* from a backup made 2026-11-20", result.stdout)
    assert re.search(r"out: notices +ok +held, 1 waiting", result.stdout)
    assert re.search(r"clocks +ok +held, due: 0", result.stdout)


def test_case38_people_read_it_in_russian(run, place, held):
    shown = run("resume", *place.options, HUB_LANGUAGE="ru")

    assert re.search(r"уведомление +1 +2026-11-20 05:00 +уйдут", shown.stdout)
    assert "ничего не отпущено" in shown.stderr


def test_case38_what_nobody_has_read_and_who_has_been_silent_is_told(hub, place, held):
    hub("connect", "webform", "--set", "secret=s3cret-s3cret", "--no-wait", "--public-url", "https://hub.example")
    place.fetch(
        "INSERT INTO receipts (id, connection_id, external_id, order_hash, lane, received_at) "
        "VALUES (7, 1, 'x', 1, 'client', now()) RETURNING id"
    )

    shown = hub("resume").stdout

    assert "Not processed yet: 1 payloads" in shown
    assert "Nothing has come since the restore over: webform" in shown
