"""Notices about what is to be done: a task's reminders, the question after a talk, automations (T-2, T-5)."""

from collections.abc import Mapping

from bots.memory import Purpose
from bots.screens.screen import notice
from bots.screens.talk import talk_screen
from bots.screens.tasks import task_screen
from bots.screens.words import contact_name
from bots.telegram.cards import post_card
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card
from hub.inbox.queries.plans import get_talk, get_task

Payload = Mapping[str, object]
HEADLINES = {"made": "task.made", "before": "task.before", "due": "task.due", "after": "task.after"}


async def tell_of_task(turn: Turn, payload: Payload) -> list[int]:
    """Bring a task because it was given, because its time comes, or has passed; one that is done alarms nobody."""
    task = await get_task(turn.office, turn.actor, int(str(payload["task_id"])))
    if not task.is_open:
        return []
    headline = HEADLINES.get(str(payload.get("word", "")), "task.due")
    ids = await turn.chat.show(task_screen(turn.texts, task, now=turn.now(), headline=headline).aloud())
    if task.conversation_id is not None:
        await turn.link(ids[-1], task.conversation_id, Purpose.notice)
    return ids


async def tell_of_automation(turn: Turn, payload: Payload) -> list[int]:
    """Say what an automation found, in the manager's language, and bring the client's card below it."""
    card = await get_card(turn.office, turn.actor, ConversationId(int(str(payload["conversation_id"]))))
    said = str(payload["en" if turn.texts.language == "en" else "ru"])
    words = turn.texts(
        "automation.found", said=said, number=card.number, name=contact_name(turn.texts, card.contact_name)
    )
    ids = await turn.chat.show(notice(words).aloud())
    await turn.link(ids[-1], card.id, Purpose.notice)
    return [*ids, *await post_card(turn, card, cause=turn.key)]


async def ask_about_talk(turn: Turn, payload: Payload) -> list[int]:
    """Ask who talked with the client how it ended, also about a colleague's client."""
    conversation_id, call_id = (int(str(payload[name])) for name in ("conversation_id", "call_id"))
    talk = await get_talk(turn.office, turn.actor, ConversationId(conversation_id), call_id)
    ids = await turn.chat.show(talk_screen(turn.texts, talk, call_id).aloud())
    await turn.link(ids[-1], talk.conversation_id, Purpose.notice)
    return ids
