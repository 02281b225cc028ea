"""What the business decided about leads: stages and what each asks for, reasons of loss, own fields and tags.

Rules L-2 to L-7 as frozen values of one revision (`hub.routing.lead_rules` builds them); moving a lead is
`hub.domain.lead`. Values of own fields are kept as text in one canonical spelling a type, so that reports compare them:
numbers and money with a point, dates in ISO 8601, `yes` or `no`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import assert_never

from hub.domain.errors import FieldInvalid
from hub.domain.words import Words

LONGEST_TEXT = 2000


class StageState(StrEnum):
    """What standing on a stage means; the last two end the lead."""

    open = "open"
    won = "won"
    lost = "lost"


class BuiltIn(StrEnum):
    """What every lead has, by the names a stage may require (L-3).

    `next_step` is an open task on the lead, `next_contact` one that is not overdue. `product` is kept with the own
    fields, `loss_note` is the free text beside a reason (L-5).
    """

    amount = "amount"
    source = "source"
    responsible = "responsible"
    next_step = "next_step"
    next_contact = "next_contact"
    loss_reason = "loss_reason"
    loss_note = "loss_note"
    product = "product"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step on a lead's way. `requires` names built-in things and own fields without which no lead gets here (L-3)."""

    key: str
    name: Words
    state: StageState = StageState.open
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of loss (L-5)."""

    key: str
    name: Words


class FieldType(StrEnum):
    """What an own field holds (L-7)."""

    text = "text"
    number = "number"
    money = "money"
    date = "date"
    choice = "choice"
    yes_no = "yes_no"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """An own field of a contact or lead (L-7). `choices` are what a choice may hold, as people read them."""

    key: str
    name: Words
    type: FieldType = FieldType.text
    choices: tuple[str, ...] = ()


NEW, CONTACTED, PROPOSAL, WON, LOST = "new", "contacted", "proposal_sent", "won", "lost"
NOT_A_LEAD = "not_a_lead"
"""Keys the hub itself speaks of: the first stage, the one of a first human answer, the ends (L-4)."""

DEFAULT_STAGES = (
    Stage(NEW, Words("Новый", "New")),
    Stage(CONTACTED, Words("Связались", "Contacted")),
    Stage("need_confirmed", Words("Потребность ясна", "Need confirmed")),
    Stage(PROPOSAL, Words("Предложение отправлено", "Proposal sent")),
    Stage("waiting", Words("Ждём решения", "Waiting for decision")),
    Stage(WON, Words("Сделка", "Won"), StageState.won),
    Stage(LOST, Words("Отказ", "Lost"), StageState.lost),
)
DEFAULT_REASONS = (
    Reason("price", Words("Дорого", "Too expensive")),
    Reason("rival", Words("Выбрали других", "Chose somebody else")),
    Reason("later", Words("Не сейчас", "Not now")),
    Reason("terms", Words("Не подошли условия", "Terms did not fit")),
    Reason("silent", Words("Перестал отвечать", "Stopped answering")),
    Reason(NOT_A_LEAD, Words("Не лид", "Not a lead")),
    Reason("other", Words("Другое", "Other")),
)
PRODUCT = FieldRule(BuiltIn.product, Words("Продукт", "Product"))
_AMOUNT = FieldRule(BuiltIn.amount, Words("Сумма", "Amount"), FieldType.money)


@dataclass(frozen=True, slots=True)
class LeadRules:
    """All of it, one list for the whole installation, so the same for all managers of a line (L-2).

    `lead_fields` and `contact_fields` are by key; `tags` are those people may choose, empty for any.
    """

    stages: tuple[Stage, ...] = DEFAULT_STAGES
    reasons: tuple[Reason, ...] = DEFAULT_REASONS
    lead_fields: Mapping[str, FieldRule] = field(default_factory=dict)
    contact_fields: Mapping[str, FieldRule] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def find_stage(self, key: str) -> Stage | None:
        """Return a stage, `None` for one that a later revision took away."""
        return next((stage for stage in self.stages if stage.key == key), None)

    def first_with(self, state: StageState) -> Stage | None:
        """Return the first stage that means `state`."""
        return next((stage for stage in self.stages if stage.state is state), None)

    def find_reason(self, text: str) -> Reason | None:
        """Return the reason of loss that a key or its words in either language mean (L-5)."""
        said = text.strip().casefold()
        return next((each for each in self.reasons if said in _spellings(each)), None)

    def find_lead_field(self, key: str) -> FieldRule | None:
        """Return the rule of a lead's field, its amount and product included (L-7)."""
        built_in = {BuiltIn.amount.value: _AMOUNT, BuiltIn.product.value: PRODUCT}
        return self.lead_fields.get(key) or built_in.get(key)

    def unknown_tags(self, tags: Iterable[str]) -> tuple[str, ...]:
        """Return the tags that nobody declared; none where the policy lists no tags (L-7)."""
        return tuple(tag for tag in tags if self.tags and tag not in self.tags)


