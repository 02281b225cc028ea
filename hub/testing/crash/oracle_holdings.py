"""Who had a conversation when, as the hub's own decisions and facts tell it, and so who may have seen it."""

from bisect import bisect_right
from datetime import datetime, timedelta

from hub.testing.crash.oracle_events import own_messages
from hub.testing.crash.rows import ConversationRow, ManagerRow, Rows

ON_ITS_WAY = timedelta(seconds=10)
"""What was drawn while somebody had a right to it may arrive so much later."""

_BY_NOBODY = frozenset({"released", "queued", "transferred"})
_EVERYBODY: frozenset[int] = frozenset()


class Holdings:
    """The conversations of a run. Events and managers are named as the world names them."""

    def __init__(self, rows: Rows) -> None:
        self._people = {each.key: each for each in rows.managers}
        self._talks = {each.id: each for each in rows.conversations}
        self._talk_of = {key: each.conversation_id for key, each in own_messages(rows).items()}
        self._held = _list_held(rows)

    def may_see(self, event: str, manager: str, at: datetime) -> bool:
        """Tell whether a manager may have seen an event at `at`; one that is stored nowhere is not judged here.

        A manager sees what is theirs or nobody's yet on their own lines, offered to others or not (RG-1); a head
        everything of own lines; an administrator everything.
        """
        talk, viewer = self._talks.get(self._talk_of.get(event) or 0), self._people.get(manager)
        if talk is None or viewer is None:
            return talk is None
        if viewer.role == "admin":
            return True
        if talk.line not in viewer.lines:
            return False
        return viewer.role == "head" or self._is_within_reach(talk, viewer, at)

    def _is_within_reach(self, talk: ConversationRow, viewer: ManagerRow, at: datetime) -> bool:
        held = self._between(talk.id, at - ON_ITS_WAY, at + ON_ITS_WAY)
        return any(who == _EVERYBODY or viewer.id in who for who in held)

    def _between(self, talk: int, since: datetime, until: datetime) -> list[frozenset[int]]:
        """Return who had a conversation at `since` and who got it until `until`; everybody before the first of all."""
        held = self._held.get(talk, [])
        instants = [instant for instant, _ in held]
        first, last = bisect_right(instants, since), bisect_right(instants, until)
        before = held[first - 1][1] if first else _EVERYBODY
        return [before, *(who for _, who in held[first:last])]


def _list_held(rows: Rows) -> dict[int, list[tuple[datetime, frozenset[int]]]]:
    """Return since when each conversation belonged to whom, in order."""
    found: dict[int, list[tuple[datetime, frozenset[int]]]] = {}
    for decision in rows.decisions:  # what is offered to some is nobody's yet, and so within reach of all (RG-1)
        who = _EVERYBODY if decision.assignee_id is None else frozenset({decision.assignee_id})
        found.setdefault(decision.conversation_id, []).append((decision.decided_at, who))
    for fact in rows.facts:
        if fact.conversation_id and fact.kind == "taken" and fact.manager_id:
            found.setdefault(fact.conversation_id, []).append((fact.recorded_at, frozenset({fact.manager_id})))
        elif fact.conversation_id and fact.kind in _BY_NOBODY:
            found.setdefault(fact.conversation_id, []).append((fact.recorded_at, _EVERYBODY))
    for held in found.values():
        held.sort(key=lambda each: each[0])
    return found
