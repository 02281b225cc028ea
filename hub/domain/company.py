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


_WEIGHTS = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
"""Weights of the check digits of a Russian INN: one behind nine digits, two behind ten."""


def canonical_inn(text: str) -> str | None:
    """Return the tax number somebody wrote, `None` if its length or a check digit is wrong.

    Order of the Ministry of Taxes of 3 March 2004, BG-3-09/178, as in force: 10 digits of an organisation, 12 of a
    person.
    """
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _WEIGHTS or not int(digits):
        return None
    return digits if all(_is_right(digits, weights) for weights in _WEIGHTS[len(digits)]) else None


def _is_right(digits: str, weights: tuple[int, ...]) -> bool:
    weighed = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
    return weighed % 11 % 10 == int(digits[len(weights)])
