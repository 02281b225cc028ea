"""Invariant 7 as a property: whatever two cards hold, taking their merge back gives every row as it was."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Contact, ContactIdentity
from hub.domain.conversation import Conversation, ConversationState, Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import (
    ConnectionId,
    ContactId,
    ConversationId,
    IdentityId,
    LineKey,
    ManagerId,
    ThreadId,
    WaitId,
)
from hub.domain.timer import TimerKind
from hub.domain.wait import Wait, WaitKind, WaitState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.merge_map import list_changes, snapshot, take_back
from hub.inbox.folds.merging import Merging, absorb
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN
from tests.proven import proven

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = to_policy(parse_policy(ALWAYS_OPEN), 1)
SALES = LineKey("sales")
MINUTES = st.integers(0, 600).map(lambda each: timedelta(minutes=each))
PEOPLE = st.sampled_from([None, ManagerId(1), ManagerId(2)])
ENDS = st.sampled_from([WaitState.open, WaitState.answered, WaitState.dismissed])


@st.composite
def cards(draw: st.DrawFn) -> WorkingSet:
    """Two cards with addresses, threads, open and closed conversations, waits and their clocks."""
    numbers = count(100)
    rows = WorkingSet(now=NOON + timedelta(days=1), new_id=lambda: next(numbers))
    for contact_id in (ContactId(1), ContactId(2)):
        name, provisional = draw(st.sampled_from(["", "Мария"])), draw(st.booleans())
        rows.contacts.load(contact_id, Contact(contact_id, NOON, name, is_provisional=provisional))
        for _ in range(draw(st.integers(0, 2))):
            add_address(rows, contact_id)
        for place in range(draw(st.integers(0, 3))):
            add_conversation(draw, rows, contact_id, is_open=place == 0 and draw(st.booleans()))
    return rows


def add_address(rows: WorkingSet, contact_id: ContactId) -> None:
    number = rows.new_id()
    identity = ContactIdentity(
        IdentityId(number), contact_id, IdentityType.tg_user, "", str(number), ProofLevel.proven, NOON
    )
    rows.identities.load((identity.type, "", identity.value), identity)
    thread = Thread(ThreadId(number), ConnectionId(1), f"chat-{number}", contact_id, SALES, NOON)
    rows.threads.load((thread.connection_id, thread.external_id), thread)


def add_conversation(draw: st.DrawFn, rows: WorkingSet, contact_id: ContactId, *, is_open: bool) -> None:
    started, answered = NOON + draw(MINUTES), draw(st.none() | MINUTES)
    conversation = Conversation(
        id=ConversationId(rows.new_id()),
        contact_id=contact_id,
        line=SALES,
        opened_at=started,
        last_message_at=started,
        state=ConversationState.open if is_open else ConversationState.closed,
        assignee_id=draw(PEOPLE),
        offered_to=draw(st.sampled_from([(), (1,), (1, 2)])),
        last_response_at=None if answered is None else NOON + answered,
    )
    rows.conversations.load(conversation.id, conversation)
    add_wait(draw, rows, conversation, draw(ENDS) if is_open else WaitState.answered)


def add_wait(draw: st.DrawFn, rows: WorkingSet, conversation: Conversation, state: WaitState) -> None:
    started = NOON + draw(MINUTES)
    wait = Wait(
        id=WaitId(rows.new_id()),
        contact_id=conversation.contact_id,
        line=SALES,
        conversation_id=conversation.id,
        kind=WaitKind.first_response,
        channel="telegram",
        started_at=started,
        deadline_at=started + timedelta(minutes=15),
        target_seconds=900,
        policy_id="line:sales",
        policy_revision=1,
        state=state,
        assignee_id=conversation.assignee_id,
        ended_at=None if state is WaitState.open else started + draw(MINUTES),
        declined=draw(st.sampled_from([(), (3,)])),
    )
    rows.waits.load(wait.id, wait)
    if wait.is_open:
        rows.arm(TimerKind.first_response, f"wait:{wait.id}", wait.deadline_at)
        rows.arm(TimerKind.level, f"wait:{wait.id}", wait.deadline_at, level=draw(st.integers(0, 2)))


@proven(cards())
def test_m10_invariant7_merge_then_undo_restores_every_row(rows: WorkingSet) -> None:
    before = snapshot(rows)
    absorb(Merging(rows, POLICY, ContactId(1), ContactId(2), ManagerId(1)))
    changes = json.loads(json.dumps(list_changes(before, rows)))

    take_back(changes, rows)

    assert snapshot(rows) == before


@given(cards())
def test_p4_after_a_merge_a_line_has_one_open_conversation_and_one_open_wait(rows: WorkingSet) -> None:
    starts = [wait.started_at for wait in rows.waits if wait.is_open]
    deadlines = [wait.deadline_at for wait in rows.waits if wait.is_open]
    absorb(Merging(rows, POLICY, ContactId(1), ContactId(2), ManagerId(1)))

    assert sum(each.is_open for each in rows.conversations) <= 1
    assert {each.contact_id for each in (*rows.identities, *rows.threads, *rows.conversations, *rows.waits)} <= {1}
    open_waits = [wait for wait in rows.waits if wait.is_open]
    assert len(open_waits) <= 1
    for wait in open_waits:
        assert wait.started_at in starts
        assert wait.deadline_at in deadlines
        assert rows.conversations[wait.conversation_id].is_open
        assert rows.timers[TimerKind.first_response, f"wait:{wait.id}"].due_at == wait.deadline_at
