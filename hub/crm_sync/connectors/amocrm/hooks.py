"""Webhooks: forms with PHP brackets that say which records changed.

Source: https://www.amocrm.ru/developers/content/crm_platform/webhooks-format (read 2026-11-22). Nothing is signed: the
sender is proved by the unguessable address, and the account it names has to be ours. A body may hold several records of
several kinds; cards and companies both come under `contacts` and differ by `type`; a deletion may be a bare number
instead of a list; times of tasks are wall clock without zone. An answer is awaited for two seconds; after a failure it
comes again, unchanged, up to four times within an hour and a half, and a hook with over a hundred failures in two hours
is switched off.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from hub.channels.base import Raw
from hub.crm_sync.connectors.amocrm.settings import AmoSettings, read_claims
from hub.crm_sync.connectors.amocrm.snapshots import COMPANY, CONTACT, ENTITIES, LEAD, TASK, instant
from hub.domain.crm import CrmRef
from hub.domain.errors import PayloadInvalid, WebhookRejected
from hub.domain.inbound import CrmHint
from hub.net.payloads import clean_text
from hub.net.signatures import is_same_secret

REPEATED_WITHIN = timedelta(hours=2)
EVENTS = (
    *(f"{action}_{kind}" for kind in ("lead", "contact", "company") for action in ("add", "update", "delete")),
    *(f"{action}_{kind}" for kind in ("lead", "contact", "company") for action in ("responsible", "restore")),
    *(f"{action}_task" for action in ("add", "update", "delete", "responsible")),
    "status_lead",
)
_DATED = ("[updated_at]", "[last_modified]")
_MOST_FIELDS = 10_000
_KINDS = {"leads": LEAD, "contacts": CONTACT, "companies": COMPANY, "task": TASK, "tasks": TASK}
_ACTIONS = "add|update|delete|restore|status|responsible"
_NAME = re.compile(
    rf"({'|'.join(_KINDS)})\[({_ACTIONS})\](?:\[(\d{{1,6}})\])?(?:\[\d{{1,6}}\])?"
    r"(?:\[(id|type|updated_at|last_modified|modified_user_id)\])?"
)
_ACCOUNT_NAME = re.compile(r"account\[(id|subdomain)\]")
_ID = re.compile(r"[1-9][0-9]{0,17}")


def read_fields(body: bytes) -> Sequence[tuple[str, str]]:
    """Return the fields of a webhook in order.

    Raises:
        PayloadInvalid: no form in UTF-8, or over ten thousand fields.
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise PayloadInvalid(f"the body is no form: {type(error).__name__}") from error
    return [(clean_text(name), clean_text(value)) for name, value in pairs]


def ensure_ours(raw: Raw, settings: AmoSettings) -> None:
    """Check the secret of the address, where there is one, and the account a webhook names.

    Raises:
        WebhookRejected: the reason for the attempts list.
    """
    secret = settings.hook_secret.get_secret_value()
    if secret and not is_same_secret(raw.suffix, secret):
        raise WebhookRejected("the secret at the end of the address is missing or wrong")
    try:
        told = account_of(read_fields(raw.body))
    except PayloadInvalid as error:
        raise WebhookRejected("no form of amoCRM, so no account to check") from error
    number = str(read_claims(settings.access_token.get_secret_value()).get("account_id") or "")
    is_ours = is_same_secret(told.get("subdomain", ""), settings.subdomain)
    if not (is_ours or is_same_secret(told.get("id", ""), number)):
        raise WebhookRejected("the webhook is of another account than this connection's")


def account_of(fields: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return `id` and `subdomain` of the account a webhook names."""
    return {found.group(1): value for name, value in fields if (found := _ACCOUNT_NAME.fullmatch(name))}


def event_id(raw: Raw, fields: Sequence[tuple[str, str]]) -> str:
    """Return a digest of a body that tells when something changed; another one never repeats it.

    A deletion may carry no time: the same record, restored and deleted again, would look like a repetition for ever.
    """
    is_dated = any(value.isdigit() for name, value in fields if name.endswith(_DATED))
    return hashlib.sha256(raw.body).hexdigest() if is_dated else ""


def first_record(fields: Sequence[tuple[str, str]]) -> str:
    """Return the first record a webhook names, as text; empty if it names none."""
    changed = _changed(fields)
    return next((f"{kind}:{told['id']}" for (kind, _, _), told in changed.items() if told.get("id")), "")


def read_hints(raw: Raw) -> Sequence[CrmHint]:
    """Return what a webhook says changed; kinds and actions that are not ours are left out.

    Raises:
        PayloadInvalid: it is no form of an account, or a record in it has no number.
    """
    fields = read_fields(raw.body)
    if not account_of(fields):
        raise PayloadInvalid("the form names no account")
    digest = hashlib.sha256(raw.body).hexdigest()[:32]
    return [
        _hint(kind, action, told, (f"{digest}:{place}", raw.received_at))
        for place, ((kind, action, _), told) in enumerate(_changed(fields).items())
    ]


def _changed(fields: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str, str], dict[str, str]]:
    """Return the fields that count of each record, by kind, action and place."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for name, value in fields:
        if match := _NAME.fullmatch(name):
            kind, action, place, field = match.groups()
            if field or action == "delete":
                found.setdefault((kind, action, place or ""), {})[field or "id"] = value
    return found


def _hint(kind: str, action: str, told: Mapping[str, str], arrival: tuple[str, datetime]) -> CrmHint:
    record = told.get("id", "")
    if not _ID.fullmatch(record):
        raise PayloadInvalid(f"a record of {kind} has no number")
    external_id, received_at = arrival
    ours = COMPANY if told.get("type") == "company" else _KINDS[kind]
    changed_at = instant(told.get("updated_at")) or instant(told.get("last_modified"))
    changed_by = told.get("modified_user_id", "")
    return CrmHint(
        external_id=external_id,
        entity=ENTITIES[ours],
        ref=CrmRef(ours, record),
        occurred_at=changed_at or received_at,
        changed_by=changed_by if _ID.fullmatch(changed_by) else "",
        is_deleted=action == "delete",
    )
