"""A manager's answer: who was faster, who answers at the same time, and the way to a client without a text channel."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.conversation import Outcome
from hub.domain.delivery import Lane
from hub.domain.errors import Composing, Conflict, ContactBlocked, NotFound, PermissionDenied
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import conversations, waits
from hub.inbox.assignment import take, transfer
from hub.inbox.queries import get_card
from hub.inbox.reply import Content, add_note, begin_answer, leave_note, reply
from hub.inbox.ways import capabilities_of
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.delivery.bench import ScriptedChannel
from tests.inbox.desk import ALWAYS_OPEN, Desk, says
from tests.inbox.rules import MINUTE, id_of, pass_time
from tests.inbox.test_matching import MAIL, form

SALES, SUPPORT = frozenset({LineKey("sales")}), frozenset({LineKey("support")})


class Post(ScriptedChannel):
    """A mailbox."""

    capabilities = capabilities_of("email")


class Scene(NamedTuple):
    """A client of Anna's, a colleague of hers, and the head of the line."""

    conversation: ConversationId
    anna: Person
    ivan: Person
    olga: Person


@pytest.fixture
async def scene(desk: Desk) -> Scene:
    await desk.hire("olga", "Ольга", role=Role.head)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    anna, ivan, olga = [ManagerId(await id_of(desk, key)) for key in ("anna", "ivan", "olga")]
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", anna)
    await desk.pool.execute("UPDATE waits SET assignee_id = $1", anna)
    conversation = ConversationId((await desk.one("conversations"))["id"])
    return Scene(
        conversation,
        Person(anna, Role.manager, SALES),
        Person(ivan, Role.manager, SALES),
        Person(olga, Role.head, SALES),
    )


async def says_back(desk: Desk, actor: Person, where: ConversationId, text: str, *, is_confirmed: bool = False) -> None:
    content = Content(text, is_confirmed=is_confirmed)
    await reply(desk.office, actor, where, content=content, key=f"{actor.manager_id}:{text}")


async def answers(desk: Desk) -> list[str]:
    return [row["text"] for row in await desk.rows("messages", "direction = 'outbound' ORDER BY id")]


async def test_r10_a_colleague_who_answers_too_late_reads_who_was_faster(desk: Desk, scene: Scene) -> None:
    with pytest.raises(Conflict) as caught:
        await says_back(desk, scene.ivan, scene.conversation, "Двести")
    assert (caught.value.winner, type(caught.value)) == ("Анна", Conflict)
    assert await answers(desk) == []


