"""A call ordered from a card: who may, which telephone rings, and what the PBX's events make of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import CallImpossible, Conflict, PermissionDenied
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId
from hub.domain.inbound import CallDirection, CallStage
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import queries
from hub.inbox.calling import Ordered, order_call
from tests.inbox.desk import Desk
from tests.inbox.rules import TWO_LINES, line_says, put_in_force
from tests.inbox.test_calls import PHONE, _event, fire, miss

PBX = ConnectionId(4)
SALES = frozenset({LineKey("sales")})


async def anna_of(desk: Desk) -> Person:
    row = await desk.one("managers", "key = 'anna'")
    return Person(ManagerId(row["id"]), Role.manager, SALES)


async def equip(desk: Desk, *, extension: str = "101") -> Person:
    """A PBX that places calls, and Anna's telephone on it."""
    desk.endpoints[PBX] = replace(desk.endpoints[PBX], can_call=True)
    anna = await anna_of(desk)
    desk.staff[("pbx_extension", str(PBX), extension)] = anna.manager_id
    return anna


async def missed(desk: Desk) -> ConversationId:
    await miss(desk)
    return ConversationId((await desk.one("conversations"))["id"])


async def test_c5_an_order_is_one_delivery_that_rings_the_manager_and_names_the_number(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)

    assert await order_call(desk.office, anna, conversation) == Ordered("101", is_new=True)

    order = await desk.one("deliveries", "lane = 'call'")
    assert order["payload"] == {"extension": "101", "phone": PHONE}
    assert (order["connection_id"], order["manager_id"], order["state"]) == (PBX, anna.manager_id, "queued")


