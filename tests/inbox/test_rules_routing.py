"""Which line and who, as the rules in force decide it for stored requests (R, M-13, case 18)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import Conflict
from hub.domain.inbound import Origin
from hub.inbox import assignment, conversations
from hub.store import managers
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says
from tests.inbox.rules import DAY, MINUTE, TWO_LINES, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_calls import PHONE, miss, ring
from tests.inbox.test_matching import form
from tests.inbox.test_queries import actor, only, other, owner

STAFF = ("[managers.anna]", "[managers.ivan]")
NUMBER = "+74951234567"
SUPPORT = '[lines.support]\nname = "Сервис"\n[[rules]]\nname = "Сервис"\nline = "support"\n[[rules.when]]\n'


async def settle(desk: Desk) -> None:
    """The client was answered and the conversation is over."""
    desk.clock.move(MINUTE)
    await answer(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.solved)


async def set_presence(desk: Desk, key: str, presence: str, until: timedelta | None = None) -> None:
    async with desk.pool.acquire() as connection:
        ends = None if until is None else desk.now + until
        await managers.set_presence(connection, await id_of(desk, key), presence, ends)


async def assignees(desk: Desk) -> Sequence[int | None]:
    return [row["assignee_id"] for row in await desk.pool.fetch("SELECT assignee_id FROM waits ORDER BY id")]


async def ask(desk: Desk, number: int) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(number)))


async def test_r1_the_words_of_a_request_choose_its_line_and_the_reason_is_kept(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await desk.receive(says("У меня сломалась лампа", at=desk.now))

    assert (await desk.one("waits"))["line"] == "support"
    assert (await desk.one("routing_decisions"))["line"] == "support"


async def test_r1_a_deep_link_chooses_the_line(desk: Desk) -> None:
    put_in_force(desk, ALWAYS_OPEN + SUPPORT + 'kind = "source"\nnames = ["box_qr"]\n')
    await desk.receive(says("Здравствуйте", at=desk.now, origin=Origin("box_qr")))

    assert (await desk.one("waits"))["line"] == "support"


async def test_r1_the_dialled_number_chooses_the_line_of_a_missed_call(desk: Desk) -> None:
    put_in_force(desk, ALWAYS_OPEN + SUPPORT + f'kind = "dialled"\nnumbers = ["{NUMBER}"]\n')
    await desk.receive(ring(desk, line_number=NUMBER), connection=4)
    await miss(desk)

    assert (await desk.one("waits"))["line"] == "support"


async def test_r1_an_open_conversation_stays_on_its_line_whatever_is_said_next(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await desk.receive(says("Старая сломалась", at=desk.now))

    assert [row["line"] for row in await desk.rows("waits")] == ["sales"]


async def test_r1_a_tag_of_the_client_chooses_the_line(desk: Desk) -> None:
    await ask(desk, 100)
    await settle(desk)
    await desk.pool.execute("UPDATE contacts SET tags = '[\"vip\"]'")
    put_in_force(desk, ALWAYS_OPEN + SUPPORT + 'kind = "tag"\nnames = ["vip"]\n')
    desk.clock.move(8 * DAY)
    await ask(desk, 100)

    assert (await desk.one("waits", "state = 'open'"))["line"] == "support"


async def test_r2_who_has_the_open_conversation_keeps_it(desk: Desk) -> None:
    await ask(desk, 100)
    mine = (await desk.one("waits"))["assignee_id"]
    desk.clock.move(MINUTE)
    await answer(desk)
    for number in range(2):
        await ask(desk, number + 1)
    await desk.receive(says("А доставка?", at=desk.now + MINUTE / 6))

    last = (await desk.pool.fetch("SELECT * FROM routing_decisions ORDER BY id"))[-1]
    assert (last["step"], last["assignee_id"]) == ("assignee", mine)


async def test_r3_a_client_who_returns_gets_the_manager_who_answered_last(desk: Desk) -> None:
    await ask(desk, 100)
    before = (await desk.one("waits"))["assignee_id"]
    await settle(desk)
    desk.clock.move(8 * DAY)
    await ask(desk, 100)

    decision = (await desk.pool.fetch("SELECT * FROM routing_decisions ORDER BY id"))[-1]
    assert (decision["step"], decision["assignee_id"]) == ("owner", before)


async def test_r3_a_client_goes_back_to_the_own_manager_when_the_shift_begins(desk: Desk) -> None:
    put_in_force(desk, line_says('owner_off_shift = "fallback_and_return"'))
    await ask(desk, 100)
    own = await owner(desk)
    own_key = (await desk.one("managers", "id = $1", own.manager_id))["key"]
    await settle(desk)
    desk.clock.move(DAY)
    await set_presence(desk, own_key, "off", timedelta(minutes=2))
    await ask(desk, 100)
    wait = await desk.one("waits", "state = 'open'")
    assert wait["assignee_id"] not in (None, own.manager_id)

    await pass_time(desk, 2 * MINUTE + timedelta(seconds=1))
    after = await desk.one("waits", "state = 'open'")
    assert after["assignee_id"] == (await desk.one("conversations"))["assignee_id"] == own.manager_id
    assert after["deadline_at"] == wait["deadline_at"]
    told = {
        row["payload"]["notice"]: row["manager_id"] for row in await desk.rows("deliveries", "key LIKE '%return:%'")
    }
    assert told == {"assigned": own.manager_id, "taken_away": wait["assignee_id"]}


async def test_r3_without_returning_the_substitute_keeps_the_client(desk: Desk) -> None:
    await ask(desk, 100)
    own = await owner(desk)
    own_key = (await desk.one("managers", "id = $1", own.manager_id))["key"]
    await settle(desk)
    desk.clock.move(DAY)
    await set_presence(desk, own_key, "off", timedelta(minutes=2))
    await ask(desk, 100)
    await pass_time(desk, 2 * MINUTE + timedelta(seconds=1))

    assert (await desk.one("conversations"))["assignee_id"] not in (None, own.manager_id)


async def test_r5_round_robin_takes_turns_and_least_loaded_the_freer_one(desk: Desk) -> None:
    anna, ivan = await id_of(desk, "anna"), await id_of(desk, "ivan")
    for number in range(4):
        await ask(desk, number + 1)
    assert await assignees(desk) == [anna, ivan, anna, ivan]

    await desk.pool.execute("UPDATE waits SET assignee_id = $1", anna)
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", anna)
    put_in_force(desk, line_says('strategy = "least_loaded"'))
    await ask(desk, 5)
    await ask(desk, 6)
    assert (await assignees(desk))[4:] == [ivan, ivan]


async def test_r5_offer_all_shows_it_to_everybody_and_the_first_press_takes_it(desk: Desk) -> None:
    put_in_force(desk, line_says('strategy = "offer_all"'))
    await ask(desk, 100)
    anna = await actor(desk, "anna")
    assert sorted((await desk.one("conversations"))["offered_to"]) == [
        await id_of(desk, "anna"),
        await id_of(desk, "ivan"),
    ]

    await assignment.take(desk.office, anna, await only(desk))
    with pytest.raises(Conflict) as lost:
        await assignment.take(desk.office, await actor(desk, "ivan"), await only(desk))
    assert lost.value.winner == "Анна"
    assert await assignees(desk) == [anna.manager_id]


async def test_r5_strict_order_begins_with_the_first_of_the_team(desk: Desk) -> None:
    put_in_force(desk, line_says('strategy = "strict_order"', 'team = ["ivan", "anna"]', *STAFF))
    await ask(desk, 1)
    await ask(desk, 2)

    assert await assignees(desk) == [await id_of(desk, "ivan")] * 2


async def test_r5_strict_order_goes_on_to_the_next_when_the_time_to_accept_is_over(desk: Desk) -> None:
    put_in_force(desk, line_says('strategy = "strict_order"', 'team = ["ivan", "anna"]', *STAFF))
    await ask(desk, 1)
    await pass_time(desk, 6 * MINUTE)

    wait = await desk.one("waits")
    assert (wait["assignee_id"], wait["declined"]) == (await id_of(desk, "anna"), [await id_of(desk, "ivan")])


def skilled(kind: str) -> str:
    """Rules by which a question about English needs, or rather has, somebody who speaks it: only Anna does."""
    rule = f'[[rules]]\nname = "Английский"\n{kind} = ["en"]\n[[rules.when]]\nkind = "text"\nwords = ["english"]\n'
    return ALWAYS_OPEN + '[managers.anna]\nskills = ["en"]\n[managers.ivan]\n' + rule


@pytest.mark.parametrize("first", ["anna", "ivan"])
async def test_r4_who_lacks_a_required_skill_never_gets_it_whoever_has_the_turn(desk: Desk, first: str) -> None:
    put_in_force(desk, skilled("skills"))
    await managers_turn(desk, first)
    await desk.receive(says("Do you speak english?", at=desk.now))

    assert await assignees(desk) == [await id_of(desk, "anna")]


async def test_r4_a_required_skill_is_asked_again_when_the_time_to_accept_is_over(desk: Desk) -> None:
    put_in_force(desk, skilled("skills"))
    await desk.receive(says("Do you speak english?", at=desk.now))
    for _ in range(4):
        await pass_time(desk, 6 * MINUTE)

    given = await desk.rows("routing_decisions", "true ORDER BY id")
    asked = {row["assignee_id"] for row in given} | {each for row in given for each in row["offered_to"]}
    assert asked <= {await id_of(desk, "anna"), None}
    assert len(given) > 1


async def test_r4_a_preferred_skill_sorts_and_excludes_nobody(desk: Desk) -> None:
    put_in_force(desk, skilled("preferred_skills"))
    await desk.receive(says("Do you speak english?", at=desk.now))
    assert await assignees(desk) == [await id_of(desk, "anna")]
    await pass_time(desk, 6 * MINUTE)

    assert await assignees(desk) == [await id_of(desk, "ivan")]


async def managers_turn(desk: Desk, key: str) -> None:
    """Let everybody else have had a turn a moment ago."""
    await desk.pool.execute("UPDATE managers SET last_assigned_at = $1 WHERE key <> $2", desk.now, key)


async def test_r5_a_manual_line_leaves_it_to_people(desk: Desk) -> None:
    put_in_force(desk, line_says('strategy = "manual"'))
    await ask(desk, 1)

    assert await assignees(desk) == [None]


async def test_r7_a_full_manager_is_passed_over_and_one_too_many_waits_in_the_queue(desk: Desk) -> None:
    put_in_force(desk, line_says("capacity = 1"))
    for number in range(3):
        await ask(desk, number + 1)

    assert [each is None for each in await assignees(desk)] == [False, False, True]


async def test_r7_who_has_just_answered_is_still_busy_for_ten_minutes(desk: Desk) -> None:
    put_in_force(desk, line_says("capacity = 1", 'team = ["anna"]', *STAFF))
    await ask(desk, 1)
    desk.clock.move(MINUTE)
    await answer(desk)
    await ask(desk, 2)
    desk.clock.move(11 * MINUTE)
    await ask(desk, 3)

    assert [each is None for each in await assignees(desk)] == [False, True, False]


async def test_r12_a_transfer_moves_neither_start_nor_deadline_and_holds_until_accepted(desk: Desk) -> None:
    await ask(desk, 100)
    before, me, colleague = await desk.one("waits"), await owner(desk), await other(desk)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id, note="твой регион")
    assert (await desk.one("conversations"))["assignee_id"] == me.manager_id

    await assignment.accept_transfer(desk.office, colleague, await only(desk))
    after = await desk.one("waits")
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert after["assignee_id"] == colleague.manager_id


async def test_edge18_every_persons_share_of_the_holding_time_follows_from_the_ledger(desk: Desk) -> None:
    await ask(desk, 100)
    wait, me, colleague = await desk.one("waits"), await owner(desk), await other(desk)
    desk.clock.move(4 * MINUTE)
    await assignment.transfer(desk.office, me, await only(desk), to=colleague.manager_id)
    await assignment.accept_transfer(desk.office, colleague, await only(desk))
    desk.clock.move(2 * MINUTE)
    await answer(desk)

    entries = await desk.pool.fetch("SELECT * FROM ledger WHERE wait_id = $1 ORDER BY occurred_at, id", wait["id"])
    taken = [(row["occurred_at"], row["manager_id"]) for row in entries if row["kind"] in ("assigned", "taken")]
    ended = next(row["occurred_at"] for row in entries if row["kind"] == "answered")
    until = [at for at, _ in taken[1:]] + [ended]
    shares = {holder: end - since for (since, holder), end in zip(taken, until, strict=True)}
    assert list(shares) == [me.manager_id, colleague.manager_id]
    assert sum(shares.values(), timedelta(0)) == ended - taken[0][0]
    assert 3 * MINUTE < shares[me.manager_id] < 5 * MINUTE


async def test_m13_a_form_fills_only_empty_fields_of_the_open_lead_and_stays_in_the_history(desk: Desk) -> None:
    await desk.receive(says("Хочу лампу", at=desk.now, by=person(1, phone=PHONE), origin=Origin("vk")))
    await desk.pool.execute('UPDATE leads SET fields = \'{"Город": "Тверь"}\'')
    filled = form(desk, phone=PHONE)
    fields = (("Город", "Москва"), ("Бюджет", "10 000"))
    await desk.receive(
        type(filled)(filled.external_id, filled.form, filled.sender, filled.occurred_at, fields=fields), connection=3
    )

    lead = await desk.one("leads")
    assert (lead["fields"], lead["source"]) == ({"Город": "Тверь", "Бюджет": "10 000"}, "vk")
    assert (await desk.one("messages", "kind = 'form'"))["fields"] == [["Город", "Москва"], ["Бюджет", "10 000"]]


async def test_m13_after_the_window_a_request_makes_a_new_lead(desk: Desk) -> None:
    await ask(desk, 100)
    desk.clock.move(MINUTE)
    await answer(desk)
    desk.clock.move(31 * DAY)
    await ask(desk, 100)

    assert len(await desk.rows("leads")) == 2


async def test_l4_the_first_human_answer_moves_the_lead_to_contacted_once(desk: Desk) -> None:
    await ask(desk, 100)
    assert (await desk.one("leads"))["stage"] == "new"
    desk.clock.move(MINUTE)
    await answer(desk)
    desk.clock.move(MINUTE)
    await answer(desk, "И ещё одно")

    assert (await desk.one("leads"))["stage"] == "contacted"
    assert len(await desk.rows("lead_stage_facts")) == 2


async def test_l1_a_lead_knows_where_it_came_from(desk: Desk) -> None:
    origin = Origin("promo_page", {"utm_source": "yandex", "yclid": "17"})
    await desk.receive(says("Хочу купить", at=desk.now, origin=origin))

    lead = await desk.one("leads")
    assert (lead["source"], lead["channel"], lead["origin"]) == ("promo_page", "telegram", dict(origin.marks))
