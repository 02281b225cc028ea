"""Training: the list of stories, and the scenes of one, drawn by the screens of real cards.

Every training screen begins with 🎓, which a reply to it is known by, and none of its buttons acts on anything: each
carries what it is in life as the argument of `Press.practice`, with the number of its story and of its scene.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bots.practice.progress import Place
from bots.practice.story import Shows, StoryKey
from bots.screens import feedback
from bots.screens.action import Action, Press
from bots.screens.card import card_screen, collapsed
from bots.screens.closing import outcomes_screen, refusal_screen
from bots.screens.practice_card import NUMBER, colleague, training_card
from bots.screens.screen import Block, Button, Screen, bold, italic, line, notice
from bots.screens.talk import talk_screen
from bots.screens.transfer import note_screen, receivers_screen
from bots.screens.ways import unsent_screen
from bots.screens.words import address_text
from bots.texts import Texts
from hub.inbox.plan_views import TalkView
from hub.inbox.views import CardView, RowView

MARK = "🎓"
START = "start"
STOP = "stop"
LOOSE = "loose"
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene is drawn for: whose practice, since when its client waits, in which zone, and now."""

    name: str
    since: datetime
    zone: ZoneInfo
    now: datetime


def stories_screen(texts: Texts, done: Sequence[StoryKey]) -> Screen:
    """Return the stories, those that were finished with a check mark."""
    head = line(bold(f"{MARK} {texts('practice.title')}"))
    rows = tuple((_start(texts, each, mark="✅" if each in done else "▶️"),) for each in StoryKey)
    return Screen((head, line(texts("practice.about")), _count(texts, done)), rows)


def scene_screen(texts: Texts, place: Place, stage: Stage) -> Screen:
    """Return a scene: the real screen below a line that nobody takes for a client's, and above it what to do now."""
    card = training_card(texts, place, since=stage.since, zone=stage.zone, name=stage.name)
    shows = place.shown.shows
    real = card_screen(texts, card, now=stage.now) if shows is Shows.card else _DRAWN[shows](texts, card)
    rows = tuple(tuple(_harmless(button, place) for button in row) for row in real.rows)
    stop = Button(texts("button.practice_stop"), _action(place, STOP))
    return Screen((_head(texts, place), *real.blocks, line(italic(f"👉 {_todo(texts, place)}"))), (*rows, (stop,)))


def done_screen(texts: Texts, place: Place, done: Sequence[StoryKey]) -> Screen:
    """Return the end of a story: what it showed, and the next one."""
    left = [each for each in StoryKey if each not in done]
    rows = tuple((_start(texts, each, mark="▶️"),) for each in left[:1])
    end = _count(texts, done) if left else line(texts("practice.all_done"))
    return Screen((_head(texts, place), line(f"✅ {_todo(texts, place)}"), end), (*rows, (_all(texts),)))


def hint_screen(texts: Texts, place: Place) -> Screen:
    """Return the one line after a gesture that leads nowhere: what to do instead."""
    return notice(f"{MARK} {_todo(texts, place)}")


def over_screen(texts: Texts) -> Screen:
    """Return what is said to whoever presses in a story that is over."""
    return notice(f"{MARK} {texts('practice.over')}", (_all(texts),))


def left_screen(texts: Texts, story: StoryKey) -> Screen:
    """Return what the card of a story becomes that is not played to its end."""
    return notice(f"{MARK} {texts('practice.left', story=_title(texts, story))}", (_all(texts),))


def moved_screen(texts: Texts) -> Screen:
    """Return what an older card shrinks to."""
    return notice(f"{MARK} {texts('practice.moved')}")


def whom_screen(texts: Texts, rows: Sequence[RowView], place: Place) -> Screen:
    """Return «Кому отправить?» of somebody who trains: the training client is one of the choices."""
    clients = feedback.whom_screen(texts, rows).rows[:-1] if rows else ()
    name = texts(f"practice.{place.story.value}.client")
    choice = Button(f"{MARK} {texts('practice.card')}: {name}", _action(place, LOOSE))
    cancel = Button(texts("button.cancel"), Action(Press.cancel))
    return Screen((line(texts("reply.to_whom")),), (*clients, (choice,), (cancel,)))


def _head(texts: Texts, place: Place) -> Block:
    return line(bold(f"{MARK} {texts('practice.card')}"), f" · {_title(texts, place.story)}")


def _count(texts: Texts, done: Sequence[StoryKey]) -> Block:
    return line(texts("practice.count", done=len(done), all=len(StoryKey)))


def _title(texts: Texts, story: StoryKey) -> str:
    return texts(f"practice.{story.value}.title")


def _todo(texts: Texts, place: Place) -> str:
    return texts(f"practice.{place.story.value}.{place.scene}")


def _start(texts: Texts, story: StoryKey, *, mark: str) -> Button:
    return Button(f"{mark} {_title(texts, story)}", Action(Press.practice, story.number, 0, START))


def _all(texts: Texts) -> Button:
    return Button(texts("button.practice"), Action(Press.practice))


def _action(place: Place, arg: str) -> Action:
    return Action(Press.practice, place.story.number, place.number, arg)


def _harmless(button: Button, place: Place) -> Button:
    """Return a button of a real screen that only tells what was pressed; one that copies a number copies nothing."""
    if button.action is None:
        return Button(button.label, _action(place, _NOTHING))
    words = (button.action.press.value, button.action.arg)
    return Button(button.label, _action(place, ".".join(filter(None, words))))


def _letter(texts: Texts, card: CardView) -> Screen:
    return _asks(texts, texts("write.ask", address=address_text(texts, card.addresses[0]), number=NUMBER))


def _talk(texts: Texts, card: CardView) -> Screen:
    return talk_screen(texts, TalkView(card.id, NUMBER, card.contact_name, works_with=True), NUMBER)


def _asks(texts: Texts, words: str) -> Screen:
    """Return a question that the next line answers, as `bots.telegram.prompts` shows one."""
    return notice(words, (Button(texts("button.cancel"), Action(Press.cancel)),))


_DRAWN: Mapping[Shows, Callable[[Texts, CardView], Screen]] = {
    Shows.gone: lambda texts, card: collapsed(texts, card.number, colleague(texts).name),
    Shows.letter: _letter,
    Shows.unsent: lambda texts, card: unsent_screen(texts, card, texts("error.window")),
    Shows.talk: _talk,
    Shows.result: lambda texts, card: _asks(texts, texts("talk.write", number=card.number)),
    Shows.reached: lambda texts, card: _asks(texts, texts("reached.ask", number=card.number)),
    Shows.kept: lambda texts, card: feedback.taken_screen(texts, colleague(texts).name, conversation_id=card.id),
    Shows.receivers: lambda texts, card: receivers_screen(texts, card, [colleague(texts)], has_lines=False),
    Shows.note: lambda texts, card: note_screen(texts, card, colleague(texts), is_forced=False),
    Shows.outcomes: outcomes_screen,
    Shows.refusals: refusal_screen,
    Shows.reason: lambda texts, card: _asks(texts, texts("close.write_refused", number=card.number)),
}
"""The real screens of what is no card and no end."""
