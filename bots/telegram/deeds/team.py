"""A head's work with the people of their lines: who works and how, one person's clients, taking their load off.

Reading along is opening the card, which takes nothing; taking over is taking; a note under the card reaches the owner.
"""

import re
from collections.abc import Sequence

from bots.screens.action import Action, Press
from bots.screens.team import YES, confirm_screen, held_screen, named_screen, relieved_screen, team_screen
from bots.telegram.turn import Turn
from hub.domain.ids import ManagerId
from hub.inbox.queries.team import get_team, list_held
from hub.inbox.relieving import relieve
from hub.inbox.team_views import HeldView, MemberView

_TYPED_YES = frozenset({"да", "yes"})


async def team(turn: Turn, action: Action) -> None:
    """Show everybody's load, or what the named person has open (`/team Анна`)."""
    if not (action.subject or turn.words):
        await _show_everybody(turn)
    elif (held := await _find_held(turn, action, turn.words)) is not None:
        await turn.show(held_screen(turn.texts, held, now=turn.now()))


async def relieve_person(turn: Turn, action: Action) -> None:
    """Hand over who waits with a person, after a confirmation (`/relieve Анна`, `/relieve Анна да`)."""
    name, has_typed_yes = _split_yes(turn.words)
    if not (action.subject or name):
        await _show_everybody(turn)
    elif (held := await _find_held(turn, action, name)) is not None:
        await _relieve(turn, held, is_sure=has_typed_yes or action.arg == YES)


async def _show_everybody(turn: Turn) -> None:
    shown = await get_team(turn.office, turn.actor)
    await turn.show(team_screen(turn.texts, shown, now=turn.now()))


async def _relieve(turn: Turn, held: HeldView, *, is_sure: bool) -> None:
    if not held.waiting:
        await turn.say("team.nobody_waits", name=held.name)
    elif is_sure:
        relief = await relieve(turn.office, turn.actor, held.id)
        await turn.show(relieved_screen(turn.texts, held, relief))
    else:
        await turn.show(confirm_screen(turn.texts, held))


async def _find_held(turn: Turn, action: Action, name: str) -> HeldView | None:
    """Return what the person has whom a button or a name means; a name of nobody or of several is said to be so."""
    if action.subject:
        return await list_held(turn.office, turn.actor, ManagerId(action.subject))
    found = _named((await get_team(turn.office, turn.actor)).members, name)
    if len(found) == 1:
        return await list_held(turn.office, turn.actor, found[0].id)
    await turn.show(named_screen(turn.texts, found, name))
    return None


def _split_yes(words: str) -> tuple[str, bool]:
    """Return the name and whether a yes follows it; a lone word is a name, whatever it says."""
    *name, last = words.split() or [""]
    has_yes = bool(name) and last.casefold().strip(".,!") in _TYPED_YES
    return (" ".join(name), True) if has_yes else (words, False)


def _named(members: Sequence[MemberView], name: str) -> list[MemberView]:
    """Return those in whose name every word stands or begins one; who is called just so goes before all others."""
    typed = _words(name)
    fitting = [each for each in members if typed and all(_begins(word, each.name) for word in typed)]
    return [each for each in fitting if sorted(_words(each.name)) == sorted(typed)] or fitting


def _begins(word: str, name: str) -> bool:
    return any(part.startswith(word) for part in _words(name))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("ё", "е"))


DEEDS = {Press.team: team, Press.relieve: relieve_person}
"""Deeds of presses and commands."""
