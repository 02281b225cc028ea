"""Addresses of people in one canonical spelling (semantics §10, M-1 and M-2).

An identity is unique by (type, scope, value); two spellings of one address must give one value, and nothing that is
not surely an address may become a key. Phones go through `phonenumbers` (E.164) after cleaning what people and PBXs
write around them; domains of mail addresses are compared as A-labels (IDNA 2008 with UTS 46 mapping, RFC 5891).
Not here: deciding whose an identity is (`hub.inbox.matching`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import idna
import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType


class IdentityType(StrEnum):
    """Kinds of addresses. The last four also name people of the business (M-15); `tg_chat` is a group as a client.

    `card_link` is the hash of a link that leads a client from a card to our bot (`hub.domain.client_link`).
    """

    card_link = "card_link"
    tg_user = "tg_user"
    tg_chat = "tg_chat"
    email = "email"
    phone = "phone"
    crm_id = "crm_id"
    tg_business = "tg_business"
    pbx_extension = "pbx_extension"
    pbx_login = "pbx_login"


class ProofLevel(StrEnum):
    """How well we know that an address is the person's own (M-2)."""

    imported = "imported"
    claimed = "claimed"
    proven = "proven"

    @property
    def rank(self) -> int:
        """Return the place in the order imported < claimed < proven, from 0."""
        return _LEVELS.index(self)


_LEVELS = (ProofLevel.imported, ProofLevel.claimed, ProofLevel.proven)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number: `e164` is the key, `extension` digits behind a switchboard, `original` as it was given."""

    e164: str
    extension: str
    original: str


@dataclass(frozen=True, slots=True)
class Email:
    """A mail address: `value` is for comparison only, letters go to the spelling in `original`."""

    value: str
    original: str


MAX_PHONE_LENGTH = 80
MAX_EMAIL_LENGTH = 254
MAX_LOCAL_LENGTH = 64
# Written without plus by everybody in these countries, and not a number of Russia at that length.
_NEIGHBOURS = ("375", "380", "998", "996", "992", "993", "994", "995", "374", "373", "370", "371", "372")
_NOT_KEYS = frozenset(
    {
        PhoneNumberType.UNKNOWN,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_EXTENSION = re.compile(
    r"[(,;\s]*(?:добавочный|доб|внутренний|внутр|вн|extension|ext|x|#)[\s.:=№]*(\d{1,6})\b.*|\s*[,;]\s*(\d{1,6})\s*$",
    re.IGNORECASE | re.DOTALL,
)
_RUSSIAN_8_WITH_PLUS = re.compile(r"\+8[\s(\-]")
_SCHEME = re.compile(r"^\s*(?:tel|sips?|callto)\s*:\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;/|\n]|\bили\b|\bи\b|\bor\b", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[\s(]*\d[\d\s().~\-–—‐−_*]*")
_ASCII_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_ANGLED = re.compile(r"<([^<>]*)>\s*$")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>()\[\],;:\\\"]")


def canonical_phone(text: str, *, region: str = "RU") -> Phone | None:
    """Return the number a field, a PBX or a contact card means, or `None` if it cannot be a person's key (M-1).

    `region` is the ISO 3166 code of the connection. Eleven digits that begin with 8 or 7 become +7 in every
    region where they are no local number; of several numbers the first good one is taken. Short, service and hidden
    numbers and placeholders such as +7 999 999-99-99 give `None`. Never raises; canonical of canonical is the same.
    """
    if len(text) > MAX_PHONE_LENGTH:
        return None
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    cleaned = unicodedata.normalize("NFKC", visible)
    if scheme := _SCHEME.match(cleaned):
        cleaned = cleaned[scheme.end() :].partition("@")[0]
    if "@" in cleaned:
        return None
    cleaned, extension = _split_extension(cleaned)
    for number in _spoken_numbers(cleaned, region.upper()):
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        return Phone(e164, extension or number.extension or "", text)
    return None


def canonical_email(text: str) -> Email | None:
    """Return the address in the spelling used for comparison, or `None` if it is not one (M-1).

    Both parts lower-case, the domain as A-label; no provider-specific tricks with dots or plus. Accepts `mailto:` and
    `Name <address>`. Never raises; canonical of canonical is the same.
    """
    original = text.strip()
    if angled := _ANGLED.search(original):
        original = angled.group(1).strip()
    original = original.removeprefix("mailto:").partition("?")[0]
    local, at, domain = original.rpartition("@")
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())
    if not at or not local or len(local.encode("utf-8", "replace")) > MAX_LOCAL_LENGTH:
        return None
    ascii_domain = _canonical_domain(domain)
    if ascii_domain is None or "@" in local or _UNSAFE.search(local):
        return None
    value = f"{local}@{ascii_domain}"
    return Email(value, original) if len(value) <= MAX_EMAIL_LENGTH else None


def canonical_telegram(user_id: int | str) -> str | None:
    """Return a Telegram user's numeric id as the key, `None` for user names and group ids: names change hands (M-1)."""
    digits = str(user_id).strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(2**52)):
        return None
    return str(int(digits)) if int(digits) > 0 else None


def _split_extension(text: str) -> tuple[str, str]:
    """Cut "доб. 12", "ext 12" or ", 12" off the end, unless nothing that could be a number is left before it."""
    found = _EXTENSION.search(text)
    if found is None or sum(c.isdigit() for c in text[: found.start()]) < 7:
        return text, ""
    return text[: found.start()], found.group(1) or found.group(2)


def _spoken_numbers(text: str, region: str) -> Iterator[PhoneNumber]:
    """Yield valid numbers of the pieces of a field in order; words before and behind a number are dropped."""
    for piece in _SEPARATOR.split(text):
        found = _NUMBER.search(piece)
        if found is None:
            continue
        for spelling in _spellings(found.group()):
            number = _parse(spelling, region)
            if number is not None:
                yield number
                break


def _spellings(written: str) -> Iterator[str]:
    """Yield the ways to read a number, the likeliest first."""
    digits = "".join(str(unicodedata.digit(c)) for c in written if c.isdigit())
    if written.startswith("+") and not _RUSSIAN_8_WITH_PLUS.match(written):
        yield f"+{digits}"
    elif digits.startswith("00"):
        yield f"+{digits[2:]}"
    elif len(digits) == 11 and digits.startswith("7"):
        yield f"+{digits}"
    else:
        yield digits
    if len(digits) == 11 and digits[0] in "78":
        yield f"+7{digits[1:]}"
    elif digits.startswith(_NEIGHBOURS):
        yield f"+{digits}"


def _parse(spelling: str, region: str) -> PhoneNumber | None:
    """Return the number if it is valid and may be a person's; digits all alike are what masks are filled with."""
    try:
        number = phonenumbers.parse(spelling, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(number) in _NOT_KEYS:
        return None
    return None if len(set(str(number.national_number))) == 1 else number


def _canonical_domain(domain: str) -> str | None:
    """Return the A-label form of a mail domain, `None` if it has none."""
    lowered = domain.strip().rstrip(".").lower()
    if lowered.isascii():
        return lowered if _ASCII_DOMAIN.fullmatch(lowered) else None
    try:
        return idna.encode(lowered, uts46=True).decode("ascii")
    except UnicodeError:
        return None