async def test_r10_who_calls_a_free_client_has_the_client(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")

    await order_call(desk.office, anna, conversation)

    assert (await desk.one("conversations"))["assignee_id"] == anna.manager_id


async def test_a_second_press_is_the_same_call_and_half_a_minute_later_another(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)

    assert await order_call(desk.office, anna, conversation) == Ordered("101", is_new=False)
    assert len(await desk.rows("deliveries", "lane = 'call'")) == 1
    desk.clock.move(timedelta(seconds=30))
    assert (await order_call(desk.office, anna, conversation)).is_new
    assert len(await desk.rows("deliveries", "lane = 'call'")) == 2


async def test_r10_a_client_whom_a_colleague_has_is_not_called(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    boris = await desk.hire("boris", "Борис")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", boris)

    with pytest.raises(Conflict) as refused:
        await order_call(desk.office, anna, conversation)

    assert refused.value.winner == "Борис"
    assert await desk.rows("deliveries", "lane = 'call'") == []


async def test_without_a_telephone_a_pbx_or_a_number_nobody_is_rung_and_the_reason_is_told(desk: Desk) -> None:
    conversation, anna = await missed(desk), await anna_of(desk)
    reasons = []
    for step in ("nothing", "a PBX", "a telephone"):
        if step == "a PBX":
            desk.endpoints[PBX] = replace(desk.endpoints[PBX], can_call=True)
        if step == "a telephone":
            await equip(desk)
            await desk.pool.execute("DELETE FROM identities")
            await desk.pool.execute("DELETE FROM threads")
        with pytest.raises(CallImpossible) as refused:
            await order_call(desk.office, anna, conversation)
        reasons.append(refused.value.reason)

    assert reasons == ["no_pbx", "no_extension", "no_number"]


async def test_fr8_a_line_that_only_watches_calls_nobody(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    put_in_force(desk, line_says('mode = "observe"'))

    with pytest.raises(PermissionDenied):
        await order_call(desk.office, anna, conversation)


async def test_the_card_says_which_telephone_would_ring_and_that_it_rings(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)

    before = await queries.get_card(desk.office, anna, conversation)
    await order_call(desk.office, anna, conversation)
    after = await queries.get_card(desk.office, anna, conversation)

    assert (before.own_extension, before.calling) == ("101", "")
    assert after.calling == "101"


async def test_a_card_stops_saying_that_phones_ring_though_the_pbx_reports_nothing(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)
    desk.clock.move(timedelta(minutes=2, seconds=1))
    await fire(desk)

    assert (await queries.get_card(desk.office, anna, conversation)).calling == ""
    assert await desk.one("deliveries", "payload->>'notice' = 'card_changed' AND manager_id = $1", anna.manager_id)


async def test_c5_t5_the_talk_that_was_ordered_ends_wait_and_order_and_asks_for_the_result(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)
    await talk(desk, "c2")

    assert (await desk.one("waits"))["state"] == "answered"
    assert (await queries.get_card(desk.office, anna, conversation)).calling == ""
    assert (await desk.one("deliveries", "payload->>'notice' = 'call_result'"))["manager_id"] == anna.manager_id


async def test_c6_an_ordered_call_that_nobody_took_is_counted_and_the_card_shows_it(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)
    gone = {"direction": CallDirection.outbound, "extension": "101", "talk": timedelta(0)}
    await desk.receive(_event(desk, "c2", CallStage.ended, PHONE, **gone), connection=4)
    desk.clock.move(timedelta(seconds=25))
    await fire(desk)

    card = await queries.get_card(desk.office, anna, conversation)
    assert card.wait is not None
    assert (card.wait.call_attempts, card.calling) == (1, "")


@pytest.mark.parametrize(("extension", "is_hers"), [("", True), ("101", True), ("202", False)])
async def test_m15_an_ordered_talk_is_of_who_ordered_it_unless_the_pbx_names_another_telephone(
    desk: Desk, extension: str, is_hers: bool
) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)
    desk.staff.clear()
    await talk(desk, "c2", extension=extension)

    wait, call = await desk.one("waits"), await desk.one("calls", "external_id = 'c2'")
    speaker = anna.manager_id if is_hers else None
    assert (wait["state"], wait["responder_id"], call["manager_id"]) == ("answered", speaker, speaker)


async def test_m15_a_talk_that_nobody_ordered_and_no_telephone_is_named_of_is_nobodys(desk: Desk) -> None:
    await equip(desk)
    await missed(desk)
    await talk(desk, "c2", extension="")

    assert (await desk.one("calls", "external_id = 'c2'"))["manager_id"] is None


async def test_m15_what_the_pbx_reports_after_an_ordered_talk_takes_it_from_nobody(desk: Desk) -> None:
    anna, conversation = await equip(desk), await missed(desk)
    await order_call(desk.office, anna, conversation)
    await talk(desk, "c2", extension="")
    late = {"direction": CallDirection.outbound, "recording": "r1"}
    await desk.receive(_event(desk, "c2", CallStage.recording, PHONE, **late), connection=4)

    assert (await desk.one("calls", "external_id = 'c2'"))["manager_id"] == anna.manager_id


async def test_c5_an_ordered_talk_counts_where_it_was_ordered_whatever_number_the_client_saw(desk: Desk) -> None:
    anna = await equip(desk)
    put_in_force(desk, TWO_LINES)
    conversation = await missed(desk)
    await desk.pool.execute("UPDATE conversations SET line = 'support'")
    await desk.pool.execute("UPDATE waits SET line = 'support'")
    both = Person(anna.manager_id, Role.manager, frozenset({LineKey("sales"), LineKey("support")}))
    await order_call(desk.office, both, conversation)

    await talk(desk, "c2")

    assert (await desk.one("waits"))["state"] == "answered"


async def talk(desk: Desk, call: str, *, extension: str = "101") -> None:
    """Anna talks with the client for forty seconds, by the PBX's own record."""
    said = {"direction": CallDirection.outbound, "extension": extension}
    await desk.receive(_event(desk, call, CallStage.answered, PHONE, **said), connection=4)
    desk.clock.move(timedelta(seconds=40))
    await desk.receive(_event(desk, call, CallStage.ended, PHONE, talk=timedelta(seconds=40), **said), connection=4)
