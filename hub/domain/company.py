"""A company: an organisation with several contacts (L-8). What it shares is never a reason to merge them."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import CompanyId, ManagerId


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation. `inn` is its tax number, unique if given; `domains` and `phones` are shared by its people.

    `owner_id` gets clients of the company who have no manager of their own (R-3).
    """

    id: CompanyId
    name: str
    created_at: datetime
    inn: str = ""
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    owner_id: ManagerId | None = None
    version: int = 1
