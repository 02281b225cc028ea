"""Changing the rules of the business: proposed, tried over what really happened, approved or refused, put into force.

The command line and the manager bot come through here, and the audit names who. A change is tried over a revision; if
the rules have moved on by the time somebody approves, nothing happens and it is tried anew over the present ones.
Heads propose for their own lines, administrators decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.crash import crash_point
from hub.domain.audit import AuditFact, Deed
from hub.domain.delivery import Lane, Notice
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.policy import Policy
from hub.domain.rights import Action, Person, Subject, ensure, may
from hub.domain.words import Words
from hub.inbox.auditing import Noted, note_in
from hub.inbox.office import Office
from hub.inbox.people import AT_THE_MACHINE
from hub.inbox.recompute import count_moved
from hub.inbox.trial import Trial, try_policy
from hub.inbox.word import Word, tell_in
from hub.routing.build import to_policy
from hub.routing.changes import Wish, Wished, calendar_key, fulfil, sharing_lines
from hub.routing.document import DEFAULT_POLICY, diff, parse_policy
from hub.routing.doubts import list_doubts, people_of
from hub.routing.editing import Edited
from hub.routing.tree import PolicyDocument
from hub.store import audit, managers, people, policy, policy_drafts
from hub.store.automation_evidence import count_evidence
from hub.store.ids import IdBlocks
from hub.store.policy import PolicyChange
from hub.store.policy_drafts import Draft
from hub.store.pool import Connection, Pool, acquire
from hub.store.reports import Period

TRIED_OVER = timedelta(days=14)
"""A change is tried over the requests of so long."""
EVIDENCE_OVER = timedelta(days=30)
"""How often an automation would have helped is counted over so long."""
LAPSES_AFTER = timedelta(days=14)
"""A change that nobody decides about in so long is none any more."""
_MOST = 20
_MOST_OF_ONE = 10
_TRIES = 6


class RulesMoved(Conflict):
    """The rules in force are not those over which a change was tried."""

    code = "conflict.rules_moved"


class DraftDecided(NotFound):
    """Somebody has decided about the change."""

    code = "not_found.draft_decided"


class DraftLapsed(DraftDecided):
    """Nobody has decided about the change for too long; it can be proposed anew."""

    code = "not_found.draft_lapsed"


class TooManyDrafts(Conflict):
    """So many proposals of one person wait for a decision that others' could not be seen for them."""

    code = "conflict.too_many_drafts"


class NothingChanges(Conflict):
    """The rules say already what is wanted."""

    code = "conflict.nothing_changes"


@dataclass(frozen=True, slots=True)
class Rules:
    """The document in force as it was written; revision 0 is the one a fresh hub works with."""

    revision: int
    text: str
    document: PolicyDocument


