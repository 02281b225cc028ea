"""Whole calls as each provider posts them, through its adapter and `fold_call`: any order, repeated, every scene."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.channels.base import Asks, Channel, Raw
from hub.channels.registry import get_channel_class
from hub.channels.telephony.base import Telephony
from hub.domain.call import CallSession, CallState, fold_call
from hub.domain.inbound import CallDirection, CallEvent
from hub.net.http import Http
from hub.testing.contracts.bench import make_context
from hub.testing.faulty_http import faulty_server
from hub.testing.telephony import ENCODERS, MAPPED_SAMPLE, FakePbx, Order, PlayedCall, Post, Scene

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRETS: Mapping[str, Mapping[str, str]] = {
    "mango": {"api_key": "key", "api_salt": "s3cret"},
    "megafon": {"crm_token": "s3cret"},
    "zadarma": {"api_key": "key", "api_secret": "s3cret"},
    "uis": {"secret": "s3cret"},
    "sipuni": {},
    "mapped": {"secret": "s3cret"},
}
CALL = PlayedCall(call="5e1f0c9a7b", started_at=START)


def adapter(kind: str) -> Telephony:  # type: ignore[type-arg]
    channel: type[Channel] = get_channel_class(kind)  # type: ignore[type-arg]
    more = MAPPED_SAMPLE if kind == "mapped" else {}
    made = channel(channel.settings_model.model_validate({**SECRETS[kind], **more}), make_context(Http()))
    assert isinstance(made, Telephony)
    return made


def received(post: Post, at: datetime) -> Raw:
    headers = {name.lower(): value for name, value in post.headers.items()}
    return Raw(post.body, at, headers, "POST", post.suffix)


def pbx(kind: str) -> FakePbx:
    return FakePbx(kind, "http://127.0.0.1:9", SECRETS[kind], http=Http())


def events_of(kind: str, scene: Scene, order: Order = Order.as_happened) -> list[CallEvent]:
    """Return what the adapter reads, each post arriving ten seconds after the one before."""
    channel, found = adapter(kind), pbx(kind).posts(scene, CALL, order=order)
    raws = [received(post, START + timedelta(seconds=10 * number)) for number, post in enumerate(found)]
    for raw in raws:
        channel.verify(raw)  # type: ignore[attr-defined]
    return [event for raw in raws for event in channel.parse(raw)]


def session_of(kind: str, scene: Scene) -> CallSession:
    return fold_call(events_of(kind, scene), now=START + timedelta(hours=1))


KINDS = pytest.mark.parametrize("kind", sorted(ENCODERS))


@KINDS
def test_c2_an_answered_call_is_credited_to_the_employee_who_took_it(kind: str) -> None:
    session = session_of(kind, Scene.answered)

    assert (session.state, session.direction) == (CallState.answered, CallDirection.inbound)
    assert (session.client, session.line_number) == ("+79161234567", "+74951234567")
    assert session.answered_by in {"101", "user101"}
    assert session.talk == timedelta(seconds=42)
    assert session.is_response


@KINDS
def test_c2_a_missed_call_is_missed(kind: str) -> None:
    session = session_of(kind, Scene.missed)

    assert (session.state, session.client) == (CallState.missed, "+79161234567")
    assert session.makes_item and not session.is_response


@KINDS
def test_a_call_given_up_in_the_menu_reached_nobody(kind: str) -> None:
    session = session_of(kind, Scene.abandoned_in_menu)

    assert session.is_missed
    assert session.answered_by == ""
    assert session.state is (CallState.missed if kind in {"megafon", "zadarma"} else CallState.abandoned)


@KINDS
def test_c7_a_call_out_of_hours_is_missed(kind: str) -> None:
    session = session_of(kind, Scene.out_of_hours)

    assert session.is_missed
    if kind in {"mango", "mapped"}:
        assert session.reason == "out_of_hours"


@KINDS
def test_c8_a_hidden_caller_has_no_number(kind: str) -> None:
    session = session_of(kind, Scene.hidden)

    assert session.is_hidden and session.is_missed


@KINDS
def test_c5_an_outgoing_talk_is_a_response(kind: str) -> None:
    session = session_of(kind, Scene.outgoing)

    assert (session.direction, session.state) == (CallDirection.outbound, CallState.answered)
    assert session.client == "+79161234567"
    assert session.is_response


@KINDS
def test_c6_an_outgoing_call_without_talk_did_not_reach(kind: str) -> None:
    assert session_of(kind, Scene.not_reached).state is CallState.not_reached


@KINDS
@pytest.mark.parametrize("scene", Scene)
def test_c1_order_of_the_stages_does_not_matter(kind: str, scene: Scene) -> None:
    events = events_of(kind, scene)
    now = START + timedelta(hours=1)

    sessions = {repr(fold_call(order, now=now)) for order in itertools.islice(itertools.permutations(events), 300)}

    assert len(sessions) == 1


@KINDS
@pytest.mark.parametrize("scene", Scene)
def test_c1_case8_shuffled_and_repeated_deliveries_give_the_same_verdict(kind: str, scene: Scene) -> None:
    now, plain = START + timedelta(hours=1), session_of(kind, scene)

    for order in (Order.shuffled, Order.repeated):
        session = fold_call(events_of(kind, scene, order), now=now)
        assert (session.state, session.talk, session.client) == (plain.state, plain.talk, plain.client)


@KINDS
def test_a_repeated_delivery_has_the_ids_of_the_first(kind: str) -> None:
    plain, repeated = (events_of(kind, Scene.answered, order) for order in (Order.as_happened, Order.repeated))

    assert {event.external_id for event in plain} == {event.external_id for event in repeated}


@KINDS
def test_c9_a_call_from_an_own_number_is_internal(kind: str) -> None:
    channel, own = adapter(kind), replace(CALL, client="74997654321")
    channel.settings = channel.settings.model_copy(update={"own_numbers": ("+74997654321",)})
    played = pbx(kind).posts(Scene.missed, own)

    events = [event for post in played for event in channel.parse(received(post, START))]

    assert fold_call(events, now=START + timedelta(hours=1)).is_internal


@KINDS
def test_what_the_pbx_says_never_depends_on_the_moment_of_arrival_alone(kind: str) -> None:
    channel = adapter(kind)
    telling = [post for post in pbx(kind).posts(Scene.answered, CALL) if channel.parse(received(post, START))]
    assert len(telling) >= 4
    for post in telling:
        early, late = (channel.peek(received(post, START + timedelta(hours=hours))) for hours in (0, 5))
        assert early == late
        assert early.event_id and early.order_key.endswith(CALL.call)


@pytest.mark.parametrize("kind", ["megafon", "zadarma"])
def test_the_first_post_of_an_inbound_call_asks_who_answers(kind: str) -> None:
    channel, first = adapter(kind), pbx(kind).posts(Scene.missed, CALL)[0]

    assert isinstance(channel, Asks)
    assert channel.question(received(first, START)) == "+79161234567"


async def test_the_pbx_posts_to_the_address_of_the_connection_with_the_suffix_of_the_event() -> None:
    http = Http()
    async with faulty_server() as hub:
        account = FakePbx("mango", f"{hub.url}/in/mango/key", SECRETS["mango"], http=http)
        answers = await account.play(Scene.abandoned_in_menu, CALL)
        await http.close()

    assert [answer.status for answer in answers] == [200, 200]
    assert [seen.path for seen in hub.seen] == ["/in/mango/key/events/call", "/in/mango/key/events/summary"]
