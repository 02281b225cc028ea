"""Connecting retailCRM: what the key may do, which shops it sees, and what to press there."""

from collections.abc import Sequence

from hub.channels.base import CheckResult
from hub.crm_sync.connectors.retailcrm.api import RetailApi, items, mapping, text_of
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure
from hub.domain.words import Words

_NEEDED = (
    "/api/customers",
    "/api/customers/create",
    "/api/customers/history",
    "/api/customers/notes/create",
    "/api/orders",
    "/api/orders/create",
    "/api/orders/history",
    "/api/reference/statuses",
    "/api/tasks/create",
    "/api/tasks/history",
    "/api/telephony/calls/upload",
    "/api/users",
)


async def check(api: RetailApi) -> CheckResult:
    """Ask who we are; refusals come back in the vendor's words with what to press."""
    try:
        allowed = await api.read_account("credentials")
        sites = await api.read("reference/sites")
        account = mapping(await api.read("settings"), "settings")
    except (AuthenticationFailed, PermanentFailure) as error:
        return CheckResult(False, (str(error), _ADVICE))
    except TemporaryFailure as error:
        return CheckResult(False, (Words(f"retailCRM не отвечает: {error}", f"retailCRM does not answer: {error}"),))
    codes = [text_of(site.get("code")) for site in items(sites, "sites")]
    methods = {str(method) for method in allowed.get("credentials") or ()}
    shop = _check_shop(api, codes, access := text_of(allowed.get("siteAccess")))
    who = f"retailCRM {api.settings.account}"
    lines = [Words(f"{who}: ключ принят, доступ {access}", f"{who}: the key is accepted, access {access}")]
    lines += [*shop, *_check_methods(methods), *_check_zone(api, text_of(mapping(account, "timezone").get("value")))]
    return CheckResult(not shop, tuple(lines))


def steps(language: str) -> Sequence[str]:
    """Say where the key is made and what it must be allowed."""
    if language == "ru":
        return (
            "retailCRM: Настройки → Интеграция → Ключи доступа к API → «Добавить» (нужны права администратора).",
            "«Тип доступа»: доступ ко всем магазинам или к нужному. «Разрешённые методы API»: customers, orders, "
            "reference, users, tasks, telephony, custom-fields, settings — чтение и запись.",
            "Ключ вставьте в api_key, адрес аккаунта (shop.retailcrm.ru) в account. Если ключ видит несколько "
            "магазинов, впишите код магазина в site: Настройки → Магазины, столбец «Символьный код».",
            "В zone укажите часовой пояс из Настройки → Основные: retailCRM пишет время без пояса.",
            "Вебхуки не нужны: изменения хаб забирает сам из истории клиентов, заказов и задач.",
        )
    return (
        "retailCRM: Settings → Integration → API access keys → «Add» (administrator's rights are needed).",
        "«Access type»: all shops, or the one meant. «Allowed API methods»: customers, orders, reference, users, "
        "tasks, telephony, custom-fields, settings, to read and to write.",
        "Put the key into api_key and the account's address (shop.retailcrm.ru) into account. If the key sees several "
        "shops, put the code of one into site: Settings → Shops, column «Code».",
        "Set zone to the time zone of Settings → General: retailCRM writes times without one.",
        "No webhooks are needed: the hub reads changes from the histories of customers, orders and tasks.",
    )


_ADVICE = Words(
    "Проверьте account и api_key: Настройки → Интеграция → Ключи доступа к API.",
    "Check account and api_key: Settings → Integration → API access keys.",
)


def _check_shop(api: RetailApi, codes: Sequence[str], access: str) -> Sequence[Words]:
    there, site = ", ".join(codes), api.settings.site
    if site and site not in codes:
        return (Words(f"Нет магазина «{site}»; есть: {there}", f"There is no shop “{site}”; there are: {there}"),)
    if not site and len(codes) > 1 and access != "access_selective_one":
        return (
            Words(
                f"Ключ видит несколько магазинов, впишите один в site: {there}",
                f"The key sees several shops, put one into site: {there}",
            ),
        )
    return ()


def _check_methods(methods: set[str]) -> Sequence[Words]:
    missing = ", ".join(method for method in _NEEDED if methods and method not in methods)
    return (Words(f"Нет прав на: {missing}", f"No right to: {missing}"),) if missing else ()


def _check_zone(api: RetailApi, zone: str) -> Sequence[Words]:
    given = api.settings.zone
    if not zone or zone == given:
        return ()
    return (
        Words(
            f"Часовой пояс аккаунта {zone}, а в zone стоит {given}",
            f"The account's zone is {zone}, and zone says {given}",
        ),
    )
