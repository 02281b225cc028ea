"""Settings of a mailbox connection. Providers' hosts and ports stand in `docs/email.md`."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.channels.base import ChannelSettings
from hub.channels.email.events import Mailbox
from hub.domain.identity import canonical_email

MEGABYTE = 1_000_000


class EmailSettings(ChannelSettings):
    """One mailbox: where letters are fetched, where answers are given to, what they say."""

    address: str = Field(description="Address clients write to and see as the sender, e.g. sales@example.ru")
    from_name: str = Field(
        default="", max_length=100, description="Name beside the address, e.g. Ромашка, отдел продаж"
    )
    imap_host: str = Field(min_length=1, description="IMAP server, e.g. imap.yandex.ru")
    imap_port: int = Field(default=993, ge=1, le=65535, description="Port with TLS from the first byte, usually 993")
    smtp_host: str = Field(min_length=1, description="SMTP server, e.g. smtp.yandex.ru")
    smtp_port: int = Field(
        default=465, ge=1, le=65535, description="465: TLS from the first byte; any other port: STARTTLS is required"
    )
    user: str = Field(min_length=1, description="Login, usually the whole address")
    password: SecretStr = Field(
        description="Password for applications, made in the provider's cabinet; not the main one"
    )
    smtp_user: str = Field(default="", description="Login for sending if it differs from `user`")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password for sending if it differs")
    folder: str = Field(default="INBOX", min_length=1, description="Folder to read, e.g. INBOX")
    aliases: tuple[str, ...] = Field(
        default=(), description="Our other addresses that arrive in this mailbox, groups included; they are no clients"
    )
    has_plus_addresses: bool = Field(
        default=False,
        description="The provider delivers sales+anything@example.ru to this mailbox (Yandex 360 and Gmail do): "
        "answers then carry a reply address that finds its conversation even when a mail program drops the references",
    )
    authserv_id: str = Field(
        default="",
        description="Name our own receiving server writes first in Authentication-Results, e.g. mx.example.ru; empty: "
        "no sender is taken as proven",
    )
    history_days: int = Field(
        default=0,
        ge=0,
        le=3650,
        description="Days of old letters to import at first contact, without waits; 0: none",
    )
    size_limit_mb: int = Field(
        default=30, ge=1, le=50, description="Letters over this many megabytes are shown by their headers alone"
    )
    plain_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that may be spoken to without TLS, e.g. 127.0.0.1; never a host on the Internet"
    )
    ca_file: str = Field(default="", description="File with the certificates of your own authority, for servers inside")

    @field_validator("address", "aliases")
    @classmethod
    def _are_addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            if canonical_email(address) is None:
                raise ValueError(f"'{address}' is no mail address; write it as name@example.ru")
        return value

    @model_validator(mode="after")
    def _has_both_or_none(self) -> Self:
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            raise ValueError("give smtp_user and smtp_password together, or neither")
        return self

    @property
    def mailbox(self) -> Mailbox:
        """Return what the parser needs of these settings."""
        found = (canonical_email(address) for address in (self.address, *self.aliases))
        return Mailbox(frozenset(email.value for email in found if email), self.authserv_id)

    @property
    def size_limit_bytes(self) -> int:
        """Return the largest letter that is fetched whole."""
        return self.size_limit_mb * MEGABYTE
