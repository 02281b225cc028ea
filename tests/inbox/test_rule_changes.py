"""Changing the rules: tried before it counts, decided by an administrator, refused when the rules have moved on."""

import asyncio
from datetime import timedelta

import pytest

from hub.domain.errors import NotFound, PermissionDenied, PolicyInvalid
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.draft_ends import watch_drafts
from hub.inbox.people import AT_THE_MACHINE
from hub.inbox.rule_changes import (
    LAPSES_AFTER,
    DraftLapsed,
    DryRun,
    NothingChanges,
    RulesMoved,
    TooManyDrafts,
    apply_draft,
    change_at_once,
    list_drafts,
    propose,
    put_in_force,
    read_rules,
    refuse_draft,
    try_draft,
)
from hub.routing.changes import JOIN, Wish, Wished
from hub.store.policy import PolicyChange
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import put_in_force as put_here

HOURS = Wish(Wished.hours, "sales", "", "пн-пт 9-18")
TARGET = Wish(Wished.targets, "sales", "", "5 мин")
HEAD = Person(ManagerId(1), Role.head, frozenset({LineKey("sales")}))
ELSEWHERE = Person(ManagerId(2), Role.head, frozenset({LineKey("support")}))
MANAGER = Person(ManagerId(1), Role.manager, frozenset({LineKey("sales")}))


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """The rules of the test's desk, stored as revision 1."""
    await put_in_force(desk.pool, desk.office.ids, ALWAYS_OPEN, PolicyChange(desk.now))
    return desk


async def proposed(desk: Desk, wish: Wish = HOURS, *, actor: Person = AT_THE_MACHINE) -> DryRun:
    return await propose(desk.office, actor, wish)


async def revisions(desk: Desk) -> list[int]:
    return [row["number"] for row in await desk.rows("policy_revisions", "true ORDER BY number")]


async def test_r15_a_proposal_says_what_would_change_and_changes_nothing(desk: Desk) -> None:
    for number in range(1, 4):
        await desk.receive(says("Сколько стоит?", at=desk.now, by=person(number)))
    run = await proposed(desk)

    assert any("calendars.always.hours.mon-fri" in each for each in run.changes)
    assert run.trial.requests == 3
    assert await revisions(desk) == [1]


async def test_r15_what_is_decided_at_this_moment_is_proposed_anew_and_stays_as_it_was_decided(desk: Desk) -> None:
    first = (await proposed(desk)).draft.id
    [before] = await desk.rows("policy_drafts")
    async with desk.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("UPDATE policy_drafts SET state = 'refused' WHERE id = $1", first)
            desk.clock.move(timedelta(minutes=1))
            proposing = asyncio.create_task(proposed(desk))
            await desk.until_held_up(1)
        again = (await proposing).draft.id
    [old, new] = await desk.rows("policy_drafts", "true ORDER BY id")
    assert (old["created_at"], new["id"], new["state"]) == (before["created_at"], again, "open")


