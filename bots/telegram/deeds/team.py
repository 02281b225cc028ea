"""A head's work with the people of their lines: who works and how, one person's clients, taking their load off.

Reading along is opening the card, which takes nothing; taking over is taking; a note under the card reaches the owner.
"""

from bots.screens.action import Action, Press
from bots.screens.team import YES, confirm_screen, held_screen, relieved_screen, team_screen
from bots.telegram.turn import Turn
from hub.domain.ids import ManagerId
from hub.inbox.queries.team import get_team, list_held
from hub.inbox.relieving import relieve
from hub.inbox.team_views import HeldView

_TYPED_YES = ("да", "yes")


async def team(turn: Turn, action: Action) -> None:
    """Show everybody's load, or what the named person has open (`/team Анна`)."""
    held = await _held(turn, action)
    if held is not None:
        await turn.show(held_screen(turn.texts, held, now=turn.now()))
    else:
        shown = await get_team(turn.office, turn.actor)
        await turn.show(team_screen(turn.texts, shown, now=turn.now()))


async def relieve_person(turn: Turn, action: Action) -> None:
    """Hand over who waits with a person, after a confirmation (`/relieve Анна`, `/relieve Анна да`)."""
    held = await _held(turn, action)
    if held is None:
        await team(turn, Action(Press.team))
    elif not held.waiting:
        await turn.say("team.nobody_waits", name=held.name)
    elif action.arg == YES or turn.words.casefold().endswith(_TYPED_YES):
        relief = await relieve(turn.office, turn.actor, held.id)
        await turn.show(relieved_screen(turn.texts, held, relief))
    else:
        await turn.show(confirm_screen(turn.texts, held))


async def _held(turn: Turn, action: Action) -> HeldView | None:
    """Return what the person has whom a button means, or the one person whose name the words begin with."""
    if action.subject:
        return await list_held(turn.office, turn.actor, ManagerId(action.subject))
    first = turn.words.casefold().partition(" ")[0]
    if not first:
        return None
    members = (await get_team(turn.office, turn.actor)).members
    named = [each for each in members if each.name.casefold().startswith(first)]
    return await list_held(turn.office, turn.actor, named[0].id) if len(named) == 1 else None


DEEDS = {Press.team: team, Press.relieve: relieve_person}
"""Deeds of presses and commands."""
