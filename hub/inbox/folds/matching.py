"""Whose card is it? The rules M-1 to M-7 and M-9 as a fold over the working set.

The address that the channel itself vouches for decides alone if it is known; what was typed or quoted beside it only
attaches, and where it points to somebody else a person is asked (M-5). Nothing is ever matched by name, username or
digits found in a text (M-6). A link from a card proves only that somebody held it: it asks and never attaches.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.client_link import is_spent
from hub.domain.contact import Claim, Contact, ContactIdentity, MatchCandidate
from hub.domain.conversation import Thread
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConnectionId, ContactId, IdentityId
from hub.domain.inbound import Address, Sender
from hub.domain.replacing import replace
from hub.domain.workset import WorkingSet
from hub.inbox.match_words import NEW_CLIENT, SAME_THREAD, SEVERAL_CARDS, address_code

_ONE_PER_PERSON = frozenset({IdentityType.tg_user, IdentityType.crm_id})
_LEVEL_WORDS = {
    ProofLevel.proven: "подтверждён",
    ProofLevel.claimed: "указан клиентом",
    ProofLevel.imported: "из CRM",
}
IdentityKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """The contact a payload belongs to.

    `evidence` says how it was found, in a code of `match_words`; `is_new`: made just now; `candidate` is the question
    that arose (M-5).
    """

    contact: Contact
    evidence: str
    is_new: bool = False
    candidate: MatchCandidate | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a sender was met.

    `is_vouched`: the first address is the channel's own (a chat, the From of a letter, the caller's number), not typed.
    `thread` is the known thread the words belong to: where an address is shared, only that tells people apart (M-7).
    """

    connection_id: ConnectionId
    is_vouched: bool
    shared_after: int
    thread: Thread | None = None


def identity_key(address: Address, connection_id: ConnectionId) -> IdentityKey:
    """Return the key under which an address is unique in the installation."""
    return address.type, str(connection_id) if address.is_scoped else "", address.value


def match_contact(workset: WorkingSet, sender: Sender, sighting: Sighting) -> Match:
    """Find the contact of a sender or make one, attach the addresses, ask where it is not sure (M-3 to M-5, M-7)."""
    keyed = {identity_key(address, sighting.connection_id): address for address in sender.addresses}
    rows = {key: row for key in keyed if (row := workset.identities.get(key)) is not None}
    known = {key: row for key, row in rows.items() if not row.is_shared and not is_spent(row, workset.now)}
    own = next(iter(keyed), None) if sighting.is_vouched else None
    match = _by_thread(workset, rows, own, sighting) or _choose(workset, keyed, known, own, sender)
    _attach(workset, match.contact, keyed, shared_after=sighting.shared_after)
    return replace(match, contact=_fill(workset, match.contact, sender))


def attach_addresses(workset: WorkingSet, contact: Contact, addresses: Iterable[Address], sighting: Sighting) -> None:
    """Give a card addresses that somebody else says are its own; one that another card has stays there (M-4, M-7)."""
    keyed = {identity_key(address, sighting.connection_id): address for address in addresses}
    _attach(workset, contact, keyed, shared_after=sighting.shared_after)


def _by_thread(
    workset: WorkingSet, rows: dict[IdentityKey, ContactIdentity], own: IdentityKey | None, sighting: Sighting
) -> Match | None:
    """Return the card of the thread where the sender's own address is shared, so that it says nothing (M-7)."""
    row = rows.get(own) if own is not None else None
    if row is None or not row.is_shared or sighting.thread is None:
        return None
    return Match(workset.contacts[sighting.thread.contact_id], SAME_THREAD)


def _choose(
    workset: WorkingSet,
    keyed: dict[IdentityKey, Address],
    known: dict[IdentityKey, ContactIdentity],
    own: IdentityKey | None,
    sender: Sender,
) -> Match:
    found = list(dict.fromkeys(row.contact_id for row in known.values()))
    if own is not None and own in known:
        return _known_sender(workset, known[own], known)
    if not found:
        return Match(_new_contact(workset, sender), NEW_CLIENT, is_new=True)
    if all(row.type is IdentityType.card_link for row in known.values()):
        stranger = _new_contact(workset, sender, is_provisional=True)
        return Match(stranger, NEW_CLIENT, is_new=True, candidate=_ask(workset, stranger, known))
    if len(found) == 1 and not _contradicts(workset, found[0], keyed):
        row = next(iter(known.values()))
        return Match(workset.contacts[found[0]], address_code(row))
    contact = _new_contact(workset, sender, is_provisional=True)
    return Match(contact, SEVERAL_CARDS, is_new=True, candidate=_ask(workset, contact, known))


