"""A restored hub goes on: what would leave is shown, then what may be a second time is settled, then the rest goes.

The backup is older than the world (reliability case 38). An answer that it holds as unsent may have reached the client
from the hub that was lost, so a person says whether it did; words that no person wrote are late or second ones and are
dropped; deadlines that passed before the restore become facts and one summary instead of hundreds of alarms. Everything
else, what came and was answered since the restore above all, goes its usual way. The mark falls last: whatever ends in
between is done again from the beginning, and finds the rest.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from hub.crash import crash_point
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.errors import Conflict
from hub.domain.ids import DeliveryId
from hub.domain.line import LineMode
from hub.domain.manager import Manager, Role
from hub.domain.message import DeliveryState
from hub.domain.order import order_hash
from hub.domain.restored import Restored
from hub.domain.workset import Settled, WorkingSet
from hub.inbox.folds.missed import Missing
from hub.inbox.office import Office
from hub.inbox.outcomes import settle_reply
from hub.store import deliveries, managers, outgoing
from hub.store import restored as stored
from hub.store.deliveries import ClaimedDelivery
from hub.store.locks import alone
from hub.store.pool import acquire
from hub.store.restored import HeldBack, Overdue
from hub.store.scope import Scope
from hub.store.timers import DueTimer

BATCH = 64
_IDS_PER_TIMER = 8
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of what a restored hub holds back: deliveries by lane, old timers by line and kind.

    `unread` payloads are stored and not processed yet; what follows from them is not counted.
    """

    restored: Restored
    deliveries: Sequence[HeldBack]
    timers: Sequence[Overdue]
    unread: int


async def look_ahead(office: Office) -> Outlook | None:
    """Return what would happen if the hub went on now; None if it is not held. Reads only."""
    async with acquire(office.pool) as connection:
        restored = await stored.read(connection)
        if restored is None or not restored.is_held:
            return None
        return Outlook(
            restored,
            await stored.list_held_back(connection, restored),
            await stored.list_overdue(connection, restored),
            await stored.count_unread(connection),
        )


async def resume(office: Office) -> bool:
    """Let a restored hub go on; False if it is not held. Commits step by step; repeating goes on where it ended.

    Processes at work notice it at their next refresh, within seconds.

    Raises:
        Conflict: somebody else is at it.
    """
    async with acquire(office.pool) as connection, alone(connection, "resume") as is_ours:
        if not is_ours:
            raise Conflict("somebody else lets this hub go on at this moment: look again")
        restored = await stored.read(connection)
        if restored is None or not restored.is_held:
            return False
        await _doubt_answers(office, restored)
        await _miss_timers(office, restored)
        await _summarise(office, restored)
        is_released = await stored.release(connection, now=office.clock.now())
    _log.info("hub.resumed", restored_at=restored.at, made_at=restored.made_at)
    return is_released


async def _doubt_answers(office: Office, restored: Restored) -> None:
    """End answers of the backup as unknown: their authors are told and say whether they arrived (S3)."""
    token = secrets.randbits(62)
    while True:
        async with acquire(office.pool) as connection:
            claimed = await stored.claim_doubtful(connection, restored, token=token, limit=BATCH)
        crash_point("resume.answers_claimed")
        if not claimed:
            return
        for each in claimed:
            await _doubt(office, each)


async def _doubt(office: Office, claimed: ClaimedDelivery) -> None:
    ids = tuple(claimed.external_ids)
    end = Settled(
        claimed.id, claimed.token, DeliveryState.unknown, stored.RESTORED, external_ids=ids, part=claimed.part
    )
    received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
    async with acquire(office.pool) as connection:
        found = await outgoing.find_outgoing(connection, claimed.message_id or 0, received_at)
        if found is None:
            await deliveries.finish(connection, [end])
            return
    crash_point("resume.before_doubt")
    await settle_reply(office, claimed, found.message, end, accepted_at=None)
    crash_point("resume.after_doubt")


async def _miss_timers(office: Office, restored: Restored) -> None:
    """Write what old timers leave behind, without firing them. What automations follow from facts does not act."""
    while due := await _list_old(office, restored):

        def fold(rows: WorkingSet, due: Sequence[DueTimer] = due) -> None:
            missing = Missing(rows, office.policy(), restored.at)
            for each in due:
                missing.miss(each)

        crash_point("resume.before_miss")
        await office.apply(_scope(due), fold)
        crash_point("resume.after_miss")
        async with acquire(office.pool) as connection:
            await stored.miss(connection, due, now=office.clock.now())
    async with acquire(office.pool) as connection:
        await stored.miss_silent(connection, restored, now=office.clock.now())
    crash_point("resume.timers_missed")


async def _list_old(office: Office, restored: Restored) -> list[DueTimer]:
    async with acquire(office.pool) as connection:
        return await stored.list_old_timers(connection, restored, limit=BATCH)


def _scope(due: Sequence[DueTimer]) -> Scope:
    return Scope(
        waits=_numbers(due, "wait"),
        conversations=_numbers(due, "conversation"),
        tasks=_numbers(due, "task"),
        ids=_IDS_PER_TIMER * len(due),
    )


def _numbers(due: Sequence[DueTimer], noun: str) -> set[int]:
    named = (each.subject.split(":") for each in due)
    return {int(parts[1]) for parts in named if parts[0] == noun}


async def _summarise(office: Office, restored: Restored) -> None:
    """Tell heads of their lines and administrators of all, once, how many clients wait past their deadline.

    Told before the mark falls: whoever dies in between tells again under the same keys.
    """
    async with acquire(office.pool) as connection:
        late = await stored.count_late(connection, restored)
        doubtful = await stored.count_doubtful(connection, restored)
        people = await managers.list_managers(connection)
    told = [(each, _lines_of(office, each, late)) for each in people if each.is_active and each.tg_user_id is not None]
    summaries = [(each, lines) for each, lines in told if each.role is Role.admin or lines]

    def fold(rows: WorkingSet) -> None:
        for each, lines in summaries:
            _tell(rows, restored, each, {"late": lines, "doubtful": doubtful})

    crash_point("resume.before_summary")
    await office.apply(Scope(ids=len(summaries) + 1), fold)
    crash_point("resume.after_summary")


def _lines_of(office: Office, manager: Manager, late: Mapping[str, int]) -> list[tuple[str, int]]:
    return list(_named(office, manager, late)) if manager.role in {Role.head, Role.admin} else []


def _named(office: Office, manager: Manager, late: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield name and number of late clients of each line that concerns somebody; lines that only watch stay silent."""
    policy = office.policy()
    for key, number in sorted(late.items()):
        line = policy.get_line(key)
        if line.mode is not LineMode.observe and (manager.role is Role.admin or line.has_member(manager.key)):
            yield line.name, number


def _tell(rows: WorkingSet, restored: Restored, manager: Manager, facts: Mapping[str, object]) -> None:
    key = f"{Notice.restored}:{manager.id}:{restored.at.isoformat()}"
    instants = {"made_at": restored.made_at.isoformat(), "restored_at": restored.at.isoformat()}
    rows.deliveries[key] = Delivery(
        id=DeliveryId(rows.new_id()),
        lane=Lane.notify,
        order_hash=order_hash("notify", manager.id, Notice.restored),
        key=key,
        due_at=rows.now,
        created_at=rows.now,
        payload={"notice": Notice.restored.value, "manager_id": int(manager.id), **instants, **facts},
        manager_id=manager.id,
    )
