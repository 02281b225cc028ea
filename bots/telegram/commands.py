"""Commands: every button has one, `/press [#number] [words]`; a reply to a card names its conversation too.

Presses about a question «Это один клиент?» find it by its conversation. A client's text cannot make a manager run a
command about a conversation: tapping a command in it sends the bare name, which only asks which one is meant.
"""

import re
from dataclasses import dataclass, replace

from bots.memory import Shown
from bots.screens.action import Action, Press, to_base36
from bots.screens.refusals import NothingAsked
from bots.telegram.deeds import DEEDS
from bots.telegram.deeds.correcting import argument_of
from bots.telegram.keys import key_pressed
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries import find_conversation_by_number, get_candidate, get_card
from hub.inbox.queries.plans import find_next_task

WITHOUT_CONVERSATION = frozenset(
    {
        Press.my,
        Press.queue,
        Press.overdue,
        Press.next,
        Press.search,
        Press.desk,
        Press.shift,
        Press.extension,
        Press.help,
        Press.cancel,
        Press.undo,
        Press.tasks,
        Press.today,
        Press.new,
        Press.team,
        Press.relieve,
        Press.room,
        Press.day,
        Press.week,
        Press.admin,
        Press.people,
        Press.invite,
        Press.rules,
        Press.draft,
        Press.autos,
        Press.health,
        Press.connect,
        Press.practice,
    }
)
ABOUT_QUESTION = frozenset({Press.question, Press.merge, Press.apart})
ABOUT_TASK = frozenset({Press.task, Press.done, Press.later})
FIRST_STEPS = {
    Press.give: Press.transfer,
    Press.move: Press.transfer,
    Press.sleep: Press.snooze,
    Press.end: Press.close,
    Press.needless: Press.dismiss,
}
"""Second steps and the commands that take them at once, with words (`/close 1042 deal`)."""
_TYPED = {press.value: press for press in Press if press not in FIRST_STEPS}
_COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
CARD_LINK = "/start c_"
"""A link from outside, a CRM for instance, that opens a conversation's card by its number."""
_NUMBER = re.compile(r"(#?)(\d{1,12})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Command:
    """A typed command: its name without slash and everything behind it."""

    name: str
    words: str

    @property
    def press(self) -> Press | None:
        """Return what the command asks for, `None` if there is no such command."""
        return _TYPED.get(self.name)


def parse_command(text: str) -> Command | None:
    """Return the command a message is, `None` for ordinary text; a button under the input field is its command."""
    if (press := key_pressed(text)) is not None:
        return Command(press.value, "")
    if text.startswith(CARD_LINK):
        return Command(Press.card.value, text.removeprefix(CARD_LINK).strip())
    found = _COMMAND.fullmatch(text.strip())
    return Command(found[1], (found[2] or "").strip()) if found else None


async def run_command(turn: Turn, command: Command, replied: Shown | None) -> None:
    """Carry out a command; `replied` is what the message it replies to shows.

    Raises:
        HubError: the use-case refused; whoever called says it politely.
    """
    press = command.press
    if press is None:
        await turn.say("error.command")
        return
    if press in WITHOUT_CONVERSATION:
        await DEEDS[press](replace(turn, words=command.words), Action(press))
        return
    if press is Press.delete:
        subject = replied.conversation_id if replied else 0
        await DEEDS[press](turn, Action(press, subject, 0, argument_of(replied)))
        return
    conversation_id, words = await _conversation(turn, command, replied)
    if conversation_id is None:
        await turn.say("error.which", command=command.name)
        return
    action = await _action(turn, press, conversation_id)
    await DEEDS[press](replace(turn, words=words), action)


async def _conversation(turn: Turn, command: Command, replied: Shown | None) -> tuple[ConversationId | None, str]:
    """Return the conversation a command means and the words behind its number; behind a reply a number needs its #."""
    number = _NUMBER.match(command.words)
    if number is not None and (replied is None or number[1]):
        found = await find_conversation_by_number(turn.office, turn.actor, int(number[2]))
        return found, command.words[number.end() :].strip()
    return (replied.conversation_id if replied else None), command.words


async def _action(turn: Turn, press: Press, conversation_id: ConversationId) -> Action:
    """Return the action of a command; of a question its only known card is meant, of tasks the one due first."""
    if press in ABOUT_TASK:
        return Action(press, (await find_next_task(turn.office, turn.actor, conversation_id)).id)
    if press not in ABOUT_QUESTION:
        return Action(press, conversation_id)
    card = await get_card(turn.office, turn.actor, conversation_id)
    if card.candidate_id is None:
        raise NothingAsked("there is no open question about this client")
    asked = await get_candidate(turn.office, turn.actor, card.candidate_id)
    arg = to_base36(asked.others[0][0]) if press is Press.merge and len(asked.others) == 1 else ""
    return Action(press, card.candidate_id, 0, arg)
