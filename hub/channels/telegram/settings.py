"""Settings of a Telegram connection: the bot, how updates come, and the way to the Bot API."""

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.channels.base import ChannelSettings

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class Mode(StrEnum):
    """How updates come; the provider excludes having both."""

    polling = "polling"
    webhook = "webhook"


class TelegramSettings(ChannelSettings):
    """One bot that clients write to."""

    token: SecretStr = Field(description="Token of the bot as @BotFather gave it, for instance 123456:AAE…")
    mode: Mode = Field(default=Mode.polling, description="polling: we ask; webhook: Telegram calls our public address.")
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret of the header X-Telegram-Bot-Api-Secret-Token, 16 to 256 of A-Z a-z 0-9 _ -; webhook only.",
    )
    previous_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret before, accepted beside the new one while it is being changed."
    )
    base_url: str = Field(
        default="https://api.telegram.org",
        pattern=r"^https?://[^\s/]+(/[^\s]*)?$",
        description="Address of the Bot API: Telegram's own, a relay or a local server, without trailing slash.",
    )
    proxy: SecretStr = Field(
        default=SecretStr(""), description="HTTP proxy for this bot alone, for instance http://user:pass@10.0.0.5:3128."
    )
    region: str = Field(
        default="RU",
        pattern=r"^[A-Z]{2}$",
        description="Country of telephone numbers written without a code (ISO 3166).",
    )

    @field_validator("token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("a token reads 123456:letters, copy it whole from @BotFather")
        return token

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, base_url: str) -> str:
        return base_url.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _is_http(cls, proxy: SecretStr) -> SecretStr:
        if proxy.get_secret_value() and not proxy.get_secret_value().startswith("http://"):
            raise ValueError("only http:// proxies are supported")
        return proxy

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Self:
        secret = self.webhook_secret.get_secret_value()
        if self.mode is Mode.webhook and not secret:
            raise ValueError("webhook_secret: required for the mode webhook, 16 to 256 of A-Z a-z 0-9 _ -")
        if secret and not _SECRET.fullmatch(secret):
            raise ValueError("webhook_secret: 16 to 256 characters of A-Z a-z 0-9 _ -")
        return self