def _known_sender(workset: WorkingSet, row: ContactIdentity, known: dict[IdentityKey, ContactIdentity]) -> Match:
    contact = workset.contacts[row.contact_id]
    others = {key: other for key, other in known.items() if other.contact_id != contact.id}
    candidate = _ask(workset, contact, others) if others else None
    return Match(contact, address_code(row), candidate=candidate)


def _contradicts(workset: WorkingSet, contact_id: ContactId, keyed: dict[IdentityKey, Address]) -> bool:
    """Tell whether the contact has another proven address of a type that a person has once (M-4)."""
    proven = {
        (row.type, row.scope): row.value
        for row in workset.identities_of(contact_id)
        if row.level is ProofLevel.proven and row.type in _ONE_PER_PERSON
    }
    return any(
        proven.get((address.type, key[1]), address.value) != address.value
        for key, address in keyed.items()
        if address.level is ProofLevel.proven
    )


def _ask(workset: WorkingSet, contact: Contact, known: dict[IdentityKey, ContactIdentity]) -> MatchCandidate | None:
    """Write the question unless it stands already or a person has kept the cards apart; a card has one at most."""
    asked = [row for row in workset.candidates if row.contact_id == contact.id]
    answered = {other for row in asked if row.state == "apart" for other in row.candidates}
    others = tuple(dict.fromkeys(int(row.contact_id) for row in known.values() if row.contact_id not in answered))
    standing = next((row for row in asked if row.state == "open"), None)
    if set(others) <= set(standing.candidates if standing else ()):
        return None
    if standing is not None:
        return workset.candidates.put(standing.id, _extended(standing, others, map(address_code, known.values())))
    question = MatchCandidate(
        id=workset.new_id(),
        contact_id=contact.id,
        candidates=others,
        reasons=tuple(address_code(row) for row in known.values()),
        created_at=workset.now,
    )
    return workset.candidates.add(question.id, question)


def _extended(question: MatchCandidate, others: Iterable[int], reasons: Iterable[str]) -> MatchCandidate:
    """Return an open question that asks about more cards."""
    return replace(
        question,
        candidates=tuple(dict.fromkeys((*question.candidates, *others))),
        reasons=tuple(dict.fromkeys((*question.reasons, *reasons))),
    )


def _new_contact(workset: WorkingSet, sender: Sender, *, is_provisional: bool = False) -> Contact:
    contact = Contact(
        id=ContactId(workset.new_id()),
        created_at=workset.now,
        name=sender.name,
        language=sender.language,
        is_provisional=is_provisional,
        is_anonymous=not sender.addresses,
    )
    return workset.contacts.add(contact.id, contact)


def _attach(workset: WorkingSet, contact: Contact, keyed: dict[IdentityKey, Address], *, shared_after: int) -> None:
    """Give the contact what nobody has, raise the proof of what it has, note what it names of others (M-2, M-7)."""
    for key, address in keyed.items():
        row = workset.identities.get(key)
        if row is None and address.type is IdentityType.card_link:
            continue  # a link that nobody made
        if row is None:
            workset.identities.add(key, _new_identity(workset, contact, key, address))
        elif row.contact_id != contact.id or row.type is IdentityType.card_link:
            workset.identities.put(key, _claimed(workset, row, contact, address.level, shared_after=shared_after))
        elif address.level.rank > row.level.rank:
            workset.identities.put(key, replace(row, level=address.level))


def _claimed(
    workset: WorkingSet, row: ContactIdentity, contact: Contact, level: ProofLevel, *, shared_after: int
) -> ContactIdentity:
    """Return an address that one more card has named; from so many cards on it is shared (M-7)."""
    if row.is_shared or row.type in _ONE_PER_PERSON:
        return row
    before = next((claim for claim in row.claims if claim.contact_id == contact.id), None)
    if before is not None and before.level.rank >= level.rank:
        return row
    claim = Claim(int(contact.id), level, workset.now)
    claims = (*(each for each in row.claims if each.contact_id != contact.id), claim)
    return replace(row, claims=claims, is_shared=len(claims) + 1 >= shared_after)


def _new_identity(workset: WorkingSet, contact: Contact, key: IdentityKey, address: Address) -> ContactIdentity:
    return ContactIdentity(
        id=IdentityId(workset.new_id()),
        contact_id=contact.id,
        type=address.type,
        scope=key[1],
        value=address.value,
        level=address.level,
        created_at=workset.now,
        original=address.original,
        evidence=_LEVEL_WORDS[address.level],
    )


def _fill(workset: WorkingSet, contact: Contact, sender: Sender) -> Contact:
    """Take over a name or language that the card lacks; never overwrite what is there (M-13)."""
    filled = replace(contact, name=contact.name or sender.name, language=contact.language or sender.language)
    return workset.contacts.put(contact.id, filled)
