"""RP-2, RP-3, RP-4, RP-10: leads by their stage facts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId, LeadId
from hub.domain.lead import StageFact
from hub.domain.lead_story import tell_lead
from hub.domain.stages import StageState
from hub.inbox import conversations, merge, waits
from tests.inbox.desk import Desk, person, says
from tests.inbox.reports.busy_day import asks, figure, tables_of
from tests.inbox.rules import DAY, MINUTE, answer, pass_time
from tests.inbox.test_merge import three_cards

HOUR = timedelta(hours=1)
_ADD = """
INSERT INTO lead_stage_facts (id, lead_id, from_stage, to_stage, cause, occurred_at, facts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def lead(desk: Desk, number: int, *moves: str, began: datetime | None = None, **facts: Any) -> None:
    """Write the facts of a lead that moved once an hour; `facts` of its origin and its end."""
    began = began or desk.now - 10 * HOUR
    end = {"reason": facts.pop("reason", ""), "amount": facts.pop("amount", "")}
    origin = {"line": "sales", "channel": "telegram", "source": "", "origin": {}, "contact_id": number, **facts}
    for place, stage in enumerate(("new", *moves)):
        told = origin if not place else end if stage in ("won", "lost") else {}
        before = ("", "new", *moves)[place]
        await desk.pool.execute(_ADD, number * 10 + place, number, before, stage, "event", began + place * HOUR, told)


async def test_rp2_a_stage_is_reached_by_every_lead_that_ever_stood_on_it(desk: Desk) -> None:
    await lead(desk, 1, "contacted", "proposal_sent", "won")
    await lead(desk, 2, "contacted")
    await lead(desk, 3, "lost", reason="price")
    await lead(desk, 4)
    rows = {row["stage"]: row for row in (await tables_of(desk, "funnel"))["stages"]}

    assert [rows[stage]["reached"] for stage in ("New", "Contacted", "Proposal sent", "Won", "Lost")] == [4, 2, 1, 1, 1]
    assert rows["Contacted"]["conversion"] == 0.5
    assert (rows["New"]["median"], rows["New"]["standing"], rows["Contacted"]["standing"]) == (3600, 1, 1)
    assert rows["Contacted"]["standing_median"] // 60 == 9 * 60


async def test_rp2_only_leads_that_began_in_the_period_are_in_it(desk: Desk) -> None:
    await lead(desk, 1, "contacted", began=desk.now - 60 * DAY)

    assert {row["reached"] for row in (await tables_of(desk, "funnel"))["stages"]} == {0}


async def test_rp3_sources_and_campaigns_bring_leads_answers_sales_and_money(desk: Desk) -> None:
    spring = {"utm_campaign": "spring"}
    await lead(desk, 1, "contacted", "won", source="vk", origin=spring, amount="1500.50")
    await lead(desk, 2, "contacted", source="vk", origin=spring)
    await lead(desk, 3, "lost", source="vk", reason="price", amount="900")
    first, second = (await tables_of(desk, "sources"))["sources"]

    assert first == {
        "source": "vk", "campaign": "spring", "leads": 2, "contacted": 2, "won": 1, "conversion": 0.5, "amount": 1500.5
    }  # fmt: skip
    assert (second["campaign"], second["leads"], second["contacted"], second["amount"]) == ("", 1, 0, 0)


async def test_rp4_losses_are_counted_by_reason_and_by_the_stage_before(desk: Desk) -> None:
    await lead(desk, 1, "contacted", "lost", reason="price")
    await lead(desk, 2, "contacted", "lost", reason="price")
    await lead(desk, 3, "lost", reason="rival")
    told = await tables_of(desk, "losses")

    assert [(row["reason"], row["lost"]) for row in told["reasons"]] == [
        ("Too expensive", 2),
        ("Chose somebody else", 1),
    ]
    assert [(row["stage"], row["lost"]) for row in told["stages"]] == [("Contacted", 2), ("New", 1)]
    assert told["reasons"][0]["share"] == pytest.approx(2 / 3)


async def test_rp10_new_clients_come_for_the_first_time_ever(desk: Desk) -> None:
    await asks(desk, 1)
    await answer(desk)
    await pass_time(desk, 40 * DAY)
    first, other = await asks(desk, 1), await asks(desk, 2)
    await pass_time(desk, MINUTE)
    await answer(desk, where=other)
    await asks(desk, 2)
    await asks(desk, 3)
    told = await tables_of(desk, "clients")

    assert [figure(told, name, "value") for name in ("clients", "new", "returning", "requests")] == [3, 2, 1, 4]
    assert figure(told, "repeat_share", "value") == pytest.approx(2 / 4)
    assert first != other


async def test_rp10_m10_joined_cards_are_one_client_and_spam_is_none(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    await desk.pool.execute("UPDATE ledger SET contact_id = $1 WHERE kind = 'wait_opened'", question["contact_id"])
    spam = await asks(desk, 9)
    await conversations.close(desk.office, anna, spam, outcome=Outcome.spam)
    told = await tables_of(desk, "clients")

    assert (figure(told, "clients", "value"), figure(told, "requests", "value")) == (1, 1)


async def test_rp10_m10_who_asked_before_on_a_card_that_was_joined_comes_back(desk: Desk) -> None:
    anna, question = await three_cards(desk)
    await merge.join_candidate(desk.office, anna, question["id"], with_contact=question["candidates"][0])
    kept = await desk.one("conversations", "state = 'open'")
    await waits.dismiss(desk.office, anna, ConversationId(kept["id"]))
    await pass_time(desk, 40 * DAY)
    await desk.receive(says("Снова я", at=desk.now, by=person(300)))
    told = await tables_of(desk, "clients")

    assert [figure(told, name, "value") for name in ("new", "returning")] == [0, 1]


async def test_rp3_a_stage_the_rules_have_no_more_is_shown_by_its_key_and_others_lines_are_left_out(desk: Desk) -> None:
    await lead(desk, 1, "tasting")
    await lead(desk, 2, "tasting", line="support")
    rows = {row["stage"]: row["reached"] for row in (await tables_of(desk, "funnel", line="sales"))["stages"]}

    assert rows["tasting"] == 1


async def test_rp4_leads_that_are_not_lost_have_no_reason(desk: Desk) -> None:
    await lead(desk, 1, "contacted")
    await lead(desk, 2, "lost", reason="price")

    assert [row["lost"] for row in (await tables_of(desk, "losses"))["reasons"]] == [1]


async def test_rp10_a_sale_without_an_amount_counts_and_an_open_lead_does_not(desk: Desk) -> None:
    await lead(desk, 1, "won")
    await lead(desk, 2, "contacted")
    told = await tables_of(desk, "clients")

    assert (figure(told, "won", "value"), figure(told, "average", "value")) == (1, None)


async def test_rp10_sales_have_an_average_and_a_length(desk: Desk) -> None:
    await lead(desk, 1, "contacted", "won", amount="1000")
    await lead(desk, 2, "won", amount="2000")
    told = await tables_of(desk, "clients")

    assert [figure(told, name, "value") for name in ("won", "amount", "average")] == [2, 3000, 1500]
    assert figure(told, "cycle_median", "value") == 3600


def fact(stage: str, hour: int, before: str = "", **facts: Any) -> StageFact:
    at = datetime.fromisoformat("2026-11-02T09:00:00+00:00") + hour * HOUR
    return StageFact(hour, LeadId(1), stage, "event", at, from_stage=before, facts=facts)


def state_of(stage: str) -> StageState:
    return StageState(stage) if stage in ("won", "lost") else StageState.open


def test_l6_a_move_to_where_it_stands_is_no_move() -> None:
    story = tell_lead([fact("new", 0), fact("new", 1, "new"), fact("contacted", 3, "new")], state_of)

    assert [(each.stage, each.length(story.last.since)) for each in story.standings] == [
        ("new", 3 * HOUR),
        ("contacted", timedelta(0)),
    ]


@pytest.mark.parametrize(("said", "amount"), [("1 500,50", Decimal("1500.50")), ("", None), ("много", None)])
def test_rp3_an_amount_is_money_or_nothing(said: str, amount: Decimal | None) -> None:
    assert tell_lead([fact("new", 0), fact("won", 1, "new", amount=said)], state_of).amount == amount
