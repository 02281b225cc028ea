"""People of the business: who presses, who can receive a conversation, whose client is calling."""

from hub.channels.base import Responsible
from hub.domain.facts import ManagerFacts, RouteFacts
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.rights import Person
from hub.domain.wait import Wait
from hub.domain.workset import WorkingSet
from hub.inbox.folds.assignment import facts_of_line
from hub.inbox.folds.line_work import LineWork
from hub.inbox.office import Office
from hub.inbox.viewer import Viewed, person_of, view
from hub.inbox.views import ManagerView
from hub.routing.eligibility import check_transfer
from hub.store import cards, managers, people
from hub.store.pool import acquire


async def get_actor_by_telegram(office: Office, tg_user_id: int) -> Person | None:
    """Return whose Telegram account this is, with role and lines of this very moment (RG-4); `None` for strangers."""
    async with acquire(office.pool) as connection:
        manager = await managers.find_by_telegram(connection, tg_user_id)
    return None if manager is None else person_of(office.policy(), manager)


async def list_receivers(office: Office, actor: Person, conversation_id: ConversationId) -> list[ManagerView]:
    """Return the colleagues a conversation can be handed to, those who can take it now first (R-12).

    Raises:
        NotFound: by rights.
    """
    async with acquire(office.pool) as connection:
        viewed = await view(connection, office, actor, conversation_id)
        conversation = viewed.card.conversation
        wait = await cards.find_open_wait(connection, conversation.contact_id, conversation.line)
        loads = await managers.load_facts(connection, now=office.clock.now())
    rows = WorkingSet(
        now=office.clock.now(), new_id=lambda: 0, managers=loads, locked_lines=frozenset({viewed.line.key})
    )
    facts = facts_of_line(LineWork(rows, office.policy(), viewed.line)).values()
    team = [each for each in facts if viewed.line.has_member(each.key) and each.id != conversation.assignee_id]
    views = [_receiver(viewed, each, _route_facts(viewed, each, wait, rows)) for each in team]
    return sorted(views, key=lambda each: (bool(each.why_not), each.open_waits, each.name))


def _route_facts(viewed: Viewed, target: ManagerFacts, wait: Wait | None, rows: WorkingSet) -> RouteFacts:
    deadline = wait.deadline_at if wait else rows.now
    declined = frozenset(ManagerId(each) for each in wait.declined) if wait else frozenset()
    return RouteFacts(viewed.line.key, rows.now, deadline, deadline - rows.now, (target,), declined=declined)


def _receiver(viewed: Viewed, manager: ManagerFacts, facts: RouteFacts) -> ManagerView:
    reasons = check_transfer(manager, facts, viewed.line).reasons
    why_not = "; ".join(reason.en if viewed.language == "en" else reason.ru for reason in reasons)
    return ManagerView(manager.id, manager.name, manager.is_on_shift, manager.open_waits, why_not)


async def responsible_for(office: Office, phone: str) -> Responsible | None:
    """Return whom a PBX should ring for a client's number (E.164); `None` for unknown numbers. One read."""
    async with acquire(office.pool) as connection:
        found = await people.find_responsible(connection, phone)
    if found is None:
        return None
    return Responsible(found.extension, found.manager_name, found.contact_name)
