"""«Это один клиент?» answered: join the cards, keep them apart, or take a merge back (M-5, M-10).

A merge keeps the oldest card of all that the question names; its map makes taking it back exact for 90 days. Each
use-case commits once, under the locks of all cards it touches.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.domain.contact import MatchCandidate, Merge
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ContactId, ConversationId, LeadId
from hub.domain.lead import StageFact
from hub.domain.ledger import Actor, Fact
from hub.domain.rebuilding import list_wait_changes
from hub.domain.rights import Action, Person, ensure, may
from hub.domain.workset import MessageMove, WorkingSet
from hub.inbox.folds.ledger import record
from hub.inbox.folds.merge_map import cancel_made_timers, list_changes, list_made_timers, snapshot, take_back
from hub.inbox.folds.merging import Merging, absorb, list_lost, settle_questions
from hub.inbox.folds.moving_numbers import move_numbers
from hub.inbox.office import Office
from hub.inbox.queries.candidates import find_question
from hub.inbox.rights import subject_of
from hub.store import cards
from hub.store.pool import acquire
from hub.store.scope import Scope

UNDONE_WITHIN = timedelta(days=90)
_IDS = 100


async def join_candidate(office: Office, actor: Person, candidate_id: int, *, with_contact: ContactId) -> int:
    """Make one card of all that the question names; returns the merge's id, the same if it was joined already. Commits.

    `with_contact` is the card that was pressed and has to be one of those asked about. The oldest card stays (M-10),
    open work of one line becomes one (P-4).

    Raises:
        NotFound: no such question for the actor, or the card is none of those asked about.
        Conflict: it was decided otherwise, or one of the cards has become part of another meanwhile.
    """
    async with acquire(office.pool) as connection:
        question, _ = await find_question(connection, office, actor, candidate_id)
        kept = await cards.list_kept_contacts(connection, [question.contact_id, *question.candidates])
        done = await cards.find_merge_of(connection, kept, candidate_id) if question.state == "joined" else None
    if with_contact not in question.candidates:
        raise NotFound("the question is not about this card")
    if done is not None:
        return done
    scope = Scope(contacts=set(kept), whole=True, ids=_IDS)
    return await office.change(scope, lambda rows: fold_join(rows, office, actor, question))


def _open(rows: WorkingSet, question: MatchCandidate) -> MatchCandidate:
    """Return the question as it is now under the locks.

    Raises:
        Conflict: it was decided meanwhile.
    """
    present = rows.candidates.get(question.id)
    if present is None or present.state != "open":
        raise Conflict("this question is decided already")
    return present


def fold_join(rows: WorkingSet, office: Office, actor: Person, asked: MatchCandidate) -> int:
    """Make one card of all that the question names; every card of the working set is one of them.

    Raises: as `join_candidate`.
    """
    question = _open(rows, asked)
    _ensure_may_match(rows, office, actor, question.contact_id)
    kept, *others = sorted(rows.contacts, key=lambda each: (each.created_at, each.id))
    if not others or any(each.merged_into is not None for each in (kept, *others)):
        raise Conflict("one of these cards has become part of another meanwhile; open the question again")
    before = snapshot(rows)
    lost: dict[str, object] = {}
    for other in others:
        lost |= list_lost(rows, rows.contacts[kept.id], other)
        absorb(Merging(rows, office.policy(), kept.id, other.id, actor.manager_id))
    settle_questions(rows, [kept.id, *(each.id for each in others)], question=question, manager_id=actor.manager_id)
    facts: dict[str, object] = {
        "question": question.id,
        "absorbed": [int(each.id) for each in others],
        "changes": list_changes(before, rows),
        "timers": list_made_timers(before, rows),
        "moves": [_to_record(move) for move in rows.message_moves],
    }
    merge = Merge(rows.new_id(), kept.id, others[0].id, facts, rows.now, actor.manager_id)
    rows.merges.add(merge.id, merge)
    _tell_ledger(rows, Fact.joined, kept.id, actor, {"merge_id": merge.id, "lost": lost})
    return merge.id


async def keep_apart(office: Office, actor: Person, candidate_id: int) -> None:
    """Decide that the cards are different clients: the same pair is not asked about again. Commits; idempotent.

    A number of theirs that the asking card has proven itself is its own from now on (M-8).

    Raises:
        NotFound: no such question for the actor.
        Conflict: the cards were joined; take the merge back instead.
    """
    async with acquire(office.pool) as connection:
        question, conversation = await find_question(connection, office, actor, candidate_id)
    if question.state == "joined":
        raise Conflict("these cards are joined: take the merge back instead")

    def fold(rows: WorkingSet) -> None:
        _ensure_may_match(rows, office, actor, conversation.contact_id)
        fold_apart(rows, actor, question.id)

    contacts = {int(question.contact_id), int(conversation.contact_id), *question.candidates}
    await office.change(Scope(contacts=contacts, whole=True, ids=_IDS), fold)


def fold_apart(rows: WorkingSet, actor: Person, candidate_id: int) -> None:
    """Decide that the cards of a question are different clients; a decided question stays as it is (M-5, M-8)."""
    question = rows.candidates[candidate_id]
    if question.state != "open":
        return
    apart = replace(question, state="apart", decided_by=actor.manager_id, decided_at=rows.now)
    rows.candidates.put(question.id, apart)
    contact = rows.contacts[question.contact_id]
    rows.contacts.put(contact.id, replace(contact, is_provisional=False))
    move_numbers(rows, contact.id, frozenset(question.candidates), manager_id=actor.manager_id)


async def find_last_merge(office: Office, actor: Person) -> int | None:
    """Return the actor's newest merge that stands, `None` if there is none."""
    async with acquire(office.pool) as connection:
        return await cards.find_last_merge(connection, actor.manager_id)