@dataclass(frozen=True, slots=True)
class DraftView:
    """A change that waits for a decision. `by` is who wants it, empty for whoever works at the machine."""

    id: int
    wish: Wish
    by: str
    comment: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a change would do, tried over revision `base`.

    `changes` are the places that differ; `earlier` and `later` count the open deadlines that would move at once.
    `helped` is how often an automation would have acted in the last 30 days, `None` where that is not counted.
    `shares_with` names the other lines that are open by the calendar that would change. `written_over` is the older
    revision over which a whole document was written: what has changed since it would take back.
    """

    draft: DraftView
    base: int
    changes: tuple[str, ...]
    keeps_comments: bool
    trial: Trial
    earlier: int
    later: int
    doubts: tuple[Words, ...]
    helped: int | None = None
    shares_with: tuple[str, ...] = ()
    written_over: int | None = None


async def read_rules(office: Office, actor: Person) -> Rules:
    """Return the rules in force, read afresh.

    Raises:
        PermissionDenied, NotFound: only an administrator reads all of them.
    """
    ensure(actor, Action.edit_policy, Subject())
    async with acquire(office.pool) as connection:
        return await _rules(connection)


async def load_rules(office: Office, actor: Person) -> Rules:
    """Return the rules in force, read afresh, for somebody who may propose changes of at least one line.

    Raises:
        NotFound: the actor may not.
    """
    async with acquire(office.pool) as connection:
        rules = await _rules(connection)
    if not any(may(actor, Action.propose_policy, Subject(LineKey(key))) for key in rules.document.lines):
        raise NotFound("there is nothing of the rules for you")
    return rules


async def propose(office: Office, actor: Person, wish: Wish, *, comment: str = "") -> DryRun:
    """Keep a change for an administrator to decide and return what it would do; a head's one is told them. Commits.

    The same once more, while it is open, is that one again.

    Raises:
        PolicyInvalid: it is not understood, or the rules would be wrong with it.
        NothingChanges: the rules say so already.
        TooManyDrafts: ten of a head's proposals wait already.
        PermissionDenied, NotFound: heads propose for their own lines.
    """
    ensure(actor, Action.propose_policy, _subject(wish))
    now = office.clock.now()
    async with acquire(office.pool) as connection, connection.transaction():
        rules = await _rules(connection)
        changed = fulfil(rules.text, wish, at=now)
        if parse_policy(changed.text) == rules.document:
            raise NothingChanges("the rules say so already")
        new_id = await office.ids.reserve(connection, 1)
        draft = Draft(new_id(), _as_facts(wish), rules.revision, comment, actor.manager_id or None, now)
        known = await policy_drafts.renew(connection, draft, since=now - LAPSES_AFTER)
        draft = draft if known is None else replace(draft, id=known)
        if known is None:
            await _add_draft(connection, office, actor, draft)
        crash_point("policy_drafts.before_add_commit")
    crash_point("policy_drafts.after_add_commit")
    office.wakeup.wake(Lane.notify)
    return await _run(office, draft, rules, changed)


async def try_draft(office: Office, actor: Person, draft_id: int) -> DryRun:
    """Try a draft over the rules in force; returns what it would do. Writes nothing.

    Raises:
        PolicyInvalid: over the rules in force it would be wrong.
        DraftDecided: somebody has decided, or nobody has for too long.
        NotFound: it is neither the actor's own nor is the actor an administrator.
    """
    async with acquire(office.pool) as connection:
        draft = await _open_draft(connection, actor, draft_id, now=office.clock.now())
        rules = await _rules(connection)
    changed = fulfil(rules.text, _wish(draft), at=draft.created_at)
    return await _run(office, draft, rules, changed)


async def apply_draft(office: Office, actor: Person, draft_id: int, *, base: int) -> int:
    """Put a draft into force as it was tried over revision `base`; returns the new revision. Commits.

    Raises:
        RulesMoved: another revision is in force by now.
        DraftDecided: somebody has decided, or nobody has for too long.
        NotFound: the actor is no administrator.
    """
    ensure(actor, Action.edit_policy, Subject())
    async with acquire(office.pool) as connection, connection.transaction():
        draft = await _open_draft(connection, actor, draft_id, now=office.clock.now())
        rules = await _rules(connection)
        if rules.revision != base:
            raise RulesMoved("the rules were changed meanwhile: read what this change would do now")
        text = fulfil(rules.text, _wish(draft), at=draft.created_at).text
        await _decide(connection, office, draft, actor, state=policy_drafts.APPLIED)
        change = PolicyChange(office.clock.now(), draft.comment, manager_id=actor.manager_id or None, based_on=base)
        number = await _add(connection, office.ids, text, change)
        crash_point("policy_drafts.before_apply_commit")
    crash_point("policy_drafts.after_apply_commit")
    return number


async def refuse_draft(office: Office, actor: Person, draft_id: int) -> None:
    """Refuse a draft, or take an own one back. Commits.

    Raises:
        DraftDecided: somebody has decided, or nobody has for too long.
        NotFound: it is not for this actor to decide.
    """
    async with acquire(office.pool) as connection, connection.transaction():
        draft = await _open_draft(connection, actor, draft_id, now=office.clock.now())
        await _decide(connection, office, draft, actor, state=policy_drafts.REFUSED)
        await note_in(connection, office, Noted(actor, Deed.policy_refused, f"draft:{draft.id}"))
        crash_point("policy_drafts.before_refuse_commit")
    crash_point("policy_drafts.after_refuse_commit")


async def list_drafts(office: Office, actor: Person) -> list[DraftView]:
    """Return what waits for a decision, oldest first, twenty at most; heads see what they proposed themselves.

    Raises:
        NotFound: the actor neither decides nor proposes.
    """
    await load_rules(office, actor)
    own = None if may(actor, Action.edit_policy, Subject()) else actor.manager_id
    async with acquire(office.pool) as connection:
        since = office.clock.now() - LAPSES_AFTER
        drafts = await policy_drafts.list_open(connection, limit=_MOST, since=since, manager_id=own)
        names = await people.list_names(connection, (each.manager_id for each in drafts))
    return [_view(each, names.get(each.manager_id or 0, "")) for each in drafts]


async def change_at_once(office: Office, actor: Person, wishes: Sequence[Wish], *, comment: str) -> None:
    """Put small changes into force that move nobody's work, over whatever rules are in force. Commits; repeatable.

    Raises:
        PolicyInvalid: the rules would be wrong with them.
        Conflict: the rules kept changing meanwhile.
        PermissionDenied, NotFound: only an administrator changes the rules.
    """
    ensure(actor, Action.edit_policy, Subject())
    for tries_left in reversed(range(_TRIES)):
        async with acquire(office.pool) as connection:
            rules = await _rules(connection)
        text, now = rules.text, office.clock.now()
        for wish in wishes:
            text = fulfil(text, wish, at=now).text
        if parse_policy(text) == rules.document:
            return
        change = PolicyChange(now, comment, manager_id=actor.manager_id or None, based_on=rules.revision)
        try:
            await put_in_force(office.pool, office.ids, text, change)
        except Conflict:
            if not tries_left:
                raise
        else:
            return


async def put_in_force(pool: Pool, ids: IdBlocks, text: str, change: PolicyChange) -> int:
    """Check a document as a whole and put it into force as the next revision; returns its number. Commits.

    A hub at work renews the deadlines of open waits afterwards (D-6), see `hub.inbox.recompute`.

    Raises:
        PolicyInvalid: something in it is wrong; every fault with its place.
        Conflict: another revision than `change.based_on` is in force.
    """
    parse_policy(text, at=change.at)
    crash_point("policy.before_apply")
    async with acquire(pool) as connection, connection.transaction():
        number = await _add(connection, ids, text, change)
        crash_point("policy.before_apply_commit")
    crash_point("policy.after_apply")
    return number


async def _add(connection: Connection, ids: IdBlocks, text: str, change: PolicyChange) -> int:
    number = await policy.add_revision(connection, text, change=change)
    new_id = await ids.reserve(connection, 1)
    by = ManagerId(change.manager_id or 0)
    facts = {"revision": number, "comment": change.comment}
    await audit.add(connection, AuditFact(new_id(), by, Deed.policy_changed, f"policy:{number}", change.at, facts))
    return number


async def _decide(connection: Connection, office: Office, draft: Draft, actor: Person, *, state: str) -> None:
    by, now = actor.manager_id or None, office.clock.now()
    if not await policy_drafts.decide(connection, draft.id, state=state, manager_id=by, at=now):
        raise DraftDecided("somebody has decided about this change already")


async def _add_draft(connection: Connection, office: Office, actor: Person, draft: Draft) -> None:
    """Store a new proposal; what its author may not decide about is told to whoever may. Raises: TooManyDrafts."""
    await _ensure_few(connection, actor, draft.created_at)
    await policy_drafts.add(connection, draft)
    await note_in(connection, office, Noted(actor, Deed.policy_proposed, f"draft:{draft.id}"))
    if not may(actor, Action.edit_policy, Subject()):
        names = await people.list_names(connection, [draft.manager_id])
        told = {"draft_id": draft.id, "by": names.get(draft.manager_id or 0, ""), "wish": name_wish(draft)}
        everybody = await managers.list_managers(connection)
        administrators = [each for each in everybody if each.is_active and each.role is Role.admin]
        words = (Word(Notice.draft_offered, each.id, f"draft:{draft.id}", told) for each in administrators)
        await tell_in(connection, office, list(words))


async def _ensure_few(connection: Connection, actor: Person, now: datetime) -> None:
    """Let those who only propose have so many proposals open that the list of them shows others' too."""
    if may(actor, Action.edit_policy, Subject()):
        return
    since, own = now - LAPSES_AFTER, actor.manager_id
    if len(await policy_drafts.list_open(connection, limit=_MOST_OF_ONE, since=since, manager_id=own)) == _MOST_OF_ONE:
        raise TooManyDrafts("too many of your proposals wait for a decision: take some back, then propose")


