"""Our things in a CRM's words: cards, sales chances, entries and tasks (pure).

Values go out as the CRM's own ids where rules or schema know them, and stay out where they do not: a manager without
an account there is no value, a stage nobody mapped is no opinion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.crm_sync.account import Account
from hub.crm_sync.base import Entry, EntryKind, Person, Request, Todo
from hub.crm_sync.wording import Language, channel_name
from hub.domain.crm import CrmField, CrmRef
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.domain.lead import Lead, Task
from hub.domain.message import Attachment, Author
from hub.store.crm_cards import ClientRows, EntryRow

OWN = "f:"
"""Own fields stand among the compared values under their code behind this."""
_MESSENGERS = {IdentityType.tg_user: "telegram", IdentityType.tg_chat: "telegram"}
_UNNAMED = "Клиент"


@dataclass(frozen=True, slots=True)
class Client:
    """A client as a run sees them: the rows and what follows from them for this account."""

    account: Account
    rows: ClientRows

    @property
    def phones(self) -> tuple[str, ...]:
        """Return the numbers in E.164, the most certain first."""
        return self._values(IdentityType.phone)

    @property
    def emails(self) -> tuple[str, ...]:
        """Return the mail addresses, the most certain first."""
        return self._values(IdentityType.email)

    def _values(self, kind: IdentityType) -> tuple[str, ...]:
        mine = [row for row in self.rows.identities if row.type is kind and not row.is_shared]
        return tuple(row.value for row in sorted(mine, key=lambda row: -row.level.rank))

    @property
    def name(self) -> str:
        """Return the name, or one that says that nobody knows it yet."""
        reached = next(iter((*self.phones, *self.emails, *(handle for _, handle in self.messengers))), "")
        return self.rows.contact.name or f"{_UNNAMED} {reached}".strip()

    @property
    def messengers(self) -> tuple[tuple[str, str], ...]:
        """Return (kind, handle) of the accounts people can write to."""
        named = ((row.type, row.original or row.value) for row in self.rows.identities if row.type in _MESSENGERS)
        return tuple((_MESSENGERS[kind], handle) for kind, handle in named)

    @property
    def responsible_id(self) -> ManagerId | None:
        """Return the CRM's own responsible, else who works with the client."""
        return self.rows.contact.crm_owner_id or self.rows.assignee_id

    def person(self) -> Person:
        """Return the card to be made."""
        first = self.rows.leads[0] if self.rows.leads else None
        return Person(
            name=self.name,
            phones=self.phones,
            emails=self.emails,
            messengers=self.messengers,
            company=self.rows.company,
            owner=self.account.user_of(self.responsible_id) or "",
            source=first.source if first else "",
            marks=first.origin if first else {},
            fields=own_fields(self.rows.contact.fields, self.account.rules.contact_fields),
        )

    def values(self) -> dict[str, str | None]:
        """Return what is compared of the card."""
        values: dict[str, str | None] = {CrmField.name: self.name, CrmField.company: self.rows.company}
        values[CrmField.owner] = self.account.user_of(self.responsible_id)
        return values | _marked(own_fields(self.rows.contact.fields, self.account.rules.contact_fields, blank=True))


def request_of(client: Client, lead: Lead, contact: CrmRef) -> Request:
    """Return the sales chance to be made of a lead."""
    account = client.account
    person = client.person()
    return Request(
        title=f"{client.name} — {_way_of(client, lead)}".rstrip(" —"),
        contact=contact,
        person=person,
        opened_at=lead.created_at,
        owner=account.user_of(lead.responsible_id or client.responsible_id) or "",
        stage=account.stage_there(lead.stage) or "",
        pipeline=account.rules.pipeline,
        source=lead.source,
        channel=lead.channel,
        amount=lead.amount,
        marks=lead.origin,
        fields=own_fields(lead.fields, account.rules.lead_fields),
    )


