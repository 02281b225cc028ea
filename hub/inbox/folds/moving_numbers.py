"""A telephone number that has changed hands goes to who proved it last, and both cards say so (M-8)."""

from hub.domain.contact import Claim, ContactIdentity
from hub.domain.conversation import Conversation
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ContactId, ManagerId
from hub.domain.ledger import Actor, Fact
from hub.domain.replacing import replace
from hub.domain.workset import WorkingSet
from hub.inbox.folds.ledger import record


def move_numbers(rows: WorkingSet, to: ContactId, others: frozenset[int], *, manager_id: ManagerId) -> int:
    """Give a card the numbers of `others` that it has proven itself, later than they had; return how many moved.

    For two cards that a person has just kept apart. Calls of the number go to its new owner from now on; what was said
    before stays where it was said.
    """
    moved = [row for row in rows.identities if int(row.contact_id) in others and _is_won(row, to)]
    for row in moved:
        _move(rows, row, to, manager_id=manager_id)
    return len(moved)


def _is_won(row: ContactIdentity, to: ContactId) -> bool:
    is_proven = any(claim.contact_id == to and claim.level is ProofLevel.proven for claim in row.claims)
    return row.type is IdentityType.phone and is_proven and not row.is_shared


def _move(rows: WorkingSet, row: ContactIdentity, to: ContactId, *, manager_id: ManagerId) -> None:
    former = row.contact_id
    left = tuple(claim for claim in row.claims if claim.contact_id != to)
    claims = (*left, Claim(int(former), row.level, row.created_at))
    evidence = "номер перешёл от другого клиента"
    owned = replace(row, contact_id=to, level=ProofLevel.proven, claims=claims, evidence=evidence)
    rows.identities.put((row.type, row.scope, row.value), owned)
    for thread in rows.threads_of(former):
        if thread.external_id == f"tel:{row.value}":
            rows.threads.put((thread.connection_id, thread.external_id), replace(thread, contact_id=to))
    for contact_id, other in ((former, to), (to, former)):
        for conversation in _shown(rows, contact_id):
            facts = {"identity_id": int(row.id), "from": int(former), "to": int(to), "other": rows.contacts[other].name}
            kind = Fact.number_left if contact_id == former else Fact.number_came
            record(rows, kind, conversation, manager_id=manager_id, actor=Actor.manager, cause="M-8", facts=facts)


def _shown(rows: WorkingSet, contact_id: ContactId) -> list[Conversation]:
    """Return the conversations in which people will read it: the open ones, else the last."""
    mine = rows.conversations.where(contact_id)
    opened = [each for each in mine if each.is_open]
    return opened or sorted(mine, key=lambda each: each.id)[-1:]
