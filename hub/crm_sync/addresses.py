"""Phones and mail addresses of a client: what one side has and nobody took away belongs on the other too.

An address that both agreed on and that is missing on one side was deleted there by a person: it is not put back.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from hub.crm_sync.base import Patch, Snapshot
from hub.crm_sync.mapping import Client
from hub.crm_sync.writing import change, digest, ensure_held, keep
from hub.domain.crm import read_ref
from hub.domain.identity import canonical_email, canonical_phone
from hub.domain.replacing import replace
from hub.inbox.crm_changes import CardChange, change_card
from hub.store.crm_items import DONE, CrmItem

_PHONES, _EMAILS = "phones", "emails"
Addresses = Mapping[str, Sequence[str]]


def addresses_of(client: Client) -> dict[str, str]:
    """Return phones and mail addresses of a client as they are remembered in a base."""
    return {kind: " ".join(values) for kind, values in _ours(client).items()}


def without_addresses(base: Mapping[str, str]) -> dict[str, str]:
    """Return a base in which no address is agreed upon."""
    return {name: value for name, value in base.items() if name not in (_PHONES, _EMAILS)}


async def share_addresses(client: Client, item: CrmItem, found: Snapshot | None) -> CrmItem:
    """Add on either side what it lacks; `found` None: what both agreed on is still there. Commits on the way.

    Raises:
        TemporaryFailure, OutcomeUnknown, AuthenticationFailed: the rest comes with the next run.
    """
    ours = _ours(client)
    agreed = {kind: item.base.get(kind, "").split() for kind in ours}
    theirs = _theirs(found) if found else agreed
    to_hub = {kind: _new(theirs[kind], ours[kind], agreed[kind]) for kind in ours}
    to_crm = {kind: _new(ours[kind], theirs[kind], agreed[kind]) for kind in ours}
    if any(to_hub.values()):
        await ensure_held(client.account)
        await change_card(
            client.account.office,
            client.rows.contact.id,
            CardChange(phones=to_hub[_PHONES], emails=to_hub[_EMAILS]),
            crm=item.connection_id,
        )
    item = await _write_there(client, item, to_crm)
    known = {kind: " ".join(dict.fromkeys((*agreed[kind], *theirs[kind], *ours[kind]))) for kind in ours}
    base = {**item.base, **known}
    if item.state != DONE or base == item.base:
        return item
    return await keep(client.account, replace(item, base=base))


async def _write_there(client: Client, item: CrmItem, wanted: Mapping[str, tuple[str, ...]]) -> CrmItem:
    """Write what the record lacks; a refusal is stored with it, and refused once it is not tried again."""
    mark = digest(wanted[_PHONES], wanted[_EMAILS])
    if not any(wanted.values()) or item.mark == mark:
        return item
    call = partial(
        client.account.crm.update_contact, read_ref(item.ref), Patch(phones=wanted[_PHONES], emails=wanted[_EMAILS])
    )
    item = await change(client.account, item, mark, call)
    return item if item.state == DONE else await keep(client.account, item)


def _ours(client: Client) -> Addresses:
    return {_PHONES: client.phones, _EMAILS: client.emails}


def _theirs(found: Snapshot) -> Addresses:
    phones = [phone.e164 for each in found.phones if (phone := canonical_phone(each)) is not None]
    return {_PHONES: phones, _EMAILS: [mail.value for each in found.emails if (mail := canonical_email(each))]}


def _new(values: Sequence[str], there: Sequence[str], agreed: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in values if each not in there and each not in agreed))
