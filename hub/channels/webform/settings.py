"""Settings of a web form connection: who may send, how its fields are called, what the form page shows."""

import secrets
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from hub.channels.base import ChannelSettings

PHONE_NAMES = ("phone", "tel", "telephone", "mobile", "whatsapp", "телефон", "телефона", "тел", "мобильный")
EMAIL_NAMES = ("email", "mail", "почта", "почты", "емейл", "имейл")
NAME_NAMES = ("name", "fullname", "firstname", "lastname", "surname", "fio", "имя", "фио", "фамилия", "отчество")
TEXT_NAMES = (
    *("message", "comment", "comments", "text", "textarea", "question", "request", "details"),
    *("сообщение", "комментарий", "вопрос", "текст", "пожелания"),
)
COMPANY_NAMES = ("company", "organization", "organisation", "компания", "организация", "фирма")

ShownField = Literal["name", "phone", "email", "company", "text", "file"]


def _new_key() -> SecretStr:
    return SecretStr(secrets.token_urlsafe(32))


class WebFormSettings(ChannelSettings):
    """One form, or one sender of forms. Without a secret and without origins only the hub's own form page may send."""

    form_name: str = Field(default="", description="Name of the form for people; the form's own name comes first.")
    secret: SecretStr = Field(
        default=SecretStr(""), description="Shared secret of a server that sends forms (the API key field of Tilda)."
    )
    previous_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret before, accepted too while it is being changed."
    )
    secret_name: str = Field(
        default="X-Hub-Secret",
        description="Header or form field that carries the secret; `Authorization: Bearer` works always.",
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Sites whose pages may send from the browser, for instance https://shop.example."
    )
    accepts_unsigned: bool = Field(
        default=False,
        description="Take requests that prove nothing but know the address: a server that cannot send a secret.",
    )
    signing_key: SecretStr = Field(
        default_factory=_new_key,
        description="Signs fill-time tokens and receipt tokens; made by itself, stored with the connection.",
    )
    region: str = Field(
        default="RU", pattern="^[A-Z]{2}$", description="Country of telephone numbers written without one (ISO 3166)."
    )
    phone_fields: tuple[str, ...] = Field(default=PHONE_NAMES, description="Field names, or words in them: telephone.")
    email_fields: tuple[str, ...] = Field(default=EMAIL_NAMES, description="Field names, or words in them: e-mail.")
    name_fields: tuple[str, ...] = Field(default=NAME_NAMES, description="Field names, or words in them: the name.")
    text_fields: tuple[str, ...] = Field(default=TEXT_NAMES, description="Field names, or words in them: the message.")
    company_fields: tuple[str, ...] = Field(
        default=COMPANY_NAMES, description="Field names, or words in them: the company."
    )
    honeypot_field: str = Field(
        default="hub_website", description="Hidden field that people leave empty; a filled one is set aside."
    )
    min_fill_seconds: float = Field(
        default=2.0, ge=0, le=60, description="A form sent faster than this after its page was shown is set aside."
    )
    per_address_per_minute: int = Field(
        default=10, ge=1, description="Requests a minute from one network address without a secret."
    )
    per_form_per_minute: int = Field(
        default=600, ge=1, description="Requests a minute from all addresses without a secret."
    )
    max_body_megabytes: int = Field(default=12, ge=1, le=100, description="Largest request, files included, in MB.")
    thanks_url: str = Field(
        default="", description="Where a browser without script goes after sending; empty shows a short page."
    )
    page_title: str = Field(default="", description="Heading of the hub's own form page; empty takes the usual one.")
    page_fields: tuple[ShownField, ...] = Field(
        default=("name", "phone", "email", "text"), description="Fields of the hub's own form page, in order."
    )
    consent_text: str = Field(
        default="", description="Text of the consent to processing personal data; shown with a tick that is not set."
    )
    consent_version: str = Field(default="", description="Version of that text, stored with every submission.")
    consent_url: str = Field(default="", description="Address of the consent document.")

    @field_validator("allowed_origins")
    @classmethod
    def _only_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin_of(origin) != origin.strip().rstrip("/").lower() or not origin.strip():
                raise ValueError(f"'{origin}' is no origin; expected a form like https://shop.example, without a path")
        return tuple(origin_of(origin) for origin in origins)

    @field_validator("thanks_url", "consent_url")
    @classmethod
    def _only_http(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("expected an address that begins with https://")
        return url


def origin_of(url: str) -> str:
    """Return the origin of an address in the browser's spelling, an empty text if it has none."""
    parts = urlsplit(url.strip().lower())
    is_web = parts.scheme in {"http", "https"} and parts.netloc
    return f"{parts.scheme}://{parts.netloc}" if is_web else ""
