"""Settings of a HubSpot account."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator

from hub.crm_sync.base import CrmSettings
from hub.crm_sync.wording import Language, account_address

_PHONES = ("hs_searchable_calculated_phone_number", "hs_searchable_calculated_mobile_number", "phone", "mobilephone")


class HubSpotSettings(CrmSettings):
    """Settings of a HubSpot account."""

    access_token: SecretStr = Field(min_length=1, description="Access token of a private app: begins with pat-.")
    client_secret: SecretStr = Field(
        SecretStr(""), description="Client secret of the app, which signs webhooks; empty: none are taken."
    )
    app_id: str = Field("", pattern="^[0-9]*$", description="Number of the app: webhooks of our own changes are left.")
    portal_id: str = Field("", pattern="^[0-9]*$", description="Number of the account, for links to records.")
    version: str = Field("2026-03", pattern=r"^(v3|\d{4}-\d{2})$", description="Version in paths: 2026-03 or v3.")
    key_property: str = Field(
        "hub_key", pattern="^[a-z][a-z0-9_]*$", description="Property with unique values that holds our key."
    )
    pipeline: str = Field("", description="Id of the pipeline of new deals; empty: the first one.")
    about_property: str = Field("", description="Contact property for messengers and our link; empty: not written.")
    writes_marks: bool = Field(False, description="Write utm_source … into contact properties of the same names.")
    phone_properties: tuple[str, ...] = Field(
        _PHONES, max_length=4, description="Contact properties asked for a phone."
    )
    region: str = Field("RU", pattern="^[A-Z]{2}$", description="Country of numbers without plus (ISO 3166), e.g. RU.")
    zone: str = Field("Europe/Moscow", description="IANA zone of times in texts.")
    language: Language = Field(Language.ru, description="Language of what is written there: ru or en.")
    calls_per_ten_seconds: int = Field(100, ge=10, le=250, description="The plan's limit: 100 free, 190 Professional.")
    pages_url: str = Field(
        "https://app.hubspot.com",
        description="Where people open records, e.g. app-eu1.hubspot.com.",
        json_schema_extra={"ru": "Где люди открывают записи, например app-eu1.hubspot.com."},
    )
    api_url: str = Field("https://api.hubapi.com", description="Address of the API.")

    @field_validator("api_url", "pages_url")
    @classmethod
    def _address_is_safe(cls, value: str) -> str:
        return account_address(value)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"'{value}' is no IANA zone; write it like Europe/Moscow") from error
        return value
