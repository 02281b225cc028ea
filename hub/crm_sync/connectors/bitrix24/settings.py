"""Settings of a portal: an incoming webhook, or a local application with its OAuth tokens.

The webhook's address holds its secret, so the whole of it is one. A plain `http` address is taken on the loopback only,
where a local stand-in of the portal is tried.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from hub.crm_sync.base import CrmSettings
from hub.crm_sync.wording import Language, account_address

_WEBHOOK = re.compile(r"(?P<portal>https?://[^/\s]+)/rest/(?P<user>\d+)/(?P<code>\w+)/?(?:profile(?:\.json)?)?/?")
WITHOUT = "-"
"""Written in place of a token: there is none."""


class RequestKind(StrEnum):
    """What a sales chance is on the portal; `auto` follows the portal's own mode."""

    auto = "auto"
    lead = "lead"
    deal = "deal"


class Bitrix24Settings(CrmSettings):
    """Settings of one portal."""

    portal: str = Field(
        "",
        description="Address of the portal for application mode, e.g. example.bitrix24.ru.",
        json_schema_extra={"ru": "Режим приложения: адрес портала, например example.bitrix24.ru."},
    )
    client_id: str = Field("", description="Application mode: client_id of the local application, e.g. local.5f….")
    client_secret: SecretStr = Field(SecretStr(""), description="Application mode: client_secret of the application.")
    refresh_token: SecretStr = Field(SecretStr(""), description="Application mode: refresh_token of the installation.")
    access_token: SecretStr = Field(
        SecretStr(""),
        description="Application mode: access_token of the installation, good for an hour: the test uses it.",
    )
    webhook: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="Address of the incoming webhook, whole: https://example.bitrix24.ru/rest/1/code/. Bitrix24: "
        "Developer resources → Other → Inbound webhook, rights crm and user.",
        json_schema_extra={
            "ru": "Адрес входящего вебхука целиком: https://example.bitrix24.ru/rest/1/code/. Битрикс24: "
            "Разработчикам → Другое → Входящий вебхук, права crm и user."
        },
    )
    application_token: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="Token of the outgoing webhook, which proves events. Bitrix24: Developer resources → Other → "
        "Outbound webhook, any address for now; - to do without.",
        json_schema_extra={
            "ru": "Токен исходящего вебхука, он доказывает события. Битрикс24: Разработчикам → Другое → Исходящий "
            "вебхук, адрес пока любой; «-», чтобы обойтись без него."
        },
    )
    previous_application_token: SecretStr = Field(
        SecretStr(""), description="The application_token before, while it is being changed."
    )
    member_id: str = Field("", description="The portal's member_id; if given, events of other portals are refused.")
    request_kind: RequestKind = Field(
        RequestKind.auto, description="lead, deal, or auto: leads if the portal has them."
    )
    category_id: int = Field(0, ge=0, description="Pipeline of new deals by its number, 0 for the general one.")
    zone: str = Field("Europe/Moscow", description="IANA zone of times in comments, which cannot be dated back.")
    language: Language = Field(Language.ru, description="Language of what stands around our entries: ru or en.")
    region: str = Field("RU", pattern="^[A-Z]{2}$", description="Country of numbers without plus (ISO 3166), e.g. RU.")
    call_user: str = Field("", pattern=r"^\d*$", description="User whose calls are those nobody answered, e.g. 1.")
    has_own_user: bool = Field(
        False, description="The webhook's employee is the hub's alone: what they changed, the hub did."
    )
    offline_events: bool = Field(
        False, description="Application mode: read the portal's queue of offline events (wants an administrator)."
    )
    open_line: str = Field(
        "", pattern=r"^\d*$", description="Application mode: number of the open line whose chats show the messages."
    )
    requests_per_second: float = Field(
        1.8, gt=0, le=50, description="Calls a second in the long run: under 2, under 5 on Enterprise, own on a box."
    )
    requests_at_once: int = Field(40, ge=1, le=1000, description="Calls at once: under 50, under 250 on Enterprise.")
    api_url: str = Field("", description="Address to call instead of the portal's, e.g. through a gateway.")
    oauth_url: str = Field("https://oauth.bitrix.info", description="Server that renews tokens.")

    @field_validator("webhook")
    @classmethod
    def _is_webhook(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        address = value.get_secret_value().strip()
        if not address and not _is_application(info.data):
            raise ValueError(
                "give the address of an incoming webhook, or portal, client_id, client_secret and refresh_token of an "
                "application"
            )
        if address and not _WEBHOOK.fullmatch(address):
            raise ValueError("the address of an incoming webhook looks like https://example.bitrix24.ru/rest/1/code/")
        if address:
            account_address(address)
        return value

    @field_validator("application_token")
    @classmethod
    def _is_given(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        webhook = info.data.get("webhook")
        if isinstance(webhook, SecretStr) and webhook.get_secret_value() and not value.get_secret_value():
            raise ValueError("give the token of an outgoing webhook, or - to do without: changes are then polled")
        return value

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is no IANA zone; write it like Europe/Moscow") from error
        return value

    @field_validator("portal", "api_url", "oauth_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return account_address(value) if value else value

    @model_validator(mode="after")
    def _can_talk(self) -> Self:
        if self.open_line and not (self.is_application and self.event_tokens):
            raise ValueError("open_line is for application mode, and answers are proved by application_token: give it")
        return self

    @property
    def event_tokens(self) -> tuple[str, ...]:
        """The tokens that prove events; none: events are refused and changes polled."""
        given = (self.application_token.get_secret_value(), self.previous_application_token.get_secret_value())
        return tuple(token for token in given if token not in {"", WITHOUT})

    @property
    def is_application(self) -> bool:
        """Whether calls go in the context of an application, which alone may register calls and bind events."""
        return not self.webhook.get_secret_value()

    @property
    def is_talking(self) -> bool:
        """Whether messages go to an open line and not to the timeline."""
        return self.is_application and bool(self.open_line)

    @property
    def portal_url(self) -> str:
        """Where people open the portal, without trailing slash."""
        return self._part("portal") or self.portal

    @property
    def base_url(self) -> str:
        """What method names are appended to, without trailing slash."""
        host = self.api_url or self.portal_url
        return f"{host}/rest" if self.is_application else f"{host}/rest/{self._part('user')}/{self._part('code')}"

    @property
    def account(self) -> str:
        """What the vendor counts requests by: the portal's host."""
        return urlsplit(self.portal_url).netloc

    @property
    def tells_apart(self) -> str:
        """Return the portal's host."""
        return self.account

    @property
    def webhook_user(self) -> str:
        """The user in whose name a webhook acts, empty in application mode."""
        return self._part("user")

    def _part(self, name: str) -> str:
        found = _WEBHOOK.fullmatch(self.webhook.get_secret_value().strip())
        return found[name] if found else ""


def _is_application(given: Mapping[str, Any]) -> bool:
    """Tell whether an application's settings are there: where, which one, and a token of its installation."""
    secret, refresh, access = (given.get(name) for name in ("client_secret", "refresh_token", "access_token"))
    has_token = any(isinstance(each, SecretStr) and each.get_secret_value() for each in (refresh, access))
    has_secret = isinstance(secret, SecretStr) and bool(secret.get_secret_value())
    return bool(given.get("portal") and given.get("client_id")) and has_secret and has_token
