"""Training: the list of stories, and every press of one (`bots.telegram.practice`)."""

from bots.practice.story import SAY, StoryKey
from bots.screens.action import Action, Press
from bots.screens.practice import LOOSE, START, STOP
from bots.telegram.practice import begin, list_stories, play, play_draft, stop
from bots.telegram.turn import Turn


async def practice(turn: Turn, action: Action) -> None:
    """List the stories, begin or end one, or do what a button of its cards is in life."""
    stories = {each.number: each for each in StoryKey}
    if action.arg == START and action.subject in stories:
        await begin(turn, stories[action.subject])
    elif action.arg == STOP:
        await stop(turn, story=action.subject)
    elif action.arg == LOOSE:
        await play_draft(turn, story=action.subject, scene=action.version)
    elif action.arg and action.subject:
        await play(turn, action.arg, story=action.subject, scene=action.version)
    else:
        await list_stories(turn)


async def say(turn: Turn, action: Action) -> None:
    """Take the written line as the words that a scene asked for."""
    await play(turn, SAY, story=action.subject, scene=action.version)


DEEDS = {Press.practice: practice}
"""Deeds of presses and commands."""

WRITTEN = {Press.practice: say}
"""Deeds that a written line completes."""
