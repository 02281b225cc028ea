"""Settings of a retailCRM account."""

from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.crm_sync.base import CrmSettings
from hub.crm_sync.wording import Language, account_address


class Calls(StrEnum):
    """Where calls go: into the log of telephony, or as notes of the customer."""

    telephony = "telephony"
    notes = "notes"


class RetailCrmSettings(CrmSettings):
    """Settings of a retailCRM (Simla) account."""

    account: str = Field(
        description="Address of the account, e.g. shop.retailcrm.ru or shop.simla.com.",
        json_schema_extra={"ru": "Адрес аккаунта, например shop.retailcrm.ru или shop.simla.com."},
    )
    api_key: SecretStr = Field(min_length=1, description="API key: Settings → Integration → API access keys.")
    site: str = Field("", description="Code of the shop new records belong to; needed if the key sees several.")
    zone: str = Field("Europe/Moscow", description="IANA zone of the account: its times come without one.")
    region: str = Field("RU", pattern="^[A-Z]{2}$", description="Country of numbers without plus (ISO 3166), e.g. RU.")
    language: Language = Field(Language.ru, description="Language of what is written there: ru or en.")
    order_method: str = Field("", description="Code of the order method of new orders; empty: the account's default.")
    order_type: str = Field("", description="Code of the order type of new orders; empty: the account's default.")
    won_groups: tuple[str, ...] = Field(("complete",), description="Status groups that mean a sale, e.g. complete.")
    lost_groups: tuple[str, ...] = Field(("cancel",), description="Status groups that mean no sale, e.g. cancel.")
    company_field: str = Field("", description="Code of a customer's text field for the company; empty: not written.")
    about_field: str = Field("", description="Code of a customer's text field for messengers and our link; or empty.")
    calls: Calls = Field(Calls.telephony, description="telephony: into the log of calls; notes: as customer's notes.")
    performer: str = Field("", pattern="^[0-9]*$", description="User id for tasks of people unknown there, e.g. 12.")
    api_url: str = Field("", description="Another address of the API, for tests; empty: that of the account.")

    @field_validator("account")
    @classmethod
    def _account_has_a_host(cls, value: str) -> str:
        account_address(value)
        return value

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is no IANA zone; write it like Europe/Moscow") from error
        return value

    @model_validator(mode="after")
    def _address_is_safe(self) -> "RetailCrmSettings":
        account_address(self.api_url or self.account)
        return self

    @property
    def base(self) -> str:
        """Return where the API is asked, without a trailing slash."""
        return account_address(self.api_url or self.account)

    @property
    def tells_apart(self) -> str:
        """Return the account's address."""
        return self.base

    @property
    def pages(self) -> str:
        """Return where people open records."""
        return account_address(self.account)
