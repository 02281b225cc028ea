"""Proposals of rules that nobody decides about come to an end, and whoever made one is told (R-15).

Until then they are refused by `hub.inbox.rule_changes` already. Looked for with the queue, every few seconds.
"""

from hub.crash import crash_point
from hub.domain.delivery import Lane, Notice
from hub.domain.ids import ManagerId
from hub.inbox.office import Office
from hub.inbox.rule_changes import LAPSES_AFTER, name_wish
from hub.inbox.word import Word, tell_in
from hub.store import policy_drafts
from hub.store.policy_drafts import Draft
from hub.store.pool import acquire


async def watch_drafts(office: Office) -> int:
    """End what has been open for fourteen days and return how many. Commits; of two processes one ends each."""
    now = office.clock.now()
    before = now - LAPSES_AFTER
    async with acquire(office.pool) as connection:
        if not await policy_drafts.has_old(connection, before=before):
            return 0
        async with connection.transaction():
            lapsed = await policy_drafts.lapse(connection, before=before, at=now)
            await tell_in(connection, office, [_word(each, each.manager_id) for each in lapsed if each.manager_id])
            crash_point("policy_drafts.before_lapse_commit")
        crash_point("policy_drafts.after_lapse_commit")
    office.wakeup.wake(Lane.notify)
    return len(lapsed)


def _word(draft: Draft, manager_id: int | None) -> Word:
    return Word(Notice.draft_lapsed, ManagerId(manager_id or 0), f"draft:{draft.id}", {"wish": name_wish(draft)})