def _way_of(client: Client, lead: Lead) -> str:
    """Return where a lead came from as people call it: its source, else the connection's name."""
    return lead.source or client.rows.came_over.get(lead.id) or channel_name(lead.channel, Language.ru)


def values_of_lead(client: Client, lead: Lead) -> dict[str, str | None]:
    """Return what is compared of a sales chance."""
    account = client.account
    values: dict[str, str | None] = {
        CrmField.stage: account.stage_there(lead.stage),
        CrmField.amount: lead.amount,
        CrmField.owner: account.user_of(lead.responsible_id or client.responsible_id),
    }
    return values | _marked(own_fields(lead.fields, account.rules.lead_fields, blank=True))


def own_fields(values: Mapping[str, str], mapped: Mapping[str, str], *, blank: bool = False) -> dict[str, str]:
    """Return own fields by the CRM's codes; empty ones only with `blank`."""
    return {code: values.get(name, "") for name, code in mapped.items() if blank or values.get(name)}


def from_own(changed: Mapping[str, str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Return own fields by our names of values by the CRM's marked codes."""
    return {name: changed[OWN + code] for name, code in mapped.items() if OWN + code in changed}


def _marked(values: Mapping[str, str]) -> dict[str, str]:
    return {OWN + code: value for code, value in values.items()}


def entry_of(client: Client, row: EntryRow) -> Entry:
    """Return the entry of a message, call, form or note."""
    told = dict(row.fields)
    is_call = row.kind == EntryKind.call
    return Entry(
        kind=_kind_of(row),
        at=row.occurred_at,
        text=_text_of(row),
        is_inbound=told.get("direction", row.direction) == "inbound",
        channel=row.channel,
        author=client.name if row.author == Author.client else "",
        user=client.account.user_of(row.manager_id) or "",
        files=tuple(each.name or each.kind.value for each in row.attachments if not is_call),
        phone=_phone_of(client, row),
        seconds=int(told.get("talk_seconds", "0") or 0),
        is_missed=told.get("state") in ("missed", "abandoned", "not_reached"),
        recording=next((each.provider_ref for each in row.attachments if is_call and _is_address(each)), ""),
        link=client.account.link_to(row.number),
    )


def _is_address(attachment: Attachment) -> bool:
    """Tell whether anybody can open a recording as its provider names it."""
    return attachment.provider_ref.startswith(("https://", "http://"))


def _kind_of(row: EntryRow) -> EntryKind:
    if row.direction == EntryKind.note:
        return EntryKind.note
    return EntryKind(row.kind) if row.kind in (EntryKind.call, EntryKind.form) else EntryKind.message


def _text_of(row: EntryRow) -> str:
    """Return what was said, without quoted history; a form with its fields, a letter with its subject."""
    said = row.text if row.visible_length < 0 else row.text[: row.visible_length]
    told = row.fields if row.kind == EntryKind.form else ()
    fields = [f"{name}: {value}" for name, value in told if value.strip() != said.strip()]
    return "\n".join(part for part in (row.subject, said.strip(), *fields) if part)


def _phone_of(client: Client, row: EntryRow) -> str:
    if row.thread.startswith("tel:"):
        return row.thread.removeprefix("tel:")
    return next(iter(client.phones), "")


def todo_of(client: Client, task: Task) -> Todo:
    """Return the task to be made there (T-4)."""
    owner = client.account.user_of(task.manager_id or client.responsible_id) or ""
    return Todo(task.what, task.due_at, owner, is_done=not task.is_open, result=task.result)


def values_of_task(task: Task) -> dict[str, str | None]:
    """Return what is compared of a task."""
    return {CrmField.done: "" if task.is_open else "yes", CrmField.due_at: _minute(task.due_at)}


def _minute(at: datetime) -> str:
    """Return an instant as CRMs keep deadlines: to the minute."""
    return at.replace(second=0, microsecond=0).isoformat()
