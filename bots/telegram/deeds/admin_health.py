"""How the hub is, what was set aside and put back, and automations switched through the dry run (A, R-15)."""

from zoneinfo import ZoneInfo

from bots.screens.action import Action, Press, StaleButton
from bots.screens.admin_health import (
    ALL,
    LIST,
    ONE,
    automations_screen,
    code_of,
    health_screen,
    set_aside_screen,
)
from bots.telegram.deeds.admin_rules import show_run
from bots.telegram.turn import Turn
from hub.domain.automation import Mode
from hub.inbox.offered import list_offered
from hub.inbox.rule_changes import propose
from hub.inbox.set_aside import get_health, list_set_aside, put_back
from hub.routing.changes import Wish, Wished

_MOST = 10


async def health(turn: Turn, action: Action) -> None:
    """Show how the hub is, or what was set aside; put one thing back into work, or all that is parked."""
    if action.arg == LIST:
        found = await list_set_aside(turn.office, turn.actor, limit=_MOST)
        shown = set_aside_screen(turn.texts, found, zone=_zone(turn), now=turn.now(), say=turn.desk.say)
        await turn.show(shown)
    elif action.arg in (ALL, ONE):
        count = await put_back(turn.office, turn.actor, None if action.arg == ALL else [action.subject])
        await turn.say("health.put_back", n=count)
    else:
        found_now = await get_health(turn.office, turn.actor)
        await turn.show(health_screen(turn.texts, found_now, zone=_zone(turn), say=turn.desk.say))


async def autos(turn: Turn, action: Action) -> None:
    """Show the automations with their evidence, or what switching one would change."""
    offered = await list_offered(turn.office, turn.actor)
    if not action.arg:
        await turn.show(automations_screen(turn.texts, offered))
        return
    code, _, mode = action.arg.partition(".")
    key = next((each.key for each in offered if code_of(each.key) == code), None)
    if key is None or mode not in set(Mode):
        raise StaleButton("there is no such automation any more")
    await show_run(turn, await propose(turn.office, turn.actor, Wish(Wished.automation, name=key, words=mode)))


def _zone(turn: Turn) -> ZoneInfo:
    policy = turn.office.policy()
    return policy.get_line(policy.default_line).calendar.zone


DEEDS = {Press.health: health, Press.autos: autos}
