"""Rows of a file as a fold: whose card each is, what it adds to it, what it makes (M-2 to M-7, M-13, L-8).

Stricter than a message that has to go somewhere: where two cards may be meant, the row makes nothing and is reported
(M-5). A card that is found gets what it lacks and never anything in place of what it has. What every row made and
filled is written with it, so that undo is exact.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.company import Company
from hub.domain.contact import Contact, ContactIdentity
from hub.domain.identity import IdentityType
from hub.domain.ids import CompanyId, ContactId, IdentityId, LeadId
from hub.domain.imports import ImportRow, RowVerdict
from hub.domain.inbound import Address
from hub.domain.lead import Lead, StageFact
from hub.domain.replacing import replace
from hub.domain.stages import StageState
from hub.domain.workset import WorkingSet
from hub.inbox.folds.line_work import LineWork
from hub.inbox.folds.matching import IdentityKey
from hub.inbox.importing import words
from hub.inbox.importing.reading import LeadTold, Told

CAUSE = "import"
"""The cause of the first stage of an imported lead (L-6)."""

CONTACT, LEAD, COMPANY = "contact", "lead", "company"
"""What a row may have made."""

IDS_PER_ROW = 5
_ONE_PER_PERSON = frozenset({IdentityType.tg_user, IdentityType.crm_id})
Filled = dict[str, Any]


@dataclass(slots=True)
class ImportWork:
    """A chunk of rows under one line's rules. Companies are found by tax number, else by a name only one has."""

    work: LineWork
    batch_id: int
    by_inn: dict[str, Company] = field(default_factory=dict)
    by_name: dict[str, list[Company]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for company in self.rows.companies:
            self.note_company(company)

    @property
    def rows(self) -> WorkingSet:
        return self.work.rows

    def note_company(self, company: Company) -> None:
        """Let later rows find a company."""
        self.by_name[simple_name(company.name)].append(company)
        if company.inn:
            self.by_inn[company.inn] = company


def simple_name(name: str) -> str:
    """Return a company's name as names are compared."""
    return " ".join(name.split()).lower()


def keys_of(told: Told) -> dict[IdentityKey, Address]:
    """Return the addresses of a row by the keys under which they are unique."""
    return {(address.type, "", address.value): address for address in told.addresses}


def fold_rows(work: ImportWork, told: Iterable[Told]) -> list[ImportRow]:
    """Put rows into the working set in the order of the file and return what became of each."""
    return [work.rows.imported.add(row.key, row) for row in (_fold(work, each) for each in told)]


def _fold(work: ImportWork, told: Told) -> ImportRow:
    if told.refusal:
        return ImportRow(work.batch_id, told.number, RowVerdict.refused, told.refusal, cells=told.cells)
    keyed = keys_of(told)
    found, doubt = _find(work.rows, keyed)
    if doubt:
        return ImportRow(work.batch_id, told.number, RowVerdict.ambiguous, doubt, cells=told.cells)
    contact = work.rows.contacts[found] if found is not None else _new_contact(work.rows)
    row = ImportRow(
        work.batch_id,
        told.number,
        RowVerdict.new if found is None else RowVerdict.merged,
        remarks=told.remarks,
        contact_id=contact.id,
        made=(CONTACT,) if found is None else (),
        identities=tuple(_attach(work.rows, contact.id, keyed)),
    )
    row = _fill_contact(work, contact, told, row)
    return row if told.lead is None else _add_lead(work, told, told.lead, row=row)


def _find(rows: WorkingSet, keyed: Mapping[IdentityKey, Address]) -> tuple[ContactId | None, str]:
    """Return the one card that is meant, `None` for a new one, or why that cannot be told (M-4, M-5, M-7)."""
    known = [row for key in keyed if (row := rows.identities.get(key)) is not None]
    found = list(dict.fromkeys(row.contact_id for row in known if not row.is_shared))
    if len(found) > 1:
        return None, words.SEVERAL_CARDS
    if not found:
        return None, words.SHARED_ADDRESS if len(known) == len(keyed) else ""
    return found[0], words.OTHER_PERSON if _contradicts(rows, found[0], keyed) else ""


def _contradicts(rows: WorkingSet, contact_id: ContactId, keyed: Mapping[IdentityKey, Address]) -> bool:
    """Tell whether the card has another address of a type that a person has once (M-4)."""
    own = {row.type: row.value for row in rows.identities_of(contact_id) if row.type in _ONE_PER_PERSON}
    return any(own.get(address.type, address.value) != address.value for address in keyed.values())


def _new_contact(rows: WorkingSet) -> Contact:
    contact = Contact(ContactId(rows.new_id()), rows.now)
    return rows.contacts.add(contact.id, contact)


def _attach(rows: WorkingSet, contact_id: ContactId, keyed: Mapping[IdentityKey, Address]) -> Iterable[int]:
    """Give the card the addresses nobody has; their level is `imported`, so none is written to before it is proven."""
    for key, address in keyed.items():
        if key in rows.identities:
            continue
        identity = ContactIdentity(
            id=IdentityId(rows.new_id()),
            contact_id=contact_id,
            type=address.type,
            scope="",
            value=address.value,
            level=address.level,
            created_at=rows.now,
            original=address.original,
            evidence="из файла",
        )
        yield rows.identities.add(key, identity).id


def _fill_contact(work: ImportWork, contact: Contact, told: Told, row: ImportRow) -> ImportRow:
    company, row = _company(work, told, row) if contact.company_id is None else (None, row)
    given: Filled = {"name": told.name, "company_id": company, "crm_owner_id": told.responsible_id}
    filled = {key: value for key, value in given.items() if value and not getattr(contact, key)}
    changed = replace(contact, **filled)
    filled |= _own_filled(contact, told.fields, told.tags)
    changed = replace(
        changed,
        fields={**contact.fields, **filled.get("fields", {})},
        tags=(*contact.tags, *filled.get("tags", ())),
    )
    work.rows.contacts.put(contact.id, changed)
    return replace(row, filled=filled)


def _own_filled(has: Contact | Lead, fields: Mapping[str, str], tags: tuple[str, ...]) -> Filled:
    """Return own fields and tags that are given and not there yet."""
    lacking: Filled = {
        "fields": {key: value for key, value in fields.items() if not has.fields.get(key)},
        "tags": [tag for tag in tags if tag not in has.tags],
    }
    return {key: value for key, value in lacking.items() if value}


def _company(work: ImportWork, told: Told, row: ImportRow) -> tuple[CompanyId | None, ImportRow]:
    """Return the company a row names, made if nobody has its tax number or name (L-8)."""
    if not told.company and not told.inn:
        return None, row
    known = work.by_inn.get(told.inn) if told.inn else None
    namesakes = [each for each in work.by_name[simple_name(told.company)] if not (told.inn and each.inn)]
    if known is None and len(namesakes) > 1:
        return None, replace(row, remarks=(*row.remarks, words.SEVERAL_COMPANIES))
    company = known or next(iter(namesakes), None)
    if company is not None:
        return company.id, row
    made = Company(CompanyId(work.rows.new_id()), told.company or f"ИНН {told.inn}", work.rows.now, told.inn)
    work.note_company(work.rows.companies.add(made.id, made))
    return made.id, replace(row, company_id=made.id, made=(*row.made, COMPANY))


def _add_lead(work: ImportWork, told: Told, lead_told: LeadTold, *, row: ImportRow) -> ImportRow:
    """Fill the lead that the card has already, or make one on the stage that is told (M-13, L-1)."""
    contact_id = ContactId(row.contact_id or 0)
    known = _known_lead(work, contact_id, lead_told)
    if known is None:
        made = _make_lead(work, contact_id, told, lead_told)
        return replace(row, lead_id=made.id, made=(*row.made, LEAD), lead_filled=_made_of(made))
    if not known.is_open:
        return replace(row, lead_id=known.id)
    given: Filled = {
        "source": lead_told.source,
        "amount": lead_told.amount,
        "responsible_id": told.responsible_id,
    }
    filled = {key: value for key, value in given.items() if value and not getattr(known, key)}
    changed = replace(known, **filled)
    filled |= _own_filled(known, lead_told.fields, ())
    origin = {key: value for key, value in lead_told.origin.items() if key not in known.origin}
    if origin:
        filled["origin"] = origin
    fields = {**known.fields, **filled.get("fields", {})}
    work.rows.leads.put(known.id, replace(changed, fields=fields, origin={**known.origin, **origin}))
    return replace(row, lead_id=known.id, lead_filled=filled)


def _known_lead(work: ImportWork, contact_id: ContactId, told: LeadTold) -> Lead | None:
    """Return the newest open lead on the line for an open stage; for an end of one the lead that ended there."""
    leads = [lead for lead in work.rows.leads.where(contact_id) if lead.line == work.work.line.key]
    is_open = told.stage.state is StageState.open
    fitting = [lead for lead in leads if (lead.is_open if is_open else lead.stage == told.stage.key)]
    return max(fitting, key=lambda lead: (lead.created_at, lead.id), default=None)


def _make_lead(work: ImportWork, contact_id: ContactId, told: Told, lead_told: LeadTold) -> Lead:
    rows, stage = work.rows, lead_told.stage
    began_at = lead_told.created_at or rows.now
    lead = Lead(
        id=LeadId(rows.new_id()),
        contact_id=contact_id,
        line=work.work.line.key,
        created_at=began_at,
        stage_at=began_at,
        stage=stage.key,
        state=stage.state.value,
        source=lead_told.source,
        origin=dict(lead_told.origin),
        responsible_id=told.responsible_id,
        loss_reason=lead_told.loss_reason,
        loss_note=lead_told.loss_note,
        amount=lead_told.amount,
        fields=dict(lead_told.fields),
        closed_at=None if stage.state is StageState.open else began_at,
    )
    rows.stage_facts.append(_first_fact(rows, lead))
    return rows.leads.add(lead.id, lead)


def _first_fact(rows: WorkingSet, lead: Lead) -> StageFact:
    """Return the fact by which the lead stands where the file says: L-3 asks for fields at moves, not here."""
    facts: Filled = {
        "line": lead.line,
        "contact_id": int(lead.contact_id),
        "channel": lead.channel,
        "source": lead.source,
        "origin": dict(lead.origin),
    }
    if not lead.is_open:
        facts |= {"reason": lead.loss_reason, "amount": lead.amount}
    return StageFact(rows.new_id(), lead.id, lead.stage, CAUSE, occurred_at=lead.created_at, facts=facts)


def _made_of(lead: Lead) -> Filled:
    """Return what a new lead was made with, so that undo sees whether anybody has touched it."""
    names = ("stage", "state", "source", "amount", "responsible_id", "loss_reason", "loss_note")
    plain: Filled = {name: getattr(lead, name) for name in names}
    return {**plain, "fields": dict(lead.fields), "origin": dict(lead.origin)}