def _spellings(reason: Reason) -> tuple[str, str, str]:
    return reason.key, reason.name.ru.casefold(), reason.name.en.casefold()


def read_value(rule: FieldRule, written: str) -> str:
    """Return what somebody wrote into a field in its one canonical spelling; empty text empties the field (L-7).

    Raises:
        FieldInvalid: it is no value of this type; names the field and the expected form.
    """
    text = written.strip()
    if not text:
        return ""
    found = _read(rule, text)
    if found is None:
        raise FieldInvalid(f"'{rule.key}' wants {expected_form(rule)}", rule.key)
    return found


def expected_form(rule: FieldRule) -> str:
    """Return in plain English what a field takes, with an example."""
    match rule.type:
        case FieldType.text:
            return f"text of at most {LONGEST_TEXT} characters"
        case FieldType.number:
            return "a number, for instance 12.5"
        case FieldType.money:
            return "an amount of money, for instance 125000 or 99.90"
        case FieldType.date:
            return "a date, for instance 31.12.2026 or 2026-12-31"
        case FieldType.choice:
            return f"one of: {', '.join(rule.choices)}"
        case FieldType.yes_no:
            return "yes or no"
        case never:
            assert_never(never)


def _read(rule: FieldRule, text: str) -> str | None:
    match rule.type:
        case FieldType.text:
            return text if len(text) <= LONGEST_TEXT else None
        case FieldType.number:
            return _number(text)
        case FieldType.money:
            return _money(text)
        case FieldType.date:
            return _date(text)
        case FieldType.choice:
            return next((each for each in rule.choices if each.casefold() == text.casefold()), None)
        case FieldType.yes_no:
            return _YES_NO.get(text.casefold())
        case never:
            assert_never(never)


_YES_NO = {"yes": "yes", "да": "yes", "+": "yes", "true": "yes", "no": "no", "нет": "no", "-": "no", "false": "no"}
_CURRENCY = re.compile(r"(?:₽|руб(?:\.|лей|ля|ль)?|р\.?|rub)$", re.IGNORECASE)
_DIGITS = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?", re.ASCII)
_DATES = (
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.ASCII),
)


def _number(text: str) -> str | None:
    plain = re.sub(r"[\s\u00a0\u202f']", "", text).replace(",", ".")
    if not _DIGITS.fullmatch(plain):
        return None
    try:
        number = Decimal(plain).normalize()
    except InvalidOperation:
        return None
    return f"{number:f}" if number else "0"


def _money(text: str) -> str | None:
    number = _number(_CURRENCY.sub("", text.strip()).strip())
    if number is None or number.startswith("-"):
        return None
    whole, _, cents = number.partition(".")
    return None if len(cents) > 2 else f"{whole}.{cents:0<2}"


def _date(text: str) -> str | None:
    for form in _DATES:
        if found := form.fullmatch(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                return None
    return None
