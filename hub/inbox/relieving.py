"""A head relieves somebody: the clients who wait with that person go on by the rules of their lines (R-9, R-10).

Unlike the end of a shift it asks nobody's calendar: the person may be at work and simply has too much. Clients who wait
for nobody stay, and so does one whom nobody else can take now. The clocks of clients run on (P-1).
"""

from dataclasses import dataclass

from hub.domain.delivery import Notice
from hub.domain.ids import ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person, may
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import decide_wait, write_decision
from hub.inbox.folds.breaches import stamp_missed
from hub.inbox.folds.ledger import record
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.notices import tell
from hub.inbox.office import Office
from hub.inbox.queries.team import lines_led
from hub.inbox.rights import subject_of
from hub.inbox.viewer import reach_of
from hub.store import team
from hub.store.pool import acquire
from hub.store.scope import Scope

_AT_ONCE = 64
_IDS_EACH = 20


@dataclass(frozen=True, slots=True)
class Relief:
    """How many clients went to others, and how many stay because nobody else can take them now."""

    moved: int = 0
    kept: int = 0


async def relieve(office: Office, actor: Person, manager_id: ManagerId) -> Relief:
    """Hand over who waits with a person on the lines the actor leads, the most urgent first. Commits in parts.

    That person is not asked again for these waits (R-6), and is told of each.

    Raises:
        PermissionDenied: the actor leads no line.
    """
    lines_led(office, actor)  # refuses who leads none
    async with acquire(office.pool) as connection:
        held = await team.list_waiting(connection, reach_of(actor), manager_id)
    parts = [frozenset(held[place : place + _AT_ONCE]) for place in range(0, len(held), _AT_ONCE)]
    reliefs = [await _relieve(office, actor, manager_id, part) for part in parts]
    return Relief(sum(each.moved for each in reliefs), sum(each.kept for each in reliefs))


async def _relieve(office: Office, actor: Person, manager_id: ManagerId, part: frozenset[int]) -> Relief:
    lines = {str(line) for line in office.policy().lines}
    scope = Scope(waits=set(part), lines=lines, always_lines=True, ids=_IDS_EACH * len(part))

    def fold(rows: WorkingSet) -> Relief:
        held = [wait for wait in rows.waits if wait.id in part and wait.is_open and wait.assignee_id == manager_id]
        may_move = [wait for wait in held if _may_move(rows, office, actor, wait)]
        moved = sum(_give_on(rows, office, actor, wait) for wait in may_move)
        return Relief(moved, len(may_move) - moved)

    return await office.change(scope, fold)


def _may_move(rows: WorkingSet, office: Office, actor: Person, wait: Wait) -> bool:
    return may(actor, Action.reassign, subject_of(rows.conversations[wait.conversation_id], office))


def _give_on(rows: WorkingSet, office: Office, actor: Person, wait: Wait) -> bool:
    """Give a wait to somebody else by the rules; where there is nobody it stays as it was."""
    policy = office.policy()
    work = LineWork(rows, policy, policy.get_line(wait.line))
    conversation, owner = rows.conversations[wait.conversation_id], int(wait.assignee_id or 0)
    declined = tuple(dict.fromkeys((*wait.declined, owner)))
    wait = stamp_missed(rows, wait, rows.now)
    freed = rows.waits.put(wait.id, replace(wait, assignee_id=None, declined=declined))
    rows.conversations.put(conversation.id, replace(conversation, assignee_id=None, transfer_to=None))
    decision = decide_wait(work, freed)
    if {decision.assignee, *decision.offered_to} <= {None, owner}:
        rows.waits.put(wait.id, wait)
        rows.conversations.put(conversation.id, conversation)
        return False
    facts = {"by_id": int(actor.manager_id)}
    record(rows, Fact.released, freed, manager_id=ManagerId(owner), actor=Actor.manager, cause="R-9", facts=facts)
    given = write_decision(work, freed, decision, notice=Notice.assigned)
    tell(work, Notice.taken_away, given, to=[owner], cause=f"relieved:{rows.ledger[-1].id}")
    return True
