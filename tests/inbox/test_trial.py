"""Dry run of rules over what really happened (R-15): who would have got what, which deadlines move, and no effect."""

import hashlib

import pytest

from hub.domain.errors import NotFound, PermissionDenied
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.policy import Policy
from hub.domain.rights import Person
from hub.inbox.trial import Trial, try_policy
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.reports import Period
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import DAY, MINUTE, TWO_LINES, answer, id_of, line_says, put_in_force
from tests.inbox.test_calls import miss
from tests.inbox.test_matching import form
from tests.inbox.test_queries import only

ADMIN = Person(ManagerId(0), Role.admin, frozenset())


def draft(document: str) -> Policy:
    return to_policy(parse_policy(document), 99)


async def replay(desk: Desk, document: str, *, actor: Person = ADMIN) -> Trial:
    return await try_policy(desk.office, actor, draft(document), Period(desk.now - DAY, desk.now + DAY))


async def ask(desk: Desk, number: int, text: str = "Сколько стоит?") -> None:
    await desk.receive(says(text, at=desk.now, by=person(number)))
    desk.clock.move(MINUTE)


async def fingerprint(desk: Desk) -> dict[str, str]:
    """Every row of every table as one sum a table."""
    tables = await desk.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    sums = {}
    for name in (row["tablename"] for row in tables):
        rows = await desk.pool.fetch(f"SELECT t::text AS row FROM {name} t ORDER BY 1")
        sums[name] = hashlib.sha256("".join(row["row"] for row in rows).encode()).hexdigest()
    return sums


async def test_r15_the_same_rules_change_nothing_and_agree_with_what_happened(desk: Desk) -> None:
    for number in range(1, 7):
        await ask(desk, number)
    trial = await replay(desk, ALWAYS_OPEN)

    assert (trial.requests, trial.agreeing, trial.changes) == (6, 6, [])
    assert trial.got == trial.would_get


async def test_r15_a_shorter_target_moves_every_deadline_by_the_difference(desk: Desk) -> None:
    for number in range(1, 4):
        await ask(desk, number)
    trial = await replay(desk, line_says("[lines.sales.targets]", 'first_response = "5m"'))

    assert [change.moved for change in trial.changes] == [-10 * MINUTE] * 3
    assert all(change.was.people == change.becomes.people for change in trial.changes)


async def test_r15_a_new_rule_sends_by_the_words_of_the_client(desk: Desk) -> None:
    await ask(desk, 1, "У меня сломалась лампа")
    await ask(desk, 2, "Сколько стоит?")
    trial = await replay(desk, TWO_LINES)

    (change,) = trial.changes
    assert (change.was.line, change.becomes.line) == ("sales", "support")
    assert "правило «Поломки»" in " ".join(change.becomes.reasons_in("ru"))


async def test_r15_another_team_gets_the_clients_and_the_turns_go_on(desk: Desk) -> None:
    for number in range(1, 5):
        await ask(desk, number)
    trial = await replay(desk, line_says('team = ["anna"]', "[managers.anna]"))

    anna, ivan = await id_of(desk, "anna"), await id_of(desk, "ivan")
    assert (trial.got[anna], trial.got[ivan], trial.would_get[anna], trial.would_get[ivan]) == (2, 2, 4, 0)
    assert len(trial.changes) == 2


async def test_r15_load_is_replayed_clients_are_answered_when_they_really_were(desk: Desk) -> None:
    await ask(desk, 1)
    await answer(desk)
    desk.clock.move(20 * MINUTE)
    await ask(desk, 2)
    await ask(desk, 3)
    trial = await replay(desk, line_says("capacity = 1", 'team = ["anna"]', "[managers.anna]"))

    anna = await id_of(desk, "anna")
    assert trial.would_get[anna] == 2
    assert [change.becomes.people for change in trial.changes][-1] == ()


async def test_r15_forms_and_calls_are_replayed_with_what_rules_look_at(desk: Desk) -> None:
    await desk.receive(form(desk), connection=3)
    await miss(desk)
    rule = '[[rules]]\nname = "Форма"\nline = "support"\n[[rules.when]]\nkind = "channel"\nnames = ["webform"]\n'
    trial = await replay(desk, ALWAYS_OPEN + '[lines.support]\nname = "Сервис"\n' + rule)

    assert {change.becomes.line for change in trial.changes} == {"support"}
    assert len(trial.changes) == 1


async def test_r15_a_dry_run_changes_no_row_of_any_table(desk: Desk) -> None:
    put_in_force(desk, ALWAYS_OPEN)
    for number in range(1, 4):
        await ask(desk, number)
    await answer(desk, where=await first(desk))
    before = await fingerprint(desk)
    await replay(desk, line_says('strategy = "least_loaded"', "[lines.sales.targets]", 'first_response = "1m"'))

    assert await fingerprint(desk) == before


async def first(desk: Desk) -> int:
    return int((await desk.one("conversations", "id = (SELECT min(id) FROM conversations)"))["id"])


async def test_r15_requests_outside_the_period_are_left_alone(desk: Desk) -> None:
    await ask(desk, 1)
    assert await only(desk)
    trial = await try_policy(desk.office, ADMIN, draft(ALWAYS_OPEN), Period(desk.now, desk.now + DAY))

    assert (trial.requests, trial.changes) == (0, [])


@pytest.mark.parametrize("role", [Role.manager, Role.head])
async def test_r15_only_who_may_edit_the_rules_tries_them(desk: Desk, role: Role) -> None:
    with pytest.raises((NotFound, PermissionDenied)):
        await replay(desk, ALWAYS_OPEN, actor=Person(ManagerId(1), role, frozenset({LineKey("sales")})))
