"""Training in a chat: what somebody presses, writes and replies in a story, and what they see then.

How far they are is one row of the bot's memory for a day; nothing else is written, so there is nothing to count. The
step is kept before it is shown: an update that comes again shows the present scene and leads nowhere. Nothing here
calls a use-case of the hub, so no gesture of a story can reach a client.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bots.practice.progress import Place, Progress, from_facts, to_facts
from bots.practice.story import SAY, Shows, StoryKey
from bots.screens import practice as screens
from bots.screens.action import Action, Press
from bots.screens.feedback import whom_screen
from bots.screens.screen import Screen
from bots.telegram import prompts
from bots.telegram.drafts import forget_draft, recall_draft
from bots.telegram.turn import Turn
from hub.inbox.views import RowView

KEPT = timedelta(days=1)
_NAME = "practice"


async def recall(turn: Turn) -> Progress:
    """Return how far the person is; after a day nothing is known."""
    facts = await turn.desk.memory.recall(turn.chat.id, _NAME)
    return Progress() if facts is None else from_facts(facts)


async def list_stories(turn: Turn) -> None:
    """Show the stories, and end the one that is being played."""
    progress = await recall(turn)
    left = await _leave(turn, progress)
    await turn.chat.show(screens.stories_screen(turn.texts, left.done), reply_to=turn.own or None)


async def begin(turn: Turn, story: StoryKey) -> None:
    """Begin a story, in place of the one that is being played."""
    progress = await recall(turn)
    if await _was_done(turn, progress):
        return
    left = await _leave(turn, progress)
    await _enter(turn, left.begin(story, now=turn.now(), key=turn.key))


async def stop(turn: Turn, *, story: int) -> None:
    """End the story of this number, if it is being played; what was finished stays finished."""
    progress = await recall(turn)
    place = progress.playing
    if place is not None and story == place.story.number:
        await _leave(turn, progress)
    elif progress.key != turn.key:
        await _say_over(turn)


async def play(turn: Turn, gesture: str, *, story: int = 0, scene: int = 0) -> None:
    """Do what a gesture means in the story that is being played, or say what to do instead.

    `story` and `scene` are those the gesture was made for, 0 for whichever is being played.
    """
    progress = await recall(turn)
    if await _was_done(turn, progress):
        return
    place = progress.playing
    if place is None or story not in (0, place.story.number):
        await _say_over(turn)
        return
    next_scene = place.shown.follow(gesture) if scene in (0, place.number) else None
    if next_scene is None:
        await turn.chat.show(screens.hint_screen(turn.texts, place), reply_to=turn.own or None)
    else:
        answer = turn.own if gesture == SAY and place.shown.delivers else 0
        await _go_on(turn, progress.move(next_scene, key=turn.key), answer=answer)


async def play_draft(turn: Turn, *, story: int, scene: int) -> None:
    """Let a text that came without context be for the training client: it is kept for nobody else then."""
    draft = await recall_draft(turn)
    if await _was_done(turn, await recall(turn)):
        return
    if draft is None or draft.about:
        await turn.say("reply.lost_draft")
        return
    await forget_draft(turn)
    await play(replace(turn, own=draft.own), SAY, story=story, scene=scene)
    await turn.chat.delete(turn.pressed)


async def was_practised(turn: Turn) -> bool:
    """Tell whether this update was a gesture of a story that was carried out; then the present scene is shown again."""
    return await _was_done(turn, await recall(turn))


async def choose_whom(turn: Turn, rows: Sequence[RowView]) -> Screen:
    """Return «Кому отправить?»; while a story is being played its client is among the choices."""
    place = (await recall(turn)).playing
    return whom_screen(turn.texts, rows) if place is None else screens.whom_screen(turn.texts, rows, place)


async def _was_done(turn: Turn, progress: Progress) -> bool:
    """Show the present scene again if this very update led to it."""
    if not turn.key or progress.key != turn.key or progress.place is None:
        return False
    await _show(turn, progress)
    return True


async def _say_over(turn: Turn) -> None:
    """Say that the story is over, in place of what was pressed."""
    screen = screens.over_screen(turn.texts)
    if not (turn.pressed and await turn.chat.replace(turn.pressed, screen)):
        await turn.chat.show(screen, reply_to=turn.own or None)


async def _leave(turn: Turn, progress: Progress) -> Progress:
    """Take a story that is being played off the stage; return what stays."""
    place, left = progress.playing, progress.leave(key=turn.key)
    if place is None:
        return left
    await _keep(turn, left)
    await _stop_asking(turn, progress)
    if progress.card:
        await turn.chat.replace(progress.card, screens.left_screen(turn.texts, place.story))
    return left


async def _go_on(turn: Turn, progress: Progress, *, answer: int) -> None:
    """Enter the next scene; an answer is marked as one that leaves and arrives."""
    if answer:
        await turn.chat.react(answer, "👀")
    await _enter(turn, progress)
    if answer:
        await turn.chat.react(answer, "👌")


async def _enter(turn: Turn, progress: Progress) -> None:
    await _keep(turn, progress)
    await _show(turn, progress)


async def _show(turn: Turn, progress: Progress) -> None:
    """Show the scene: a card below everything, a question in place of the one before it."""
    if progress.place is None:
        return
    if progress.place.shown.shows.is_card:
        await _show_card(turn, progress, progress.place)
    else:
        await _show_question(turn, progress, progress.place)


async def _show_card(turn: Turn, progress: Progress, place: Place) -> None:
    await _stop_asking(turn, progress)
    screen = await _screen(turn, progress, place)
    [*_, card] = await turn.chat.show(screen)
    await _keep(turn, replace(progress, card=card, asked=0))
    if progress.card:
        await turn.chat.replace(progress.card, screens.moved_screen(turn.texts))


async def _show_question(turn: Turn, progress: Progress, place: Place) -> None:
    screen = await _screen(turn, progress, place)
    placed = replace(turn, pressed=progress.asked)
    if place.shown.shows.asks_words:
        action = Action(Press.practice, place.story.number, place.number, SAY)
        asked = await prompts.ask(placed, action, screen)
    else:
        await _stop_line(turn)
        asked = await placed.show(screen)
    await _keep(turn, replace(progress, asked=asked))


async def _screen(turn: Turn, progress: Progress, place: Place) -> Screen:
    if place.shown.shows is Shows.done:
        return screens.done_screen(turn.texts, place, progress.done)
    manager = await turn.desk.find_manager(turn.actor.manager_id)
    policy, now = turn.office.policy(), turn.now()
    zone = policy.get_line(policy.default_line).calendar.zone
    stage = screens.Stage(manager.name if manager else "", progress.since or now, zone, now)
    return screens.scene_screen(turn.texts, place, stage)


async def _stop_asking(turn: Turn, progress: Progress) -> None:
    """Take away the question of a story, and what waits for the line that answers it."""
    await _stop_line(turn)
    if progress.asked:
        await turn.chat.delete(progress.asked)


async def _stop_line(turn: Turn) -> None:
    asked = await prompts.asked(turn)
    if asked is not None and asked[0].press is Press.practice:
        await prompts.answered(turn)


async def _keep(turn: Turn, progress: Progress) -> None:
    await turn.desk.memory.keep(turn.chat.id, _NAME, to_facts(progress), lasting=KEPT)