async def undo_merge(office: Office, actor: Person, merge_id: int) -> None:
    """Take a merge back: addresses, threads, conversations, waits, messages and clocks as they were (M-10).

    What happened since stays: an answer remains with the card that kept its wait, and a wait that had been joined runs
    again by its own deadline. Commits; idempotent.

    Raises:
        NotFound, PermissionDenied: the merge is not the actor's own and the actor is no head of the line.
        Conflict: it is older than 90 days, or the card that stayed has been joined with another since.
    """
    async with acquire(office.pool) as connection:
        merge = await cards.find_merge(connection, merge_id)
    if merge is None:
        raise NotFound("there is no such merge for you")
    contacts = {int(merge.kept_id), *(int(each) for each in _listed(merge, "absorbed"))}
    await office.change(
        Scope(contacts=contacts, whole=True, ids=_IDS),
        lambda rows: fold_undo(rows, office, actor, rows.merges[merge_id]),
    )


def fold_undo(rows: WorkingSet, office: Office, actor: Person, merge: Merge) -> None:
    """Take a merge back; one that was taken back stays as it is. Raises: as `undo_merge`."""
    _ensure_may_undo(rows, office, actor, merge)
    if merge.undone_at is not None:
        return
    if rows.now - merge.merged_at > UNDONE_WITHIN or rows.contacts[merge.kept_id].merged_into is not None:
        raise Conflict("this merge cannot be taken back any more: it is too old, or the card was joined again")
    for record_ in _listed(merge, "moves"):
        rows.message_moves.append(_back(rows, merge, record_))
    joined = {wait.id: wait for wait in rows.waits}
    stages = {lead.id: lead.stage for lead in rows.leads}
    take_back(merge.map["changes"], rows)  # type: ignore[arg-type]
    cancel_made_timers(_listed(merge, "timers"), rows)
    _tell_stages(rows, stages, actor)
    for wait in rows.waits:
        if became := list_wait_changes(joined[wait.id], wait):
            told = {"merge_id": merge.id, "became": became}
            by = actor.manager_id
            record(rows, Fact.unjoined, wait, manager_id=by, actor=Actor.manager, cause="M-10", facts=told)
    rows.merges.put(merge.id, replace(merge, undone_at=rows.now))
    for contact_id in (merge.kept_id, *_listed(merge, "absorbed")):
        _tell_ledger(rows, Fact.unjoined, ContactId(int(contact_id)), actor, {"merge_id": merge.id})


def _tell_stages(rows: WorkingSet, stages: dict[LeadId, str], actor: Person) -> None:
    """Write that leads are back in the stage from which the merge had moved them, as moves of now (L-6)."""
    for lead in rows.leads:
        if (was := stages.get(lead.id, lead.stage)) != lead.stage:
            rows.leads.put(lead.id, replace(lead, stage_at=rows.now))
            by = actor.manager_id
            fact = StageFact(rows.new_id(), lead.id, lead.stage, "M-10", rows.now, from_stage=was, manager_id=by)
            rows.stage_facts.append(fact)


def _back(rows: WorkingSet, merge: Merge, moved: dict[str, Any]) -> MessageMove:
    """Return a move the other way: the threads' messages of since then go along, each to whom it belongs."""
    changes: Any = merge.map["changes"]
    was, _ = changes["conversations"][str(moved["from"])]["contact_id"]
    return MessageMove(
        from_conversation=ConversationId(moved["to"]),
        to_conversation=ConversationId(moved["from"]),
        to_contact=ContactId(was),
        threads=tuple(moved["threads"]),
        loose=tuple(moved["loose"]),
    )


def _to_record(move: MessageMove) -> dict[str, object]:
    return {
        "from": int(move.from_conversation),
        "to": int(move.to_conversation),
        "threads": list(move.threads),
        "loose": list(move.loose),
    }


def _listed(merge: Merge, name: str) -> list[Any]:
    listed: Any = merge.map.get(name, [])
    return list(listed)


def _ensure_may_match(rows: WorkingSet, office: Office, actor: Person, contact_id: ContactId) -> None:
    """Ask for rights under the locks: one of the client's conversations has to be the actor's to match."""
    if not _may_any(rows, office, actor, Action.match, contact_id=contact_id):
        raise NotFound("there is no such question for you")


def _ensure_may_undo(rows: WorkingSet, office: Office, actor: Person, merge: Merge) -> None:
    """Let people take back their own merges, and heads those of their lines."""
    if merge.manager_id == actor.manager_id and actor.is_active:
        return
    if _may_any(rows, office, actor, Action.unmerge, contact_id=merge.kept_id):
        return
    for conversation in rows.conversations.where(merge.kept_id):
        ensure(actor, Action.unmerge, subject_of(conversation, office))
    raise NotFound("there is no such merge for you")


def _may_any(rows: WorkingSet, office: Office, actor: Person, action: Action, *, contact_id: ContactId) -> bool:
    owned = rows.conversations.where(contact_id)
    return any(may(actor, action, subject_of(each, office)) for each in owned)


def _tell_ledger(rows: WorkingSet, fact: Fact, contact_id: ContactId, actor: Person, facts: dict[str, object]) -> None:
    for conversation in rows.conversations.where(contact_id):
        if conversation.is_open:
            by = actor.manager_id
            record(rows, fact, conversation, manager_id=by, actor=Actor.manager, cause="M-10", facts=facts)
