"""What one row of a file says about a client, in the spellings of the house, or why it cannot be taken.

Pure: nothing is looked up but the policy and who works here. Traps of spreadsheets that are undone: a phone written as
a number (`79161234567.0`, `7,9161234567E+10`), several addresses in one cell, error cells. A phone whose digits the
spreadsheet has already rounded away is refused, never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from hub.domain.company import canonical_inn
from hub.domain.errors import FieldInvalid
from hub.domain.identity import IdentityType, ProofLevel, canonical_email, canonical_phone, canonical_telegram
from hub.domain.ids import ManagerId
from hub.domain.inbound import Address
from hub.domain.policy import Policy
from hub.domain.stages import BuiltIn, LeadRules, Stage, StageState, read_value
from hub.inbox.importing import words
from hub.inbox.importing.columns import OF_CONTACT, OF_LEAD, UTM, Meaning, find_rule
from hub.inbox.importing.words import about

NOTE = "note"
"""The key among a card's or lead's own fields under which the note of a file stands."""

_BROKEN = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!"})
_SCIENTIFIC = re.compile(r"(\d)[.,](\d+)[eEеЕ]\+?(\d{1,2})")
_DECIMAL_TAIL = re.compile(r"(\+?\d{7,15})[.,]0")
_SEPARATORS = re.compile(r"[;,|/\n]+")
_INSTANTS = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_MAKES_A_LEAD = (Meaning.stage, Meaning.amount, Meaning.product)
_SHOWN = 60
_EARLIEST = 1990


@dataclass(frozen=True, slots=True)
class LeadTold:
    """What a row says of a sales chance. `created_at` is `None` for now."""

    stage: Stage
    source: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    amount: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    loss_reason: str = ""
    loss_note: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says. With a `refusal` nothing else counts; `remarks` are about what is left out of it."""

    number: int
    cells: tuple[str, ...]
    addresses: tuple[Address, ...] = ()
    name: str = ""
    company: str = ""
    inn: str = ""
    responsible_id: ManagerId | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    lead: LeadTold | None = None
    remarks: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one file.

    `people` are who works here by what a file may call them, in small letters: name, key, e-mail; `staff` their own
    addresses (M-15). `zone` is that of days without one, `now` the latest instant a lead may have begun at.
    """

    headers: Sequence[str]
    columns: Sequence[str]
    policy: Policy
    people: Mapping[str, ManagerId]
    staff: frozenset[tuple[str, str, str]]
    zone: tzinfo
    now: datetime
    makes_leads: bool = False

    def read(self, number: int, cells: tuple[str, ...]) -> Told:
        """Return what a row says; never raises."""
        if len(cells) > len(self.headers):
            return Told(number, cells, refusal=words.TOO_MANY_CELLS)
        given = self._given(cells)
        broken = next((header for header, texts in given.items() if not _BROKEN.isdisjoint(texts)), None)
        if broken is not None:
            return Told(number, cells, refusal=about(words.BROKEN_CELL, broken))
        return _RowReading(self, given).tell(number, cells)

    def _given(self, cells: tuple[str, ...]) -> dict[str, list[str]]:
        """Return the cells that say something, by meaning."""
        given: dict[str, list[str]] = defaultdict(list)
        for meaning, cell in zip(self.columns, cells, strict=False):
            if meaning and cell:
                given[meaning].append(cell)
        return given


@dataclass(slots=True)
class _RowReading:
    """One row while it is read; remarks gather."""

    reader: Reader
    given: Mapping[str, list[str]]
    remarks: list[str] = field(default_factory=list)

    @property
    def rules(self) -> LeadRules:
        return self.reader.policy.leads

    def tell(self, number: int, cells: tuple[str, ...]) -> Told:
        addresses = tuple(self._addresses())
        refusal = self._refusal(addresses)
        if refusal:
            return Told(number, cells, refusal=refusal)
        lead = self._lead()
        return Told(
            number,
            cells,
            addresses=addresses,
            name=self._name(),
            company=self._one(Meaning.company),
            inn=self._inn(),
            responsible_id=self._responsible(),
            fields=self._contact_fields(has_lead=lead is not None),
            tags=self._tags(),
            lead=lead,
            remarks=tuple(dict.fromkeys(self.remarks)),
        )

    def _refusal(self, addresses: tuple[Address, ...]) -> str:
        keys = {(address.type.value, "", address.value) for address in addresses}
        if keys & self.reader.staff:
            return words.COLLEAGUE
        if not addresses:
            said = (words.LOST_DIGITS, words.OWN_NUMBER)
            known = next((code for code in said if code in self.remarks), words.UNREADABLE_ADDRESS)
            return known if self.remarks else words.NO_ADDRESS
        stage = self._one(Meaning.stage)
        return about(words.UNKNOWN_STAGE, stage[:_SHOWN]) if stage and self._find_stage(stage) is None else ""

    def _addresses(self) -> Iterator[Address]:
        """Yield every address once, in the order of phones, e-mails, Telegram ids (M-1)."""
        found: dict[tuple[IdentityType, str], str] = {}
        for kind, value, original in (*self._phones(), *self._emails(), *self._telegrams()):
            found.setdefault((kind, value), original)
        yield from (Address(kind, value, original, ProofLevel.imported) for (kind, value), original in found.items())

    def _phones(self) -> Iterator[tuple[IdentityType, str, str]]:
        for text in map(_as_digits, self.given.get(Meaning.phone, ())):
            if _SCIENTIFIC.fullmatch(text):
                self.remarks.append(words.LOST_DIGITS)
                continue
            found = [phone for part in _parts(text) if (phone := canonical_phone(part)) is not None]
            if not found:
                self.remarks.append(words.BAD_PHONE)
            for phone in found:
                if phone.e164 in self.reader.policy.internal_numbers:
                    self.remarks.append(words.OWN_NUMBER)
                else:
                    yield IdentityType.phone, phone.e164, phone.original.strip()

    def _emails(self) -> Iterator[tuple[IdentityType, str, str]]:
        for text in self.given.get(Meaning.email, ()):
            emails = [email for part in re.split(r"[;,\s]+", text) if (email := canonical_email(part)) is not None]
            if not emails:
                self.remarks.append(words.BAD_EMAIL)
            yield from ((IdentityType.email, email.value, email.original) for email in emails)

    def _telegrams(self) -> Iterator[tuple[IdentityType, str, str]]:
        for text in self.given.get(Meaning.telegram, ()):
            value = canonical_telegram(_as_digits(text))
            if value is None:
                self.remarks.append(words.BAD_TELEGRAM)
            else:
                yield IdentityType.tg_user, value, value

    def _one(self, meaning: Meaning) -> str:
        return " ".join(next(iter(self.given.get(meaning, ())), "").split())

    def _name(self) -> str:
        parts = (self._one(each) for each in (Meaning.first_name, Meaning.middle_name, Meaning.last_name))
        return self._one(Meaning.name) or " ".join(part for part in parts if part)

    def _inn(self) -> str:
        written = _as_digits(self._one(Meaning.inn))
        inn = canonical_inn(written) if written else ""
        if inn is None:
            self.remarks.append(words.BAD_INN)
        return inn or ""

    def _responsible(self) -> ManagerId | None:
        said = self._one(Meaning.responsible)
        found = self.reader.people.get(said.casefold())
        if said and found is None:
            self.remarks.append(about(words.UNKNOWN_RESPONSIBLE, said[:_SHOWN]))
        return found

    def _tags(self) -> tuple[str, ...]:
        said = [" ".join(tag.split()) for cell in self.given.get(Meaning.tags, ()) for tag in re.split("[,;]", cell)]
        tags = tuple(dict.fromkeys(tag for tag in said if tag))
        unknown = self.rules.unknown_tags(tags)
        self.remarks.extend(about(words.UNKNOWN_TAG, tag[:_SHOWN]) for tag in unknown)
        return tuple(tag for tag in tags if tag not in unknown)

    def _note(self) -> dict[str, str]:
        note = "\n".join(self.given.get(Meaning.note, ()))
        return {NOTE: note} if note else {}

    def _origin(self) -> dict[str, str]:
        return {meaning.value: said for meaning in UTM if (said := self._one(meaning))}

    def _contact_fields(self, *, has_lead: bool) -> dict[str, str]:
        """Return what goes into the card's own fields: without a lead also where the client came from."""
        own = self._own(OF_CONTACT)
        if has_lead:
            return own
        source = self._one(Meaning.source)
        came = {Meaning.source.value: source} if source else {}
        return {**came, **self._origin(), **self._note(), **own}

    def _own(self, prefix: str) -> dict[str, str]:
        named = [meaning for meaning in self.given if meaning.startswith(prefix)]
        read = {meaning.removeprefix(prefix): self._value(meaning, self.given[meaning][0]) for meaning in named}
        return {key: value for key, value in read.items() if value}

    def _value(self, meaning: str, written: str) -> str:
        """Return a value of an own field in its canonical spelling, empty if it fits no such field (L-7)."""
        key = meaning if "." in meaning else OF_LEAD + meaning
        rule = find_rule(key, self.rules) or self.rules.find_lead_field(meaning)
        if rule is None:
            return written
        with suppress(FieldInvalid):
            return read_value(rule, written)
        self.remarks.append(about(words.BAD_VALUE, meaning))
        return ""

    def _lead(self) -> LeadTold | None:
        """Return the lead of a row that names a stage, an amount or a product, or of every row if so wanted."""
        if not self.reader.makes_leads and not any(self.given.get(meaning) for meaning in _MAKES_A_LEAD):
            return None
        stage = self._find_stage(self._one(Meaning.stage)) or self.rules.stages[0]
        amount, product = (self._one(each) for each in (Meaning.amount, Meaning.product))
        own = {**self._note(), **self._own(OF_LEAD), **({BuiltIn.product.value: product} if product else {})}
        reason, note = self._loss() if stage.state is StageState.lost else ("", "")
        return LeadTold(
            stage,
            source=self._one(Meaning.source),
            origin=self._origin(),
            amount=self._value(BuiltIn.amount, amount) if amount else "",
            fields=own,
            loss_reason=reason,
            loss_note=note,
            created_at=self._created_at(),
        )

    def _find_stage(self, said: str) -> Stage | None:
        wanted = said.casefold()
        return next((each for each in self.rules.stages if wanted in _spellings(each)), None)

    def _loss(self) -> tuple[str, str]:
        """Return the reason of loss, and what was written where the rules know no such reason (L-5)."""
        said = self._one(Meaning.loss_reason)
        reason = self.rules.find_reason(said) if said else None
        if reason is None:
            self.remarks.append(words.UNKNOWN_REASON)
            return "", said
        return reason.key, ""

    def _created_at(self) -> datetime | None:
        written = self._one(Meaning.created)
        found = _instant(written, self.reader.zone) if written else None
        if written and (found is None or found > self.reader.now):
            self.remarks.append(about(words.BAD_VALUE, Meaning.created))
            return None
        return found


def _spellings(stage: Stage) -> tuple[str, str, str]:
    return stage.key.casefold(), stage.name.ru.casefold(), stage.name.en.casefold()


def _as_digits(text: str) -> str:
    """Return a number that a spreadsheet took for a quantity as the digits it was, if none is lost."""
    if plain := _DECIMAL_TAIL.fullmatch(text):
        return plain[1]
    found = _SCIENTIFIC.fullmatch(text)
    if found is None or len(found[2]) != int(found[3]):
        return text
    return found[1] + found[2]


def _parts(text: str) -> Iterable[str]:
    """Return the parts of a cell that lists several, and the whole of it, for numbers with an extension."""
    parts = [part for part in _SEPARATORS.split(text) if part.strip()]
    return (*parts, text) if len(parts) > 1 else (text,)


def _instant(written: str, zone: tzinfo) -> datetime | None:
    found: datetime | None = None
    with suppress(ValueError):
        found = datetime.fromisoformat(written)
    for form in _INSTANTS if found is None else ():
        with suppress(ValueError):
            found = datetime.strptime(written, form)  # noqa: DTZ007 - the zone comes next
    if found is None or found.year < _EARLIEST:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
