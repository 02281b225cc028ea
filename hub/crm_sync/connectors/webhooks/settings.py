"""Settings of a pair of webhooks."""

from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.crm_sync.base import CrmSettings
from hub.net.standard_webhooks import read_key


class EventType(StrEnum):
    """What a receiver can be told."""

    contact_created = "contact.created"
    contact_updated = "contact.updated"
    request_created = "request.created"
    request_updated = "request.updated"
    entry_added = "entry.added"
    task_created = "task.created"
    task_updated = "task.updated"


class WebhooksSettings(CrmSettings):
    """A receiver of ours, and what it may send."""

    url: str = Field(min_length=1, description="Where events are posted, e.g. https://crm.example.com/hub/events.")
    secret: SecretStr = Field(description="Signs what we send: whsec_ and base64 of 24 to 64 bytes.")
    previous_secret: SecretStr = Field(SecretStr(""), description="The one before, while both are in force.")
    lookup_url: str = Field("", description="Where questions are posted; empty: one way, nothing comes back.")
    incoming_secret: SecretStr = Field(SecretStr(""), description="Signs what you send us; empty: nothing is taken.")
    previous_incoming_secret: SecretStr = Field(SecretStr(""), description="The one before, while both are in force.")
    events: tuple[EventType, ...] = Field(tuple(EventType), description="What is told; the others are left out.")
    own_network: bool = Field(False, description="The addresses are inside our own network, where http will do.")
    per_second: float = Field(5, gt=0, le=100, description="How many calls a second the receiver bears.")

    @field_validator("secret", "previous_secret", "incoming_secret", "previous_incoming_secret")
    @classmethod
    def _secret_is_one(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            read_key(value.get_secret_value())
        return value

    @field_validator("secret")
    @classmethod
    def _what_we_send_is_signed(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("make one: whsec_ and the output of `openssl rand -base64 32`")
        return value

    @field_validator("url", "lookup_url")
    @classmethod
    def _address_is_whole(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("write the whole address, like https://crm.example.com/hub/events")
        return value

    @model_validator(mode="after")
    def _nothing_travels_in_the_open(self) -> "WebhooksSettings":
        schemes = {urlsplit(address).scheme for address in (self.url, self.lookup_url)}
        if "http" in schemes and not self.own_network:
            raise ValueError("the address must begin with https://, unless own_network says it is inside ours")
        return self

    @property
    def signing(self) -> tuple[str, ...]:
        """Return the secrets that sign what we send, the new one first."""
        return _given(self.secret, self.previous_secret)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Return the secrets that may have signed what comes, none if nothing is taken."""
        return _given(self.incoming_secret, self.previous_incoming_secret)


def _given(*secrets: SecretStr) -> tuple[str, ...]:
    return tuple(value for secret in secrets if (value := secret.get_secret_value()))
