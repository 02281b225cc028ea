"""Audit facts: what a person opened, exported or changed, and «что видел» (RG-4, RG-6, RG-7)."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import people, reading
from hub.inbox.auditing import what_they_saw
from hub.inbox.queries.reports.asking import Asked
from hub.inbox.queries.reports.catalogue import run_report
from tests.inbox.desk import Desk, says
from tests.inbox.rules import DAY, id_of
from tests.inbox.test_queries import only, owner

ADMIN = Person(ManagerId(0), Role.admin, frozenset())


async def deeds(desk: Desk) -> list[tuple[int, str, str]]:
    return [(row["manager_id"], row["action"], row["subject"]) for row in await desk.rows("audit", "true ORDER BY id")]


async def asked(desk: Desk) -> tuple[Person, ConversationId]:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return await owner(desk), await only(desk)


async def test_rg6_what_a_person_opens_is_a_fact_and_nothing_that_was_read_stands_in_it(desk: Desk) -> None:
    me, conversation = await asked(desk)
    await reading.open_card(desk.office, me, conversation)
    await reading.read_history(desk.office, me, conversation, page=0)
    await reading.read_reasons(desk.office, me, conversation)
    await reading.search(desk.office, me, "Мария")

    about = f"conversation:{conversation}"
    assert await deeds(desk) == [
        (me.manager_id, "card_read", about),
        (me.manager_id, "history_read", about),
        (me.manager_id, "reasons_read", about),
        (me.manager_id, "searched", "conversations"),
    ]
    assert not [row for row in await desk.rows("audit") if "Мария" in str(dict(row)) or "Сколько" in str(dict(row))]


async def test_rg6_what_may_not_be_read_leaves_no_fact_of_a_reading(desk: Desk) -> None:
    _, conversation = await asked(desk)
    stranger = Person(ManagerId(await id_of(desk, "ivan")), Role.manager, frozenset({LineKey("support")}))
    with pytest.raises(NotFound):
        await reading.open_card(desk.office, stranger, conversation)

    assert await deeds(desk) == []


async def test_rg6_reports_are_facts_too(desk: Desk) -> None:
    await run_report(desk.office, ADMIN, "response", Asked())

    assert await deeds(desk) == [(0, "report_read", "report:response")]


async def test_rg6_changes_of_rights_are_facts(desk: Desk) -> None:
    token = await people.create_invite(desk.office, ADMIN, key="olga", name="Ольга", role=Role.head)
    olga = await people.accept_invite(desk.office, token, 777, "Ольга")
    await people.dismiss_manager(desk.office, ADMIN, olga.manager_id)

    about = f"manager:{olga.manager_id}"
    assert await deeds(desk) == [
        (0, "invited", about),
        (olga.manager_id, "let_in", about),
        (0, "dismissed", about),
    ]


async def test_rg6_nobody_is_let_in_without_the_fact_of_it(desk: Desk) -> None:
    token = await people.create_invite(desk.office, ADMIN, key="olga", name="Ольга")
    await desk.pool.execute("ALTER TABLE audit RENAME TO lost")
    with pytest.raises(asyncpg.UndefinedTableError):
        await people.accept_invite(desk.office, token, 777, "Ольга")

    assert not (await desk.one("managers", "key = 'olga'"))["is_active"]


async def test_rg4_what_a_person_saw_is_listed_for_the_administrator(desk: Desk) -> None:
    me, conversation = await asked(desk)
    await reading.open_card(desk.office, me, conversation)
    number = (await desk.one("conversations"))["number"]
    await show_in_chat(desk, me.manager_id, conversation)
    seen = await what_they_saw(desk.office, ADMIN, me.manager_id, since=desk.now - DAY)

    assert [fact.action.value for fact in seen.deeds] == ["card_read"]
    assert [seen.names[fact.subject] for fact in seen.deeds] == [f"#{number}"]
    assert [shown.number for shown in seen.shown] == [number]
    later = await what_they_saw(desk.office, ADMIN, me.manager_id, since=desk.now + timedelta(days=1))
    assert (later.deeds, later.shown) == ([], [])


async def test_rg4_a_person_among_what_was_done_is_named(desk: Desk) -> None:
    token = await people.create_invite(desk.office, ADMIN, key="olga", name="Ольга")
    olga = await people.accept_invite(desk.office, token, 777, "Ольга")
    seen = await what_they_saw(desk.office, ADMIN, olga.manager_id, since=desk.now - DAY)

    assert [seen.names[fact.subject] for fact in seen.deeds] == ["Ольга"]


async def show_in_chat(desk: Desk, manager_id: int, conversation: int) -> None:
    """A card that a notice brought into the manager's chat."""
    await desk.pool.execute(
        "INSERT INTO links (bot, chat_id, bot_message_id, conversation_id, manager_id, purpose, created_at) "
        "VALUES ('bot', 1, 1, $1, $2, 'card', $3)",
        conversation,
        manager_id,
        desk.now,
    )


@pytest.mark.parametrize("role", [Role.manager, Role.head])
async def test_rg7_nobody_else_asks_what_a_person_saw(desk: Desk, role: Role) -> None:
    me, _ = await asked(desk)
    asking: Any = Person(me.manager_id, role, frozenset({LineKey("sales")}))
    with pytest.raises((NotFound, PermissionDenied)):
        await what_they_saw(desk.office, asking, me.manager_id, since=desk.now - DAY)
