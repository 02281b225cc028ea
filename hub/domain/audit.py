"""Audit facts: who read, exported or changed rights, and when (RG-4, RG-6). Written once, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import ManagerId


class Deed(StrEnum):
    """What was done."""

    card_read = "card_read"
    history_read = "history_read"
    history_saved = "history_saved"
    message_saved = "message_saved"
    original_saved = "original_saved"
    file_read = "file_read"
    client_link_made = "client_link_made"
    reasons_read = "reasons_read"
    read_along = "read_along"
    searched = "searched"
    recording_heard = "recording_heard"
    extension_set = "extension_set"
    report_read = "report_read"
    invited = "invited"
    let_in = "let_in"
    dismissed = "dismissed"
    role_changed = "role_changed"
    policy_proposed = "policy_proposed"
    policy_changed = "policy_changed"
    policy_refused = "policy_refused"
    replayed = "replayed"
    connect_link_made = "connect_link_made"
    connected = "connected"
    imported = "imported"
    import_undone = "import_undone"
    exported = "exported"
    room_linked = "room_linked"
    room_unlinked = "room_unlinked"
    crm_resynced = "crm_resynced"
    crm_linked = "crm_linked"
    crm_unlinked = "crm_unlinked"
    crm_card_linked = "crm_card_linked"
    crm_removed = "crm_removed"
    consent_given = "consent_given"
    consent_withdrawn = "consent_withdrawn"


@dataclass(frozen=True, slots=True)
class AuditFact:
    """One deed of a person, `manager_id` 0 for whoever works at the machine itself, and for a client's own word.

    `subject` names the thing: `conversation:12`, `manager:3`, `report:response`; `facts` never hold what was read.
    """

    id: int
    manager_id: ManagerId
    action: Deed
    subject: str
    occurred_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
