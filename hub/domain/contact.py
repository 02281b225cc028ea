"""The client's card, its addresses and the open question whether two cards are one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import CompanyId, ContactId, IdentityId, ManagerId

OPT_OUT = "не писать"
"""The tag of a client who wants no automatic messages; `opted_out` means the same, from imports and CRMs."""

_OPTED_OUT = frozenset({OPT_OUT, "opted_out"})


@dataclass(frozen=True, slots=True)
class Contact:
    """A client card.

    `is_provisional`: made because matching found more than one possible card (M-5). `is_anonymous`: a hidden number,
    no address will ever match it (C-8). `merged_into` names the card that absorbed this one (M-10).
    """

    id: ContactId
    created_at: datetime
    name: str = ""
    language: str = ""
    company_id: CompanyId | None = None
    is_provisional: bool = False
    is_anonymous: bool = False
    is_blocked: bool = False
    merged_into: ContactId | None = None
    crm_owner_id: ManagerId | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    version: int = 1

    @property
    def has_opted_out(self) -> bool:
        """Tell whether the client has taken back the consent to automatic messages."""
        return any(is_opt_out(tag) for tag in self.tags)


def is_opt_out(tag: str) -> bool:
    """Tell whether a tag says that its client wants no automatic messages."""
    return tag.casefold() in _OPTED_OUT


@dataclass(frozen=True, slots=True)
class Claim:
    """Another card has named an address as its own: how well it proved it, and when it did so last (M-7, M-8)."""

    contact_id: int
    level: ProofLevel
    at: datetime


@dataclass(frozen=True, slots=True)
class ContactIdentity:
    """A typed address of a contact, unique by (type, scope, value) in the whole installation (M-9).

    `scope` is empty for global addresses, otherwise the connection's id as text. `evidence` says in words how we know.
    `claims` are other cards that named it; one that is `is_shared` tells nobody apart and finds no card (M-7).
    """

    id: IdentityId
    contact_id: ContactId
    type: IdentityType
    scope: str
    value: str
    level: ProofLevel
    created_at: datetime
    original: str = ""
    is_shared: bool = False
    evidence: str = ""
    claims: tuple[Claim, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A question for a person: is the provisional contact the same as one of `candidates`? (M-5)

    `state` is `open`, `joined` or `apart`. `reasons` are sentences in Russian, shown as they are.
    """

    id: int
    contact_id: ContactId
    candidates: tuple[int, ...]
    reasons: tuple[str, ...]
    created_at: datetime
    state: str = "open"
    decided_by: ManagerId | None = None
    decided_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge moved, exactly enough to undo it (M-10). `map` lists ids by table name."""

    id: int
    kept_id: ContactId
    absorbed_id: ContactId
    map: Mapping[str, object]
    merged_at: datetime
    manager_id: ManagerId | None = None
    undone_at: datetime | None = None
