"""amoCRM: webhooks as forms with brackets, who may send them, and the list of events behind them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.crm_sync.connectors.amocrm.hooks import EVENTS, read_hints
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.net.http import Http
from hub.testing.contracts.bench import make_context
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.amocrm.wire import make_jwt
from tests.crm_sync.connectors.amocrm_desk import NOW, by_token, desk, hook

FIXTURES = Path(__file__).parent / "fixtures" / "amocrm"
AT = datetime.fromtimestamp(1795262400, UTC)
OURS = {"account[subdomain]": "acme"}


def connector(**more):
    settings = {"account": "acme", "access_token": make_jwt(NOW), "hook_secret": FakeAmoCrm().hook_secret} | more
    return CHANNEL(CHANNEL.settings_model.model_validate(settings), make_context(Http()))


def payload(name):
    return hook((FIXTURES / f"{name}.form").read_bytes())


def told(name):
    return [(hint.entity, str(hint.ref), hint.is_deleted) for hint in connector().parse(payload(name))]


def form(**fields):
    return hook(urlencode({**OURS, **fields}).encode())


# ------------------------------------------------------------------ what they say


def test_a_lead_that_moved_is_told_with_when_and_by_whom():
    (hint,) = connector().parse(payload("lead_status"))

    assert (hint.entity, hint.ref) == (Entity.request, CrmRef("leads", "25399013"))
    assert (hint.occurred_at, hint.changed_by, hint.is_deleted) == (AT, "503", False)


def test_cards_and_companies_are_told_apart_by_their_type():
    assert told("contact_and_company_add") == [
        (Entity.contact, "contacts:10952709", False),
        (Entity.company, "companies:10959143", False),
    ]


def test_one_body_tells_of_several_records_and_what_is_not_ours_is_left_out():
    assert told("mixed") == [
        (Entity.request, "leads:7551167", False),
        (Entity.contact, "contacts:10952709", False),
        (Entity.request, "leads:7551168", False),
    ]
    assert [hint.changed_by for hint in connector().parse(payload("mixed"))] == ["", "", ""]


@pytest.mark.parametrize("name", ["lead_delete_bare", "lead_delete_list"])
def test_a_deletion_is_read_as_a_number_and_as_a_list(name):
    assert told(name) == [(Entity.request, "leads:25399013", True)]


def test_a_task_has_no_zone_in_its_times_and_happened_when_it_was_told():
    (hint,) = connector().parse(payload("task_closed"))

    assert (hint.entity, hint.ref, hint.occurred_at) == (Entity.task, CrmRef("tasks", "11122233"), NOW)


def test_a_deletion_without_a_time_is_joined_within_hours_and_not_for_ever():
    peeked = connector().peek(payload("lead_delete_bare"))

    assert (peeked.event_id, peeked.order_key, peeked.join_window) == ("", "leads:25399013", timedelta(hours=2))
    assert connector().peek(payload("lead_status")).event_id


def test_we_ask_for_the_events_that_we_understand():
    actions = {"add", "update", "delete", "restore", "status", "responsible"}

    assert {event.split("_")[0] for event in EVENTS} == actions
    assert {event.split("_")[1] for event in EVENTS} == {"lead", "contact", "company", "task"}
    assert len(EVENTS) == len(set(EVENTS))


@pytest.mark.parametrize(
    "fields",
    [
        {"leads[update][0][id]": "../7"},
        {"leads[update][0][id]": ""},
        {"leads[update][0][id]": "-5"},
        {"leads[delete]": "7,8"},
        {"contacts[update][0][type]": "contact"},
    ],
)
def test_a_record_without_a_number_is_parked(fields):
    with pytest.raises(PayloadInvalid):
        connector().parse(form(**fields))


def test_a_form_without_an_account_is_parked():
    with pytest.raises(PayloadInvalid, match="no account"):
        connector().parse(hook(b"leads[update][0][id]=7"))


def test_ten_thousand_fields_are_the_most():
    many = {f"leads[update][{n}][id]": str(n + 1) for n in range(9_000)}

    assert len(connector().parse(form(**many))) == 9_000
    with pytest.raises(PayloadInvalid):
        connector().parse(form(**{f"leads[update][{n}][id]": "7" for n in range(10_000)}))


_BRACKETS = st.text(alphabet="leadsconttask[]0123updte&=%5B", max_size=120).map(str.encode)


@given(body=st.binary(max_size=200) | _BRACKETS)
def test_brackets_of_any_depth_raise_nothing_else(body):
    try:
        hints = read_hints(hook(body + b"&account[subdomain]=acme"))
    except PayloadInvalid:
        return
    assert all(hint.ref.id.isdigit() for hint in hints)


# ------------------------------------------------------------------ who may send them


@pytest.mark.parametrize(
    "raw",
    [
        hook(b"leads[delete]=7&account[subdomain]=another"),
        hook(b"leads[delete]=7&account[id]=1"),
        hook(b"leads[delete]=7"),
        hook(b"leads[delete]=7&account[subdomain]=acme", suffix=""),
        hook(b"leads[delete]=7&account[subdomain]=acme", suffix="wrong"),
        hook(b"\xff\xfe"),
    ],
)
def test_a_webhook_of_another_account_or_without_the_secret_is_rejected(raw):
    with pytest.raises(WebhookRejected):
        connector().verify(raw)


@pytest.mark.parametrize("body", [b"account[subdomain]=acme", b"account[id]=28805383"])
def test_our_account_is_known_by_its_name_or_by_the_number_in_the_token(body):
    connector().verify(hook(b"leads[delete]=7&" + body))
    connector(hook_secret="").verify(hook(b"leads[delete]=7&" + body, suffix=""))


def test_the_secret_of_the_address_is_not_stored():
    raw = payload("lead_status")

    assert connector().to_store(raw).suffix == ""
    assert connector().parse(connector().to_store(raw)) == connector().parse(raw)


# ------------------------------------------------------------------ how they come


async def test_webhooks_come_again_after_a_failure_and_are_switched_off_after_too_many():
    async with desk() as at:
        crm = at.connect()
        await crm.subscribe()
        at.fake.human_adds_contact("Анна")
        answers, posted = [500, 200], []

        async def post(method, headers, body):
            posted.append(body)
            return answers.pop(0) if answers else 500

        await at.fake.deliver_hooks(post)
        at.fake.doubles_hooks = True
        for _ in range(2):
            at.fake.human_adds_contact("Олег")
        await at.fake.deliver_hooks(post)
        assert posted[0] == posted[1]
        assert len(set(posted)) < len(posted)

        for _ in range(60):
            at.fake.human_adds_contact("Пётр")
        await at.fake.deliver_hooks(post)
        assert any("отключила вебхук" in line for line in (await crm.check()).say("ru"))


async def test_a_body_of_mixed_edits_tells_of_each():
    async with desk() as at:
        crm = at.connect()
        await crm.subscribe()
        at.fake.mixes_hooks = at.fake.is_delete_bare = True
        card = at.fake.human_adds_contact("Анна")
        lead = at.fake.human_adds_request(card, "Диван")
        at.fake.human_moves(lead, "143")
        at.fake.human_deletes(card)
        (raw,) = at.fake.hooks()
        crm.verify(raw)

        hints = crm.parse(raw)
        assert [(hint.ref, hint.is_deleted) for hint in hints] == [
            (card, False),
            (lead, False),
            (lead, False),
            (card, True),
        ]
        assert len({hint.external_id for hint in hints}) == 4


# ------------------------------------------------------------------ the list of events


async def test_a_lost_webhook_is_told_by_the_list_of_events():
    async with desk() as at:
        crm = at.connect()
        cursor = (await crm.changes({})).cursor
        at.later()
        at.fake.loses_hooks = True
        card = at.fake.human_adds_contact("Анна")
        at.fake.human_deletes(card)
        at.later()
        page = await crm.changes(cursor)

        assert at.fake.hooks() == []
        assert [(hint.ref, hint.changed_by, hint.is_deleted) for hint in page.hints] == [
            (card, "502", True),
            (card, "502", False),
        ]
        assert not page.has_more


async def test_an_event_that_appears_late_is_told_all_the_same():
    async with desk() as at:
        crm = at.connect()
        cursor = (await crm.changes({})).cursor
        at.later()
        card = at.fake.human_adds_contact("Анна")
        late = at.fake.events.pop()
        at.later()
        first = await crm.changes(cursor)
        at.fake.events.append(late)
        at.later(timedelta(seconds=30))
        second = await crm.changes(first.cursor)

        assert [hint.ref for hint in (*first.hints, *second.hints)] == [card]


async def test_our_own_notes_and_calls_are_not_asked_for():
    async with desk() as at:
        crm = at.connect()
        await crm.changes({"since": 1})

        (called,) = at.fake.calls
        assert "note" not in called.query
        assert "call" not in called.query


@pytest.mark.parametrize("cursor", [{"since": "x"}, {"since": True}, {"since": -1}, {"page": 3}])
async def test_a_cursor_that_is_none_begins_at_now(cursor):
    async with desk() as at:
        page = await at.connect().changes(cursor)

        assert (page.hints, page.cursor) == ((), {"since": int(NOW.timestamp())})


async def test_events_of_other_kinds_are_left_out():
    async with desk() as at:
        crm = at.connect()
        at.fake.human_adds_contact("Анна")
        at.fake.events[0] = {**at.fake.events[0], "entity_id": None}
        at.later()
        page = await crm.changes({"since": int(NOW.timestamp()) - 60})

        assert page.hints == ()


async def test_a_merge_is_told_as_a_change_of_what_stays_and_the_end_of_the_other():
    async with desk() as at:
        crm = at.connect()
        lost, kept = at.fake.human_adds_contact("Анна"), at.fake.human_adds_contact("Анна П.")
        at.later(timedelta(minutes=5))
        cursor = (await crm.changes({})).cursor
        at.fake.human_merges(lost, kept)
        at.later()
        page = await crm.changes(cursor)

        assert {(hint.ref, hint.is_deleted) for hint in page.hints} == {(lost, True), (kept, False)}


def test_raw_headers_are_kept_as_little_as_parse_needs():
    raw = replace(payload("lead_status"), headers={"content-type": "x", "cookie": "secret=1"}, query="a=1")

    stored = connector().to_store(raw)
    assert (stored.headers, stored.query) == ({"content-type": "x"}, "")


def test_settings_print_no_secret():
    assert FakeAmoCrm().hook_secret not in repr(connector().settings)
    assert by_token(FakeAmoCrm())["access_token"] not in repr(connector().settings)
