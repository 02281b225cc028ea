"""The one question after a talk: how did it end? (T-5)"""

from bots.screens.action import Action, Press, to_base36
from bots.screens.screen import Button, Screen, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.plan_views import TalkView


def talk_screen(texts: Texts, talk: TalkView, call_id: int) -> Screen:
    """Return the question with its three answers; about a colleague's client only the first one."""
    call = to_base36(call_id)
    args = ((Press.result, call), (Press.step, f"call.{call}"), (Press.notlead, call))
    allowed = args if talk.works_with else args[:1]
    ways = tuple(
        Button(texts(f"button.{press.value}"), Action(press, talk.conversation_id, 0, arg)) for press, arg in allowed
    )
    asked = texts("talk.ask", number=talk.number, name=contact_name(texts, talk.contact_name))
    return Screen((line(asked),), (ways,))
