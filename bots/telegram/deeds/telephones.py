"""`/extension`: which telephone of the manager's own the PBX rings for calls from cards (M-15)."""

from bots.screens.action import Action, Press
from bots.screens.quoting import one_line
from bots.telegram.turn import Turn
from hub.inbox.extensions import Wanted, list_extensions, remove_extension, set_extension
from hub.inbox.telephones import Telephone

_OFF = frozenset({"off", "нет", "-"})
_LIMIT = 60


async def extension(turn: Turn, action: Action) -> None:
    """Write the typed telephone down, take it away with `off`, or show what is known; a PBX may be named behind it."""
    del action
    said, _, pbx = turn.words.strip().partition(" ")
    wanted = Wanted(turn.actor.manager_id, pbx.strip())
    if not said:
        await _show(turn)
    elif said.casefold() in _OFF:
        await remove_extension(turn.office, turn.actor, wanted)
        await turn.say("extension.removed")
    else:
        telephone = await set_extension(turn.office, turn.actor, wanted, said)
        await turn.say("extension.set", extension=telephone.extension, pbx=_name(telephone))


async def _show(turn: Turn) -> None:
    found = await list_extensions(turn.office, turn.actor)
    if not found:
        await turn.say("extension.none")
        return
    told = [turn.texts("extension.one", extension=each.extension, pbx=_name(each)) for each in found]
    await turn.say("extension.list", list=", ".join(told))


def _name(telephone: Telephone) -> str:
    return one_line(telephone.endpoint.name, _LIMIT)


DEEDS = {Press.extension: extension}
