"""The company of a client: made or found, attached, given an owner (L-8). Nothing here ever merges contacts.

A company is reached through a conversation with one of its people, so rights are those of the conversation.
"""

from dataclasses import dataclass

from hub.domain.company import Company, canonical_inn
from hub.domain.conversation import Conversation
from hub.domain.errors import Conflict, FieldInvalid, NotFound
from hub.domain.identity import canonical_phone
from hub.domain.ids import CompanyId, ConversationId, ManagerId
from hub.domain.replacing import replace
from hub.domain.rights import Action, Person
from hub.domain.workset import WorkingSet
from hub.inbox.office import Office
from hub.inbox.rights import get_conversation
from hub.store import companies, people
from hub.store.pool import acquire
from hub.store.scope import Scope

_IDS = 5


@dataclass(frozen=True, slots=True)
class NewCompany:
    """An organisation as somebody writes it down; everything but the name may be left out."""

    name: str
    inn: str = ""
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


async def set_company(office: Office, actor: Person, conversation_id: ConversationId, *, new: NewCompany) -> CompanyId:
    """Attach a conversation's client to a company, made if none has its INN; returns which. Commits.

    What a known company lacks is filled in, nothing is overwritten. Without an INN it is always a new one: many share
    a name.

    Raises:
        FieldInvalid: the name is missing, or INN or a phone is none.
        NotFound, PermissionDenied: by rights.
    """
    checked = _checked(new)
    known = await _find_known(office, checked)
    try:
        return await _attach_to(office, actor, conversation_id, new=checked, known=known)
    except Conflict:
        winner = await _find_known(office, checked)
        if winner == known:
            raise
        return await _attach_to(office, actor, conversation_id, new=checked, known=winner)


async def _find_known(office: Office, new: NewCompany) -> CompanyId | None:
    if not new.inn:
        return None
    async with acquire(office.pool) as connection:
        return await companies.find_by_inn(connection, new.inn)


async def _attach_to(
    office: Office, actor: Person, conversation_id: ConversationId, *, new: NewCompany, known: CompanyId | None
) -> CompanyId:
    """Attach to the known company, or make one. Raises: Conflict if somebody has made one of this INN meanwhile."""

    def fold(rows: WorkingSet) -> CompanyId:
        conversation = get_conversation(rows, office, actor, Action.edit_lead, conversation_id=conversation_id)
        present = rows.companies.get(known) if known is not None else None
        company = _make(rows, new) if present is None else _fill(rows, present, new)
        _attach(rows, conversation, company.id)
        return company.id

    scope = Scope(conversations={conversation_id}, companies={known} if known is not None else set(), ids=_IDS)
    return await office.change(scope, fold)


async def attach_company(
    office: Office, actor: Person, conversation_id: ConversationId, *, company_id: CompanyId | None
) -> None:
    """Attach a conversation's client to a known company, or to none. Commits; idempotent.

    Raises:
        NotFound: there is no such company or conversation; PermissionDenied: by rights.
    """

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.edit_lead, conversation_id=conversation_id)
        if company_id is not None and company_id not in rows.companies:
            raise NotFound("there is no such company")
        _attach(rows, conversation, company_id)

    named = {company_id} if company_id is not None else set()
    await office.change(Scope(conversations={conversation_id}, companies={*named}, ids=_IDS), fold)


async def set_company_owner(
    office: Office, actor: Person, conversation_id: ConversationId, *, owner_id: ManagerId | None
) -> None:
    """Say whose the clients of this client's company are where nobody else has them (R-3). Commits; idempotent.

    Raises:
        NotFound: the client has no company, or there is no such manager; PermissionDenied: only heads say this.
    """
    if owner_id is not None:
        async with acquire(office.pool) as connection:
            owner = await people.find_manager(connection, owner_id)
        if owner is None or not owner.is_active:
            raise NotFound("there is no such manager")

    def fold(rows: WorkingSet) -> None:
        conversation = get_conversation(rows, office, actor, Action.reassign, conversation_id=conversation_id)
        company = rows.companies.get(rows.contacts[conversation.contact_id].company_id)
        if company is None:
            raise NotFound("this client belongs to no company yet")
        rows.companies.put(company.id, replace(company, owner_id=owner_id))

    await office.change(Scope(conversations={conversation_id}, ids=_IDS), fold)


def _checked(new: NewCompany) -> NewCompany:
    """Return what was written in canonical spellings."""
    if not new.name.strip():
        raise FieldInvalid("a company needs its name", "name")
    inn = canonical_inn(new.inn) if new.inn.strip() else ""
    if inn is None:
        raise FieldInvalid("an INN has 10 or 12 digits, the last of which must fit the others", "inn")
    domains = tuple(domain.strip().lower().removeprefix("@") for domain in new.domains if domain.strip())
    return NewCompany(new.name.strip(), inn, domains, tuple(_phone(phone) for phone in new.phones))


def _phone(written: str) -> str:
    phone = canonical_phone(written)
    if phone is None:
        raise FieldInvalid("a phone has all its digits, for instance +7 495 123-45-67", "phones")
    return phone.e164


def _make(rows: WorkingSet, new: NewCompany) -> Company:
    made = Company(CompanyId(rows.new_id()), new.name, rows.now, new.inn, new.domains, new.phones)
    return rows.companies.add(made.id, made)


def _fill(rows: WorkingSet, company: Company, new: NewCompany) -> Company:
    filled = replace(
        company,
        domains=tuple(dict.fromkeys((*company.domains, *new.domains))),
        phones=tuple(dict.fromkeys((*company.phones, *new.phones))),
    )
    return rows.companies.put(company.id, filled)


def _attach(rows: WorkingSet, conversation: Conversation, company_id: CompanyId | None) -> None:
    contact = rows.contacts[conversation.contact_id]
    rows.contacts.put(contact.id, replace(contact, company_id=company_id))
