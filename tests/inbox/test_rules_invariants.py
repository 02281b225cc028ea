"""What holds whatever the order and however often things are delivered (semantics §13)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

from hub.domain.inbound import FormSubmission, InboundEvent
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, answer
from tests.inbox.test_matching import MAIL, form, letter
from tests.inbox.test_queries import only

Delivered = tuple[InboundEvent, int]


def story(desk: Desk, number: int, at: datetime) -> Sequence[Delivered]:
    """One client in three channels whose targets differ: Telegram first, a form and a letter minutes later."""
    phone, mail = f"+7916000{number:04}", f"client{number}@example.com"
    asked = says("Здравствуйте", at=at, by=person(1000 + number, phone=phone))
    typed: FormSubmission = replace(
        form(desk, phone=phone, mail=mail, key=f"f{number}", name=""), occurred_at=at + MINUTE
    )
    wrote = replace(letter(desk, mail=mail, number=number), occurred_at=at + 2 * MINUTE)
    return (asked, 1), (typed, 3), (wrote, 2)


async def test_fr9_d1_invariant5_the_order_of_processing_changes_no_start_and_no_deadline(desk: Desk) -> None:
    first = desk.now - timedelta(minutes=5)
    for number, order in enumerate(permutations(range(3))):
        told = story(desk, number, first)
        for place in order:
            event, connection = told[place]
            await desk.receive(event, connection=connection)

    waits = await desk.pool.fetch("SELECT * FROM waits WHERE state = 'open' AND channel = 'telegram'")
    assert len(waits) == 6
    assert {(row["started_at"], row["deadline_at"], row["target_seconds"]) for row in waits} == {
        (first, first + 15 * MINUTE, 900)
    }


async def test_invariant6_everything_delivered_three_times_is_as_if_once(desk: Desk) -> None:
    events: Sequence[Delivered] = story(desk, 1, desk.now)
    for event, connection in events:
        await desk.receive(event, connection=connection)
    tables = ("contacts", "identities", "conversations", "messages", "waits", "leads", "ledger", "deliveries")
    before = [await desk.rows(table) for table in tables]
    for event, connection in (*events, *reversed(events)):
        await desk.receive(event, connection=connection)

    assert [len(await desk.rows(table)) for table in tables] == [len(rows) for rows in before]
    assert (await desk.rows("waits"))[0]["requests"] == before[4][0]["requests"]


async def test_invariant1_a_client_waits_once_on_a_line_however_much_he_writes(desk: Desk) -> None:
    for _ in range(3):
        await desk.receive(says("Вопрос", at=desk.now))
        await desk.receive(says("Ещё вопрос", at=desk.now))
        assert len(await desk.rows("waits", "state = 'open'")) == 1
        desk.clock.move(MINUTE)
        await answer(desk, where=await only(desk))
        desk.clock.move(MINUTE)

    assert [row["requests"] for row in await desk.rows("waits")] == [2, 2, 2]


async def test_fr9_a_straggler_from_before_the_answer_never_pulls_a_later_wait_back(desk: Desk) -> None:
    early = desk.now
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(MINUTE)
    await answer(desk)
    desk.clock.move(MINUTE)
    await desk.receive(says("А доставка?", at=desk.now))
    before = await desk.one("waits", "state = 'open'")
    await desk.receive(says("Задержалось у оператора", at=early + timedelta(seconds=1)))

    after = await desk.one("waits", "state = 'open'")
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert after["requests"] == 2


async def test_s1_invariant4_nothing_a_machine_writes_stops_a_clock(desk: Desk) -> None:
    await desk.receive(letter(desk, mail=MAIL), connection=2)
    desk.clock.move(MINUTE)
    for number, kind in enumerate(("auto_reply", "bounce", "list", "service"), start=2):
        robot = replace(letter(desk, mail=MAIL, number=number), automatic=kind, is_staff=number % 2 == 0)
        await desk.receive(robot, connection=2)

    assert [row["state"] for row in await desk.rows("waits")] == ["open"]
