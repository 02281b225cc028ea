"""Connecting HubSpot: what the token may do, the property that holds our key, and what to press there."""

from collections.abc import Sequence

from hub.channels.base import CheckResult
from hub.crm_sync.connectors.hubspot.api import HubSpotApi, results
from hub.crm_sync.connectors.hubspot.reading import text_of
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.domain.words import Words

_KEYED = {"contacts": "contactinformation", "deals": "dealinformation"}
_SCOPES = (
    "crm.objects.contacts.read, crm.objects.contacts.write, crm.objects.deals.read, crm.objects.deals.write, "
    "crm.schemas.contacts.write, crm.schemas.deals.write, crm.objects.owners.read"
)
_ADVICE = Words(
    "Проверьте access_token: HubSpot → Settings → Integrations → Private Apps → приложение → Auth.",
    "Check access_token: HubSpot → Settings → Integrations → Private Apps → the app → Auth.",
)
_NO_PIPELINES = Words("Нет воронок сделок", "There are no pipelines of deals")
_NO_OWNERS = Words(
    "Ответственные не видны: нужно право crm.objects.owners.read",
    "No owners are seen: the scope crm.objects.owners.read is needed",
)
_READY = Words("Ключи готовы", "The keys are ready")


async def check(api: HubSpotApi) -> CheckResult:
    """Ask for what the hub reads; refusals come back in the vendor's words with what to press."""
    try:
        await api.read(api.path("objects", "contacts"), limit="1")
        pipelines = results(await api.read(api.path("pipelines", "deals")))
        owners = results(await api.read(api.path("owners"), limit="1"))
        missing = [section for section in _KEYED if not await _has_key(api, section)]
    except PermanentFailure as error:
        return CheckResult(False, (str(error), Words(f"Нужны права: {_SCOPES}", f"Scopes needed: {_SCOPES}"), _ADVICE))
    except AuthenticationFailed as error:
        return CheckResult(False, (str(error), _ADVICE))
    except TemporaryFailure as error:
        return CheckResult(False, (Words(f"HubSpot не отвечает: {error}", f"HubSpot does not answer: {error}"),))
    version, name, count = api.settings.version, api.settings.key_property, len(pipelines)
    lines = [Words(f"HubSpot: токен принят, {version}", f"HubSpot: the token is accepted, {version}")]
    lines.append(Words(f"Воронок: {count}", f"Pipelines: {count}") if pipelines else _NO_PIPELINES)
    lines += [] if owners else [_NO_OWNERS]
    for each in missing:
        lines.append(Words(f"Свойство {name} у {each} будет создано", f"The property {name} of {each} will be made"))
    return CheckResult(bool(pipelines), tuple(lines))


async def make_key_properties(api: HubSpotApi) -> CheckResult:
    """Make the property with unique values where it is missing; repeating it changes nothing."""
    lines: list[Words] = []
    try:
        for section, group in _KEYED.items():
            if not await _has_key(api, section):
                await api.write("POST", api.path("properties", section), _property(api, group))
                name = api.settings.key_property
                lines.append(Words(f"Создано свойство {name}: {section}", f"The property {name} is made: {section}"))
    except (AuthenticationFailed, PermanentFailure, TemporaryFailure, OutcomeUnknown) as error:
        where = f"Settings → Properties → {api.settings.key_property}, single-line text, «Require unique values»"
        by_hand = Words(f"Создайте сами: {where}", f"Make it yourself: {where}")
        return CheckResult(False, (*lines, str(error), by_hand))
    return CheckResult(True, (*lines, _READY))


def steps(language: str, public_url: str) -> Sequence[str]:
    """Say where the token is made, what it must be allowed, and where our address goes."""
    url = public_url or "https://…"
    if language == "ru":
        return (
            "HubSpot → Settings → Integrations → Private Apps → «Create a private app» (нужны права Super Admin).",
            f"Вкладка «Scopes»: {_SCOPES}.",
            "«Create app», затем вкладка «Auth»: Access token → access_token, Client secret → client_secret.",
            f"Вкладка «Webhooks»: Target URL {url}, подписки contact, deal и task: creation, propertyChange, deletion, "
            "merge. Без них хаб узнаёт об изменениях опросом, а об удалениях — нет.",
            "portal_id — число в адресе после /contacts/; app_id — число в адресе страницы приложения.",
            "Тариф: бесплатного достаточно (100 запросов за 10 секунд); на Professional впишите "
            "calls_per_ten_seconds = 190.",
        )
    return (
        "HubSpot → Settings (the gear) → Integrations → Private Apps → «Create a private app» (Super Admin needed).",
        f"Tab «Scopes»: {_SCOPES}.",
        "«Create app», then the tab «Auth»: Access token → access_token, Client secret → client_secret.",
        f"Tab «Webhooks»: Target URL {url}, subscriptions of contact, deal and task: creation, propertyChange, "
        "deletion, merge. Without them the hub learns of changes by asking, and of deletions not at all.",
        "portal_id is the number in addresses after /contacts/; app_id the number in the address of the app's page.",
        "Plan: the free one will do (100 calls in 10 seconds); on Professional set calls_per_ten_seconds = 190.",
    )


async def _has_key(api: HubSpotApi, section: str) -> bool:
    found = await api.find(api.path("properties", section, api.settings.key_property))
    if found is None:
        return False
    if found.get("hasUniqueValue") is not True:
        raise PermanentFailure(
            f"property {text_of(found, 'name')} of {section} has no unique values: name another in key_property"
        )
    return True


def _property(api: HubSpotApi, group: str) -> dict[str, object]:
    return {
        "name": api.settings.key_property,
        "label": "Hub key",
        "description": "Written by the hub, so that nothing is made twice.",
        "groupName": group,
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
        "formField": False,
    }