async def test_d6_the_open_deadlines_that_would_move_are_those_that_do(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    run = await proposed(desk, Wish(Wished.hours, "sales", "", "вс 3-4"))
    assert (run.earlier, run.later) == (0, 1)
    assert (await proposed(desk, TARGET)).later == 0  # a target stays frozen in an open wait (D-1)


async def test_an_administrator_puts_it_into_force_and_the_audit_names_them(desk: Desk) -> None:
    boss = Person(await desk.hire("boss", role=Role.admin), Role.admin, frozenset())
    run = await proposed(desk, actor=boss)
    assert await apply_draft(desk.office, boss, run.draft.id, base=run.base) == 2

    latest = await desk.one("policy_revisions", "number = 2")
    assert ('mon-fri = ["09:00-18:00"]' in latest["document"], latest["manager_id"]) == (True, boss.manager_id)
    facts = await desk.rows("audit", "action = 'policy_changed' AND manager_id = $1", boss.manager_id)
    assert [each["facts"]["revision"] for each in facts] == [2]
    assert await list_drafts(desk.office, boss) == []


async def test_a_change_tried_over_older_rules_is_refused_and_can_be_tried_anew(desk: Desk) -> None:
    run, other = await proposed(desk), await proposed(desk, TARGET)
    await apply_draft(desk.office, AT_THE_MACHINE, other.draft.id, base=other.base)

    with pytest.raises(RulesMoved):
        await apply_draft(desk.office, AT_THE_MACHINE, run.draft.id, base=run.base)
    again = await try_draft(desk.office, AT_THE_MACHINE, run.draft.id)
    assert (again.base, again.changes) == (2, run.changes)
    await apply_draft(desk.office, AT_THE_MACHINE, run.draft.id, base=again.base)

    rules = await read_rules(desk.office, AT_THE_MACHINE)
    assert rules.document.lines["sales"].targets.first_response == timedelta(minutes=5)
    assert rules.document.calendars["always"].hours == {"mon-fri": ("09:00-18:00",)}


async def test_a_decision_is_made_once(desk: Desk) -> None:
    run = await proposed(desk)
    await refuse_draft(desk.office, AT_THE_MACHINE, run.draft.id)
    for attempt in (
        refuse_draft(desk.office, AT_THE_MACHINE, run.draft.id),
        apply_draft(desk.office, AT_THE_MACHINE, run.draft.id, base=run.base),
        try_draft(desk.office, AT_THE_MACHINE, run.draft.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await revisions(desk) == [1]


async def test_a_proposal_that_nobody_decides_lapses_after_14_days_and_who_made_it_is_told_once(desk: Desk) -> None:
    run, own = await proposed(desk, actor=HEAD), await proposed(desk, TARGET)
    desk.clock.move(LAPSES_AFTER - timedelta(seconds=1))
    fresh = await proposed(desk, Wish(Wished.targets, "sales", "", "7 мин"))
    assert await watch_drafts(desk.office) == 0

    desk.clock.move(timedelta(seconds=1))
    assert [await watch_drafts(desk.office) for _ in range(2)] == [2, 0]
    [told] = await desk.rows("deliveries", "payload->>'notice' = 'draft_lapsed'")
    assert (told["manager_id"], told["payload"]["wish"]) == (1, {"kind": "hours", "line": "sales", "name": ""})
    assert [each.id for each in await list_drafts(desk.office, AT_THE_MACHINE)] == [fresh.draft.id]
    states = await desk.rows("policy_drafts", "true ORDER BY id")
    assert [row["state"] for row in states] == ["lapsed", "lapsed", "open"]
    for draft in (run, own):
        with pytest.raises(DraftLapsed):
            await apply_draft(desk.office, AT_THE_MACHINE, draft.draft.id, base=draft.base)
    assert await revisions(desk) == [1]


async def test_a_proposal_that_is_too_old_is_refused_though_nobody_has_looked_yet(desk: Desk) -> None:
    run = await proposed(desk, actor=HEAD)
    desk.clock.move(LAPSES_AFTER)
    for attempt in (
        apply_draft(desk.office, AT_THE_MACHINE, run.draft.id, base=run.base),
        try_draft(desk.office, HEAD, run.draft.id),
        refuse_draft(desk.office, HEAD, run.draft.id),
    ):
        with pytest.raises(DraftLapsed):
            await attempt
    assert await list_drafts(desk.office, HEAD) == []


async def test_rg2_what_became_of_a_proposal_is_said_to_nobody_whom_it_does_not_concern(desk: Desk) -> None:
    run = await proposed(desk, actor=HEAD)
    await refuse_draft(desk.office, AT_THE_MACHINE, run.draft.id)
    for stranger in (ELSEWHERE, MANAGER):
        with pytest.raises(NotFound) as refused:
            await try_draft(desk.office, stranger, run.draft.id)
        assert refused.type is NotFound


async def test_rg4_who_leads_the_line_no_more_sees_nothing_of_what_they_proposed(desk: Desk) -> None:
    run = await proposed(desk, actor=HEAD)
    elsewhere = Person(HEAD.manager_id, Role.head, frozenset({LineKey("support")}))
    for moved in (MANAGER, elsewhere):
        for attempt in (try_draft(desk.office, moved, run.draft.id), refuse_draft(desk.office, moved, run.draft.id)):
            with pytest.raises(NotFound):
                await attempt


async def test_the_same_proposal_once_more_is_that_one_and_administrators_are_told_once(desk: Desk) -> None:
    boss = await desk.hire("boss", role=Role.admin)
    first = await proposed(desk, actor=HEAD)
    desk.clock.move(timedelta(days=10))
    again = await proposed(desk, actor=HEAD)
    assert again.draft.id == first.draft.id
    assert again.draft.created_at - first.draft.created_at >= timedelta(days=10)
    assert len(await desk.rows("policy_drafts")) == len(await desk.rows("audit", "action = 'policy_proposed'")) == 1
    [told] = await desk.rows("deliveries", "payload->>'notice' = 'draft_offered'")
    assert (told["manager_id"], told["payload"]["draft_id"]) == (boss, first.draft.id)
    assert (await proposed(desk, TARGET, actor=HEAD)).draft.id != first.draft.id


async def test_one_head_cannot_fill_the_list_of_what_waits_for_a_decision(desk: Desk) -> None:
    wishes = [Wish(Wished.targets, "sales", "", f"{minutes} мин") for minutes in range(2, 13)]
    runs = [await proposed(desk, wish, actor=HEAD) for wish in wishes[:10]]
    with pytest.raises(TooManyDrafts):
        await proposed(desk, wishes[10], actor=HEAD)
    await proposed(desk, wishes[9], actor=HEAD)
    await refuse_draft(desk.office, HEAD, runs[0].draft.id)
    await proposed(desk, wishes[10], actor=HEAD)


async def test_newcomers_who_join_a_team_at_once_all_stand_in_it(desk: Desk) -> None:
    await put_in_force(
        desk.pool, desk.office.ids, ALWAYS_OPEN + 'team = ["anna"]\n[managers.anna]\n', PolicyChange(desk.now)
    )
    joining = [Wish(Wished.team, "sales", key, JOIN) for key in ("olga", "petr", "vera", "zoya")]
    await asyncio.gather(*(change_at_once(desk.office, AT_THE_MACHINE, [each], comment="") for each in joining))
    rules = await read_rules(desk.office, AT_THE_MACHINE)
    assert sorted(rules.document.lines["sales"].team) == ["anna", "olga", "petr", "vera", "zoya"]


async def test_what_the_rules_say_already_and_what_is_wrong_is_not_kept(desk: Desk) -> None:
    with pytest.raises(NothingChanges):
        await proposed(desk, Wish(Wished.hours, "sales", "", "круглосуточно"))
    with pytest.raises(PolicyInvalid):
        await proposed(desk, Wish(Wished.hours, "sales", "", "когда-нибудь"))
    assert await desk.rows("policy_drafts") == []


async def test_rg1_heads_propose_for_their_own_lines_and_administrators_decide(desk: Desk) -> None:
    run = await proposed(desk, actor=HEAD)
    for attempt in (
        proposed(desk, actor=ELSEWHERE),
        proposed(desk, actor=MANAGER),
        proposed(desk, Wish(Wished.automation, name="A-4", words="on"), actor=HEAD),
        apply_draft(desk.office, HEAD, run.draft.id, base=run.base),
        try_draft(desk.office, ELSEWHERE, (await proposed(desk)).draft.id),
        list_drafts(desk.office, MANAGER),
        read_rules(desk.office, HEAD),
        change_at_once(desk.office, HEAD, [HOURS], comment=""),
        refuse_draft(desk.office, MANAGER, (await proposed(desk, TARGET)).draft.id),
    ):
        with pytest.raises((NotFound, PermissionDenied)):
            await attempt
    assert await revisions(desk) == [1]


async def test_who_proposed_sees_it_and_may_take_it_back(desk: Desk) -> None:
    run, _ = await proposed(desk, actor=HEAD), await proposed(desk, TARGET)
    assert [each.id for each in await list_drafts(desk.office, HEAD)] == [run.draft.id]
    assert (await try_draft(desk.office, HEAD, run.draft.id)).changes == run.changes
    await refuse_draft(desk.office, HEAD, run.draft.id)
    assert await list_drafts(desk.office, HEAD) == []


async def test_many_proposals_of_others_do_not_hide_ones_own(desk: Desk) -> None:
    for minutes in range(2, 22):
        await proposed(desk, Wish(Wished.targets, "sales", "", f"{minutes} мин"))
    run = await proposed(desk, actor=HEAD)
    assert [each.id for each in await list_drafts(desk.office, HEAD)] == [run.draft.id]


async def test_an_automation_and_a_whole_document_go_the_same_way(desk: Desk) -> None:
    run = await proposed(desk, Wish(Wished.automation, name="A-4", words="on"))
    assert [each.startswith(("+ automations.A-4", "automations.A-4")) for each in run.changes] == [True] * len(
        run.changes
    )
    whole = await proposed(desk, Wish(Wished.document, words=ALWAYS_OPEN.replace("Продажи", "Отдел продаж")))
    assert whole.changes == ("lines.sales.name: Продажи → Отдел продаж",)


async def test_r15_doubts_are_those_the_change_brings(desk: Desk) -> None:
    assert (await proposed(desk)).doubts == ()
    put_here(desk, ALWAYS_OPEN)
    gone = await desk.hire("gone")
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE id = $1", gone)
    wanted = ALWAYS_OPEN + 'team = ["gone", "anna"]\n[managers.gone]\n[managers.anna]\n'
    run = await proposed(desk, Wish(Wished.document, words=wanted))
    assert any("gone" in each.ru for each in run.doubts)
