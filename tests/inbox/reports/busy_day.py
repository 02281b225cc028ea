"""A working day in which something of everything happens, and how reports about it are asked for."""

from datetime import timedelta
from typing import Any

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import assignment, conversations, lines, merge, waits
from hub.inbox.queries.reports.asking import Asked
from hub.inbox.queries.reports.catalogue import run_report
from hub.inbox.queries.reports.tables import Report
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, TWO_LINES, answer, id_of, pass_time, put_in_force
from tests.inbox.test_calls import miss
from tests.inbox.test_matching import form
from tests.inbox.test_merge import three_cards

THE_ADMIN = Person(ManagerId(0), Role.admin, frozenset())
PHONE = "+79161234567"
Tables = dict[str, list[dict[str, Any]]]


async def tables_of(desk: Desk, name: str, *, actor: Person = THE_ADMIN, **asked: Any) -> Tables:
    """Return the rows of a report, by table and column."""
    report, _ = await run_report(desk.office, actor, name, Asked(language="en", **asked))
    return named(report)


def named(report: Report) -> Tables:
    keys = {table.key: [column.key for column in table.columns] for table in report.tables}
    return {table.key: [dict(zip(keys[table.key], row, strict=True)) for row in table.rows] for table in report.tables}


def figure(tables: Tables, name: str, column: str = "first", *, table: str = "summary") -> Any:
    """Return one figure of an upright table."""
    [row] = [row for row in tables[table] if row["figure"] == name]
    return row[column]


async def head(desk: Desk) -> Person:
    """Return a head of both lines."""
    return Person(ManagerId(await id_of(desk, "anna")), Role.head, frozenset(map(LineKey, ("sales", "support"))))


async def asks(desk: Desk, number: int, text: str = "Сколько стоит?") -> ConversationId:
    """Let a client of this number write; returns the conversation."""
    await desk.receive(says(text, at=desk.now, by=person(number, name=f"Клиент {number}")))
    row = await desk.pool.fetchrow(
        "SELECT m.conversation_id FROM messages m WHERE direction = 'inbound' ORDER BY id DESC LIMIT 1"
    )
    return ConversationId(row["conversation_id"])


async def play(desk: Desk) -> None:
    """Let everything happen once that changes a wait."""
    put_in_force(desk, TWO_LINES)
    boss = await head(desk)
    await _answers(desk, boss)
    await _words(desk, boss)
    await _ownership(desk, boss)
    await _calls(desk)
    await _taken_back(desk, boss)
    await _merges(desk)
    await pass_time(desk, 40 * MINUTE)


async def _answers(desk: Desk, boss: Person) -> None:
    first = await asks(desk, 1)
    await asks(desk, 1, "И ещё доставка")
    await pass_time(desk, 4 * MINUTE)
    await answer(desk, where=first)
    await pass_time(desk, 3 * MINUTE)
    await asks(desk, 1, "А дешевле?")
    await pass_time(desk, 31 * MINUTE)
    await answer(desk, "Нет", where=first)
    await asks(desk, 2)
    early = says("Писал раньше", at=desk.now - 5 * MINUTE, by=person(2), number=77)
    await desk.receive(early)
    await pass_time(desk, 20 * MINUTE)
    late = says("Дошло через два часа", at=desk.now - timedelta(hours=2), by=person(3))
    await desk.receive(late)
    await pass_time(desk, MINUTE)


async def _words(desk: Desk, boss: Person) -> None:
    await waits.dismiss(desk.office, boss, await asks(desk, 4, "Спасибо"))
    await waits.declare_reached(desk.office, boss, await asks(desk, 5), result="Договорились")
    elsewhere = await asks(desk, 6)
    await pass_time(desk, 16 * MINUTE)
    await waits.answered_elsewhere(
        desk.office, boss, elsewhere, channel="whatsapp", at=desk.now - 10 * MINUTE, result="Ответили"
    )
    await waits.record_call_attempt(desk.office, boss, await asks(desk, 7))


async def _ownership(desk: Desk, boss: Person) -> None:
    moved = await asks(desk, 8)
    row = await desk.one("conversations", "id = $1", moved)
    await assignment.release(desk.office, boss, moved)
    await pass_time(desk, 6 * MINUTE)
    await lines.move_to_line(desk.office, boss, moved, line=LineKey("support"))
    await assignment.take(desk.office, boss, moved)
    other = await id_of(desk, "ivan")
    await assignment.transfer(desk.office, boss, moved, to=ManagerId(other))
    assert row["assignee_id"] is not None


async def _calls(desk: Desk) -> None:
    await miss(desk, "missed-1", client="+79160000001")
    await miss(desk, "missed-2", client="+79160000001")
    await talks(desk, "back-1", client="+79160000001", direction=CallDirection.outbound)
    await talks(desk, "in-1", client="+79160000002")


async def talks(desk: Desk, call: str, *, client: str, direction: CallDirection = CallDirection.inbound) -> None:
    """Let somebody talk for half a minute."""
    for stage, pause in ((CallStage.ringing, 2), (CallStage.answered, 30), (CallStage.ended, 1)):
        event = CallEvent(f"{call}-{stage}", call, stage, direction=direction, occurred_at=desk.now, client=client)
        await desk.receive(event, connection=4)
        desk.clock.move(timedelta(seconds=pause))


async def _taken_back(desk: Desk, boss: Person) -> None:
    spam = await asks(desk, 9)
    await conversations.close(desk.office, boss, spam, outcome=Outcome.spam)
    await conversations.reopen(desk.office, boss, spam)
    await conversations.close(desk.office, boss, await asks(desk, 10), outcome=Outcome.spam)
    won = await asks(desk, 11)
    await answer(desk, "Беру", where=won)
    await conversations.close(desk.office, boss, won, outcome=Outcome.deal)
    await desk.receive(form(desk, phone="+79160000003", mail="oleg@example.org", key="f9"), connection=3)


async def _merges(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    merged = await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    await pass_time(desk, MINUTE)
    await merge.undo_merge(desk.office, anna, merged)
