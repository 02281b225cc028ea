"""What the business says of its account, and what can be read off a token.

Source: https://www.amocrm.ru/developers/content/oauth/step-by-step (read 2026-11-22): a long-lived token lasts from a
day to five years and cannot be renewed; with OAuth a code (20 minutes) or a refresh token (three months) is exchanged
once. That tokens are JWTs is documented, which claims they have is not: absent ones are no error.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.crm_sync.base import CrmSettings
from hub.crm_sync.tokens import TokenPair
from hub.crm_sync.wording import Language, account_address
from hub.domain.errors import PayloadInvalid
from hub.net.payloads import Json, read_json

_ACCOUNT = re.compile(r"([a-z0-9][a-z0-9-]{0,62})(?:\.(amocrm\.ru|amocrm\.com|kommo\.com))?")
_LATEST = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


class SearchWay(StrEnum):
    """How cards are looked for. `filter` is a paid option of the account."""

    query = "query"
    filter = "filter"


class CallWay(StrEnum):
    """Where calls are written: amoCRM finds the card by the number, or we put a note on the card we know."""

    calls = "calls"
    notes = "notes"


class AmoSettings(CrmSettings):
    """Settings of an account."""

    account: str = Field(
        description="Address of the account: acme.amocrm.ru, acme.kommo.com, or acme for amocrm.ru.",
        json_schema_extra={"ru": "Адрес аккаунта: acme.amocrm.ru, acme.kommo.com или просто acme для amocrm.ru."},
    )
    access_token: SecretStr = Field(SecretStr(""), description="Long-lived token of the integration (tab «Keys»).")
    client_id: str = Field("", description="OAuth only: ID of the integration.")
    client_secret: SecretStr = Field(SecretStr(""), description="OAuth only: secret key of the integration.")
    redirect_uri: str = Field("", description="OAuth only: redirect address exactly as the integration has it.")
    auth_code: SecretStr = Field(SecretStr(""), description="OAuth only: authorization code, good for 20 minutes.")
    refresh_token: SecretStr = Field(SecretStr(""), description="OAuth only: refresh token, if you have one.")
    key_field: str = Field("HUB_ID", min_length=1, description="Code or number of the text field with our key.")
    pipeline: str = Field(
        "", pattern=r"^\d*$", description="Number of the pipeline for new leads; empty: the main one."
    )
    is_unsorted: bool = Field(False, description="New leads go to «Неразобранное» (incoming leads) first.")
    search: SearchWay = Field(SearchWay.query, description="query, or filter where the account has paid for it.")
    call_way: CallWay = Field(
        CallWay.calls,
        description="calls: amoCRM places calls by number; notes: on our card.",
        json_schema_extra={"ru": "calls: amoCRM сама находит карточку звонка по номеру; notes: в нашу карточку."},
    )
    task_type: int = Field(1, ge=1, description="Number of the task type; 1 is «Связаться» (follow-up).")
    is_user_dedicated: bool = Field(False, description="The token's user is the hub's alone: no person works as it.")
    language: Language = Field(Language.ru, description="Language of what we write for people: ru or en.")
    zone: str = Field("Europe/Moscow", description="IANA zone of times in notes, e.g. Europe/Moscow.")
    region: str = Field("RU", pattern="^[A-Z]{2}$", description="Country of numbers without plus (ISO 3166), e.g. RU.")
    hook_secret: SecretStr = Field(SecretStr(""), description="Further secret at the end of the webhook's address.")
    requests_per_second: float = Field(
        5.0,
        ge=0.1,
        le=500,
        description="amoCRM allows an integration seven a second.",
        json_schema_extra={"ru": "Вызовов в секунду: amoCRM разрешает интеграции семь."},
    )
    chat_channel: str = Field(
        "",
        description="Chats API: ID of the channel that amoCRM's support has registered.",
        json_schema_extra={"ru": "API чатов: ID канала, который зарегистрировала поддержка amoCRM."},
    )
    chat_secret: SecretStr = Field(SecretStr(""), description="Chats API: secret of the channel.")
    chat_bot: str = Field("", description="Chats API: ID of the channel's bot, for answers of people unknown there.")
    chat_url: str = Field("", description="Chats API: address if it is another than the account's; https only.")
    block_minutes: int = Field(
        15,
        ge=1,
        le=1440,
        description="Minutes of silence after amoCRM has blocked us.",
        json_schema_extra={"ru": "Сколько минут молчать после блокировки в amoCRM."},
    )
    api_url: str = Field("", description="Address of the API if it is another than the account's; https only.")

    @field_validator("account")
    @classmethod
    def _account_is_known(cls, value: str) -> str:
        given = value.strip().lower()
        name = urlsplit(given if "//" in given else f"https://{given}").hostname or ""
        if not _ACCOUNT.fullmatch(name):
            raise ValueError("write the address of the account like acme.amocrm.ru or acme.kommo.com")
        return name if "." in name else f"{name}.amocrm.ru"

    @field_validator("api_url", "chat_url")
    @classmethod
    def _address_is_safe(cls, value: str) -> str:
        return account_address(value) if value else ""

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is no IANA zone; write it like Europe/Moscow") from error
        return value

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        if self.is_renewable:
            if not (self.client_secret.get_secret_value() and self.redirect_uri):
                raise ValueError("OAuth needs client_id, client_secret and redirect_uri together")
            if not (self.auth_code.get_secret_value() or self.refresh_token.get_secret_value()):
                raise ValueError("OAuth needs auth_code or refresh_token")
        elif not self.access_token.get_secret_value():
            raise ValueError("give access_token, or client_id with client_secret, redirect_uri and auth_code")
        if len({bool(self.chat_channel), bool(self.chat_secret.get_secret_value()), bool(self.chat_bot)}) > 1:
            raise ValueError("the chats need chat_channel, chat_secret and chat_bot together")
        return self

    @property
    def is_renewable(self) -> bool:
        """Tell whether the token is one of OAuth, which is renewed."""
        return bool(self.client_id)

    @property
    def base(self) -> str:
        """Return the address that paths begin at, without trailing slash."""
        return self.api_url or f"https://{self.account}"

    @property
    def tells_apart(self) -> str:
        """Return the account's host."""
        return self.account

    @property
    def chat_base(self) -> str:
        """Return the address of the chats, without trailing slash."""
        return self.chat_url or f"https://amojo.{self.account.partition('.')[2]}"

    @property
    def subdomain(self) -> str:
        """Return the name by which webhooks call the account."""
        return self.account.partition(".")[0]

    def first_pair(self) -> TokenPair:
        """Return the tokens in force until some are stored; the access token may be missing."""
        return TokenPair(self.access_token.get_secret_value(), self.refresh_token.get_secret_value())


def read_claims(token: str) -> Mapping[str, Json]:
    """Return the claims inside a JWT (RFC 7519 §3), without proving it; empty where it is none."""
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = read_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (PayloadInvalid, binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def expiry_of(token: str) -> datetime | None:
    """Return when a token runs out, None if it does not say."""
    told = read_claims(token).get("exp")
    if not isinstance(told, (int, float)) or isinstance(told, bool) or not 0 < told < _LATEST:
        return None
    return datetime.fromtimestamp(told, UTC)
