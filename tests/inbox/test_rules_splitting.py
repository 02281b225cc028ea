"""A letter under another subject may become a conversation of its own (case 42)."""

from dataclasses import replace

import pytest

from hub.domain.errors import Conflict
from hub.domain.inbound import MailHints
from hub.inbox.splitting import split_off
from tests.inbox.desk import Desk
from tests.inbox.rules import MINUTE, answer
from tests.inbox.test_matching import letter
from tests.inbox.test_queries import only, owner


async def writes(desk: Desk, subject: str, *, number: int) -> None:
    """Let the client write a letter of the same thread."""
    said = letter(desk, number=number)
    ids = MailHints(message_id=f"m{number}@example.com", in_reply_to="m1@example.com" * (number > 1), subject=subject)
    await desk.receive(replace(said, mail=ids), connection=2)
    desk.clock.move(MINUTE)


async def test_edge42_what_came_after_the_letter_goes_along_and_the_rest_stays(desk: Desk) -> None:
    await writes(desk, "Расчёт", number=1)
    await answer(desk)
    await writes(desk, "Акт сверки", number=2)
    await writes(desk, "Re: Акт сверки", number=3)
    before = await only(desk)
    own = await split_off(desk.office, await owner(desk), before)

    placed = await desk.rows("messages", "direction = 'inbound' ORDER BY id")
    assert [row["conversation_id"] for row in placed] == [before, own, own]
    states = {row["id"]: (row["state"], row["subject"]) for row in await desk.rows("conversations")}
    assert states == {before: ("closed", "Расчёт"), own: ("open", "Акт сверки")}
    assert (await desk.one("ledger", "kind = 'split_off'"))["conversation_id"] == own


@pytest.mark.parametrize("subject", ["Re: Расчёт", "RE: [EXTERNAL] расчёт", ""])
async def test_edge42_the_same_matter_cannot_be_split(desk: Desk, subject: str) -> None:
    await writes(desk, "Расчёт", number=1)
    await answer(desk)
    await writes(desk, subject, number=2)

    with pytest.raises(Conflict):
        await split_off(desk.office, await owner(desk), await only(desk))


async def test_edge42_an_earlier_question_is_answered_first(desk: Desk) -> None:
    await writes(desk, "Расчёт", number=1)
    await writes(desk, "Акт сверки", number=2)

    with pytest.raises(Conflict):
        await split_off(desk.office, await owner(desk), await only(desk))
    assert len(await desk.rows("conversations")) == 1
