"""What the business decided about its CRMs: which stage is which there, and which own field goes where.

Rules of one revision of the policy document, by the connection's name. What they do not say the sync decides by
meaning: a won lead is the first won stage there, an open one leaves the stage alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CrmRules:
    """Rules for one CRM.

    `stages` maps our stages to the CRM's ids. `contact_fields` and `lead_fields` map own fields to the CRM's codes.
    `makes_requests`: leads are brought there, not cards alone. `pipeline` is where new ones begin, empty for the CRM's
    first. `brings_history`: entries go there too.
    """

    stages: Mapping[str, str] = field(default_factory=dict)
    contact_fields: Mapping[str, str] = field(default_factory=dict)
    lead_fields: Mapping[str, str] = field(default_factory=dict)
    pipeline: str = ""
    makes_requests: bool = True
    brings_history: bool = True