async def _rules(connection: Connection) -> Rules:
    latest = await policy.get_latest(connection)
    text = latest.document if latest else DEFAULT_POLICY
    return Rules(latest.number if latest else 0, text, parse_policy(text))


async def _open_draft(connection: Connection, actor: Person, draft_id: int, *, now: datetime) -> Draft:
    """Return a draft that can be decided about.

    Raises:
        DraftDecided: it cannot any more; said only to whom it concerns.
        NotFound: there is none for this actor.
    """
    draft = await policy_drafts.find(connection, draft_id)
    if draft is None or not _concerns(actor, draft):
        raise NotFound("there is no such change for you")
    is_old = draft.state == policy_drafts.OPEN and draft.created_at <= now - LAPSES_AFTER
    if is_old or draft.state == policy_drafts.LAPSED:
        raise DraftLapsed("nobody has decided about this change for 14 days: propose it anew")
    if draft.state != policy_drafts.OPEN:
        raise DraftDecided("somebody has decided about this change already")
    return draft


def _concerns(actor: Person, draft: Draft) -> bool:
    """Tell whether a draft is the actor's own, who still leads its line, or theirs to decide about."""
    is_own = draft.manager_id == actor.manager_id and may(actor, Action.propose_policy, _subject(_wish(draft)))
    return is_own or may(actor, Action.edit_policy, Subject())


