"""Decides which field of a form is what: telephone, e-mail, name, message, company.

By name alone, never by what a value looks like (M-6): the whole name as the settings give it, or one of its words
("Ваш телефон", `your-phone`, `contact[phone]`, `userPhone`). Typed addresses are claimed (M-2).
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from hub.channels.webform.content import Fields
from hub.channels.webform.settings import WebFormSettings
from hub.domain.identity import IdentityType, ProofLevel, canonical_email, canonical_phone
from hub.domain.inbound import Address, Sender

_WORD = re.compile(r"[^\W_]+")
_SYSTEM = re.compile(
    r"hub_.*|_wpcf7.*|tildaspec.*|tildaid|cookies|_charset_|test|g-recaptcha-response|smart-token|cf-turnstile-response"
    r"|h-captcha-response|submitted_at|created|remote ip|user agent"
)
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


class Role(StrEnum):
    """What a field is; the first that fits counts."""

    phone = "phone"
    email = "email"
    company = "company"
    text = "text"
    name = "name"


def is_system_field(name: str) -> bool:
    """Tell whether a form builder, a captcha or our own script put this field in, not a person."""
    return _SYSTEM.fullmatch(name.casefold()) is not None


def read_sender(settings: WebFormSettings, fields: Fields) -> Sender:
    """Return who filled the form; what was typed and cannot be an address stays a field (case 33)."""
    roles = _Roles(settings)
    addresses = dict.fromkeys([*roles.phones(fields), *roles.emails(fields)])
    name = " ".join(value for value in roles.values(fields, Role.name) if value.strip())
    company = next(iter(roles.values(fields, Role.company)), "")
    return Sender(tuple(addresses), name=name.strip(), company=company.strip())


def read_text(settings: WebFormSettings, fields: Fields) -> str:
    """Return what the client wrote in their own words, several such fields one below the other."""
    return "\n".join(value.strip() for value in _Roles(settings).values(fields, Role.text) if value.strip())


class _Roles:
    """The names of one connection, ready for look-up."""

    def __init__(self, settings: WebFormSettings) -> None:
        self._region = settings.region
        self._names = {
            Role.phone: _folded(settings.phone_fields),
            Role.email: _folded(settings.email_fields),
            Role.company: _folded(settings.company_fields),
            Role.text: _folded(settings.text_fields),
            Role.name: _folded(settings.name_fields),
        }

    def values(self, fields: Fields, role: Role) -> Iterator[str]:
        """Yield the values of all fields of a role in order, empty ones left out."""
        return (value for name, value in fields if value and self._role(name) is role)

    def phones(self, fields: Fields) -> Iterator[Address]:
        """Yield the telephone numbers that can be keys."""
        for value in self.values(fields, Role.phone):
            if phone := canonical_phone(value, region=self._region):
                yield Address(IdentityType.phone, phone.e164, phone.original, ProofLevel.claimed)

    def emails(self, fields: Fields) -> Iterator[Address]:
        """Yield the mail addresses that can be keys."""
        for value in self.values(fields, Role.email):
            if email := canonical_email(value):
                yield Address(IdentityType.email, email.value, email.original, ProofLevel.claimed)

    def _role(self, name: str) -> Role | None:
        found = {name.casefold(), *(word.casefold() for word in _WORD.findall(_CAMEL.sub(" ", name)))}
        return next((role for role, names in self._names.items() if names & found), None)


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