async def test_r8_an_answer_that_is_still_on_its_way_is_an_acceptance(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    conversation = await desk.one("conversations")
    anna = Person(conversation["assignee_id"], Role.manager, SALES)
    await says_back(desk, anna, conversation["id"], "Сто")
    await pass_time(desk, 6 * MINUTE)
    assert (await desk.one("conversations"))["assignee_id"] == anna.manager_id
    assert await desk.rows("ledger", "kind = 'offer_expired'") == []


async def test_rg2_somebody_of_another_line_reads_nobodys_name(desk: Desk, scene: Scene) -> None:
    stranger = Person(scene.ivan.manager_id, Role.manager, SUPPORT)
    with pytest.raises(NotFound):
        await says_back(desk, stranger, scene.conversation, "Двести")


async def test_r10_two_who_answer_a_free_client_at_once_do_not_both_get_it(desk: Desk, scene: Scene) -> None:
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    with pytest.raises(Conflict) as caught:
        await says_back(desk, scene.ivan, scene.conversation, "Двести", is_confirmed=True)
    assert caught.value.winner == "Анна"
    assert await answers(desk) == ["Сто"]


async def test_r11_a_second_person_is_asked_and_sees_what_the_first_has_sent(desk: Desk, scene: Scene) -> None:
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    with pytest.raises(Composing) as caught:
        await says_back(desk, scene.olga, scene.conversation, "Двести")
    assert (caught.value.winner, caught.value.said) == ("Анна", "Сто")
    assert await answers(desk) == ["Сто"]


async def test_r11_confirming_sends_it(desk: Desk, scene: Scene) -> None:
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    await says_back(desk, scene.olga, scene.conversation, "Скидка десять", is_confirmed=True)
    assert await answers(desk) == ["Сто", "Скидка десять"]


async def test_r11_the_owner_is_asked_as_well_while_a_head_answers(desk: Desk, scene: Scene) -> None:
    await begin_answer(desk.office, scene.olga, scene.conversation)
    with pytest.raises(Composing) as caught:
        await says_back(desk, scene.anna, scene.conversation, "Сто")
    assert (caught.value.winner, caught.value.said) == ("Ольга", "")


async def test_r11_what_was_said_long_ago_is_not_shown_as_said_meanwhile(desk: Desk, scene: Scene) -> None:
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    desk.clock.move(desk.now - desk.now.replace(year=desk.now.year - 1))
    with pytest.raises(Composing) as caught:
        await says_back(desk, scene.olga, scene.conversation, "Двести")
    assert caught.value.said == ""


@pytest.mark.parametrize("change", ["deliveries SET state = 'cancelled'", "messages SET deleted_at = received_at"])
async def test_r11_what_was_taken_back_is_not_shown_as_said_meanwhile(desk: Desk, scene: Scene, change: str) -> None:
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    await desk.pool.execute(f"UPDATE {change}")
    with pytest.raises(Composing) as caught:
        await says_back(desk, scene.olga, scene.conversation, "Двести")
    assert caught.value.said == ""


async def test_r11_a_colleague_to_whom_it_is_handed_is_asked_too(desk: Desk, scene: Scene) -> None:
    await transfer(desk.office, scene.anna, scene.conversation, to=scene.ivan.manager_id, force=True)
    await says_back(desk, scene.anna, scene.conversation, "Сейчас передам")
    with pytest.raises(Composing) as caught:
        await says_back(desk, scene.ivan, scene.conversation, "Здравствуйте")
    assert caught.value.said == "Сейчас передам"


async def test_r11_somebody_who_gave_the_client_away_without_a_word_is_in_nobodys_way(desk: Desk, scene: Scene) -> None:
    await begin_answer(desk.office, scene.anna, scene.conversation)
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", scene.ivan.manager_id)
    await says_back(desk, scene.ivan, scene.conversation, "Сто")
    assert await answers(desk) == ["Сто"]


async def test_r11_who_may_not_answer_leaves_no_mark(desk: Desk, scene: Scene) -> None:
    await begin_answer(desk.office, scene.ivan, scene.conversation)
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    assert await answers(desk) == ["Сто"]


async def test_r11_the_same_person_is_never_asked_and_a_repeated_key_asks_nobody(desk: Desk, scene: Scene) -> None:
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    await says_back(desk, scene.anna, scene.conversation, "И доставка")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", scene.olga.manager_id)
    await says_back(desk, scene.anna, scene.conversation, "Сто")
    assert await answers(desk) == ["Сто", "И доставка"]


async def test_m16_a_client_of_a_form_is_answered_by_letter_at_the_address_they_typed(desk: Desk) -> None:
    await desk.receive(form(desk, mail=MAIL), connection=3)
    row = await desk.one("conversations")
    owner = Person(ManagerId(row["assignee_id"]), Role.manager, SALES)
    where = ConversationId(row["id"])
    card = await get_card(desk.office, owner, where)
    [typed] = [address for address in card.addresses if address.identity_id is not None]
    assert (card.reply_channel, typed.channel, typed.text, typed.can_reply) == ("", "email", MAIL, False)
    with pytest.raises(ContactBlocked):
        await reply(desk.office, owner, where, content=Content("Сто"), key="press-1")

    await reply(desk.office, owner, where, content=Content("Сто", identity_id=typed.identity_id), key="press-2")
    post = Post(desk)
    handler = ReplyHandler(desk.office, lambda _: post, Alarms(desk.office))
    await DeliveryWorker(desk.office, Lane.reply, handler.as_lane()).run_until_idle()
    [letter] = post.sent
    assert letter.text == "Сто"
    assert letter.mail is not None and letter.mail.to == MAIL
    assert (await desk.one("waits"))["state"] == "answered"
    assert (await get_card(desk.office, owner, where)).reply_channel == "email"


async def test_fr5_a_letter_is_begun_from_the_mailbox_of_the_line(desk: Desk) -> None:
    mailbox = next(each for each in desk.endpoints.values() if each.kind == "email")
    own = replace(mailbox, id=ConnectionId(9), line="sales")
    desk.endpoints[own.id] = own
    await desk.receive(form(desk, mail=MAIL), connection=3)
    row = await desk.one("conversations")
    owner = Person(ManagerId(row["assignee_id"]), Role.manager, SALES)
    identity = (await desk.one("identities", "type = 'email'"))["id"]
    content = Content("Сто", identity_id=identity)
    await reply(desk.office, owner, ConversationId(row["id"]), content=content, key="press-1")
    assert (await desk.one("deliveries", "lane = 'reply'"))["connection_id"] == own.id


async def test_s2_a_note_with_the_same_key_is_kept_once(desk: Desk, scene: Scene) -> None:
    for _ in range(2):
        await add_note(desk.office, scene.anna, scene.conversation, text="Просит скидку", key="desk:1")
    assert len(await desk.rows("messages", "direction = 'note'")) == 1


async def test_r10_whoever_wrote_too_late_leaves_it_as_a_note_and_reads_nothing_of_the_client(
    desk: Desk, scene: Scene
) -> None:
    for _ in range(2):
        await leave_note(desk.office, scene.ivan, scene.conversation, content=Content("Скидка десять"), key="desk:1")
    note = await desk.one("messages", "direction = 'note'")
    assert (note["text"], note["manager_id"]) == ("Скидка десять", scene.ivan.manager_id)
    told = await desk.one("deliveries", "payload->>'notice' = 'whisper'")
    assert told["payload"]["manager_id"] == scene.anna.manager_id
    with pytest.raises(NotFound):
        await get_card(desk.office, scene.ivan, scene.conversation)


async def test_r10_a_note_below_an_old_card_reaches_who_has_the_client_now(desk: Desk, scene: Scene) -> None:
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", scene.ivan.manager_id)
    await desk.pool.execute("UPDATE waits SET assignee_id = $1", scene.ivan.manager_id)
    await waits.dismiss(desk.office, scene.ivan, scene.conversation)
    await conversations.close(desk.office, scene.ivan, scene.conversation, outcome=Outcome.solved)
    desk.clock.move(timedelta(days=8))
    await desk.receive(says("Снова я", at=desk.now, number=2))
    present = await desk.one("conversations", "state = 'open'")
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1 WHERE state = 'open'", scene.anna.manager_id)
    with pytest.raises(Conflict):
        await reply(desk.office, scene.ivan, scene.conversation, content=Content("Скидка"), key="desk:1")

    content = Content("Скидка")
    number = await leave_note(desk.office, scene.ivan, scene.conversation, content=content, key="desk:2")
    note = await desk.one("messages", "direction = 'note'")
    assert (note["conversation_id"], number) == (present["id"], present["number"])
    told = await desk.one("deliveries", "payload->>'notice' = 'whisper'")
    assert told["payload"]["manager_id"] == scene.anna.manager_id


async def test_rg2_nobody_of_another_line_and_nobody_who_left_notes_anything(desk: Desk, scene: Scene) -> None:
    stranger = Person(scene.ivan.manager_id, Role.manager, SUPPORT)
    gone = Person(scene.ivan.manager_id, Role.manager, SALES, is_active=False)
    for actor in (stranger, gone, Person(scene.olga.manager_id, Role.head, SUPPORT)):
        with pytest.raises(NotFound):
            await leave_note(desk.office, actor, scene.conversation, content=Content("Скидка"), key="desk:1")
    with pytest.raises(NotFound):
        await leave_note(desk.office, scene.ivan, ConversationId(1), content=Content("Скидка"), key="desk:1")
    assert await desk.rows("messages", "direction = 'note'") == []


async def test_r10_taking_names_the_winner_by_the_same_rule(desk: Desk, scene: Scene) -> None:
    with pytest.raises(Conflict) as caught:
        await take(desk.office, scene.ivan, scene.conversation)
    assert caught.value.winner == "Анна"


async def test_fr8_nobody_writes_to_clients_from_a_line_that_only_observes(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    row = await desk.one("conversations")
    observing = ALWAYS_OPEN + 'mode = "observe"\n'
    desk.rules.append(to_policy(parse_policy(observing), 2))
    actor = Person(ManagerId(row["assignee_id"]), Role.manager, frozenset(desk.office.policy().lines))

    with pytest.raises(PermissionDenied):
        await reply(desk.office, actor, row["id"], content=Content("Да"), key="bot:9")
    assert await desk.rows("deliveries", "lane = 'reply'") == []