async def _run(office: Office, draft: Draft, rules: Rules, changed: Edited) -> DryRun:
    """Try a change over the requests of late and over the open deadlines; writes nothing."""
    now, wanted = office.clock.now(), parse_policy(changed.text)
    present, proposed = to_policy(rules.document, rules.revision), to_policy(wanted, rules.revision + 1)
    trial = await try_policy(_under(office, present), AT_THE_MACHINE, proposed, Period(now - TRIED_OVER, now))
    async with acquire(office.pool) as connection:
        earlier, later = await count_moved(connection, proposed, now=now)
        here = people_of({each.key: each.is_active for each in await managers.list_managers(connection)})
        names = await people.list_names(connection, [draft.manager_id])
        helped = await _count_help(connection, _wish(draft), now)
    known = {each.say("en") for each in list_doubts(rules.document, now, people=here)}
    doubts = tuple(each.words for each in list_doubts(wanted, now, people=here) if each.say("en") not in known)
    view = _view(draft, names.get(draft.manager_id or 0, ""))
    changes = tuple(diff(rules.document, wanted))
    return DryRun(
        draft=view,
        base=rules.revision,
        changes=changes,
        keeps_comments=changed.keeps_comments,
        trial=trial,
        earlier=earlier,
        later=later,
        doubts=doubts,
        helped=helped,
        shares_with=_shares_with(rules.document, view.wish),
        written_over=draft.base if view.wish.kind is Wished.document and draft.base != rules.revision else None,
    )


def _shares_with(document: PolicyDocument, wish: Wish) -> tuple[str, ...]:
    """Return the names of the other lines whose calendar a change of one line's hours or days is of."""
    line = document.lines.get(wish.line)
    if line is None or wish.kind not in (Wished.hours, Wished.days):
        return ()
    return tuple(name for name in sharing_lines(document, calendar_key(document, line)) if name != line.name)


async def _count_help(connection: Connection, wish: Wish, now: datetime) -> int | None:
    if wish.kind is not Wished.automation:
        return None
    evidence = await count_evidence(connection, since=now - EVIDENCE_OVER, until=now)
    return evidence.get(wish.name)


def _under(office: Office, present: Policy) -> Office:
    """Return the office under rules that were just read: this process may not have taken them over yet."""
    return replace(office, policy=lambda: present)


def _subject(wish: Wish) -> Subject:
    return Subject(LineKey(wish.line)) if wish.line else Subject()


def name_wish(draft: Draft) -> dict[str, str]:
    """Return what a notice needs to name what is wanted: no more of it than its place in the rules."""
    return {name: draft.wish.get(name, "") for name in ("kind", "line", "name")}


def _as_facts(wish: Wish) -> dict[str, str]:
    return {"kind": wish.kind.value, "line": wish.line, "name": wish.name, "words": wish.words}


def _wish(draft: Draft) -> Wish:
    told = draft.wish
    return Wish(Wished(told["kind"]), told["line"], told["name"], told["words"])


def _view(draft: Draft, by: str) -> DraftView:
    return DraftView(draft.id, _wish(draft), by, draft.comment, draft.created_at)
