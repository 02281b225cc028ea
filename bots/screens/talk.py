"""The one question after a talk: how did it end? (T-5)"""

from bots.screens.action import Action, Press, to_base36
from bots.screens.screen import Button, Screen, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.views import CardView


def talk_screen(texts: Texts, card: CardView, call_id: int) -> Screen:
    """Return the question with its three answers."""
    call = to_base36(call_id)
    args = ((Press.result, call), (Press.step, f"call.{call}"), (Press.notlead, call))
    ways = tuple(Button(texts(f"button.{press.value}"), Action(press, card.id, 0, arg)) for press, arg in args)
    asked = texts("talk.ask", number=card.number, name=contact_name(texts, card.contact_name))
    return Screen((line(asked),), (ways,))
