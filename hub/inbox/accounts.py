"""Personal accounts of our people behind a connection: taken note of before the batch they came in, and announced.

Whose an account is says the person's own address in the messenger (M-15, case 16): who works in the manager bot is
known by it, others by `hub people address`. Answers over an account that was taken away or may only be read go other
ways (`hub.inbox.ways`).
"""

from dataclasses import dataclass

import structlog

from hub.crash import crash_point
from hub.domain.account import Account, AccountState
from hub.domain.delivery import Delivery, Lane, Notice
from hub.domain.ids import DeliveryId, ManagerId
from hub.domain.inbound import AccountChanged, InboundEvent, Sender
from hub.domain.manager import Manager, Role
from hub.domain.order import order_hash
from hub.domain.workset import WorkingSet
from hub.inbox.endpoint import Endpoint
from hub.inbox.office import Office
from hub.store import accounts, managers
from hub.store.pool import acquire
from hub.store.scope import Scope

_log = structlog.get_logger()


async def take_account_change(office: Office, endpoint: Endpoint, event: InboundEvent) -> bool:
    """Note what became of an account and tell administrators and its owner; return False for every other event.

    Commits. A repetition, or news that changes nothing, tells nobody. An account that comes back under another key
    goes on with the threads it had.

    Raises:
        StorageUnavailable: nothing, or all but the note, was written; the same event may come again.
    """
    if not isinstance(event, AccountChanged):
        return False
    account = _account_of(event)
    async with acquire(office.pool) as connection:
        known = await accounts.find_account(connection, endpoint.id, account.key)
    if known == account:
        return True
    if known is None or known.state is not account.state:
        await _tell(office, endpoint, account, event)
    await _write(office, endpoint, account, event)
    _log.info("account.changed", connection=endpoint.name, state=account.state.value)
    return True


def _account_of(event: AccountChanged) -> Account:
    address = event.owner.addresses[0]
    return Account(event.account, address.value, _name_of(event.owner), event.state)


def _name_of(owner: Sender) -> str:
    """Return a person's name with the handle, as colleagues know the account."""
    return " ".join(part for part in (owner.name, f"@{owner.username}" if owner.username else "") if part)


async def _write(office: Office, endpoint: Endpoint, account: Account, event: AccountChanged) -> None:
    async with acquire(office.pool) as connection, connection.transaction():
        if account.state is not AccountState.off:
            for former in await accounts.list_former_keys(connection, endpoint.id, account):
                await accounts.move_threads(connection, endpoint.id, before=former, now=account.key)
        await accounts.put_account(connection, endpoint.id, account, at=event.occurred_at)
        crash_point("account.before_commit")
    crash_point("account.after_commit")


@dataclass(frozen=True, slots=True)
class _News:
    """What is told to whom: `key` names it for ever."""

    to: tuple[Manager, ...]
    payload: dict[str, object]
    key: str


async def _tell(office: Office, endpoint: Endpoint, account: Account, event: AccountChanged) -> None:
    """Queue the word; a process that dies before the note is written queues it again under the same keys."""
    owner_id = office.staff().get((event.owner.addresses[0].type, "", account.owner))
    async with acquire(office.pool) as connection:
        people = [each for each in await managers.list_managers(connection) if each.is_active]
    owner = next((each.name for each in people if each.id == owner_id), "")
    news = _News(
        tuple(each for each in people if each.role is Role.admin or each.id == owner_id),
        {
            "notice": Notice.account.value,
            "name": endpoint.name,
            "account": account.name,
            "state": account.state.value,
            "owner": owner,
            "owner_id": account.owner,
        },
        f"{Notice.account}:{endpoint.id}:{account.key}:{event.occurred_at.isoformat()}",
    )
    await office.change(Scope(ids=len(news.to) + 1), lambda rows: _queue(rows, news))
    crash_point("account.told")


def _queue(rows: WorkingSet, news: _News) -> None:
    for manager in news.to:
        key = f"{news.key}:{manager.id}"
        rows.deliveries[key] = Delivery(
            id=DeliveryId(rows.new_id()),
            lane=Lane.notify,
            order_hash=order_hash("notify", manager.id, "account"),
            key=key,
            due_at=rows.now,
            created_at=rows.now,
            payload={**news.payload, "manager_id": int(manager.id)},
            manager_id=ManagerId(int(manager.id)),
        )
