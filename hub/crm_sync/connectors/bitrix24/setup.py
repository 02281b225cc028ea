"""Connecting a portal: the test before saving, what to press there, binding of events, who and what is there.

Menu names as of November 2026: «Разработчикам» is in the left menu, on some portals under «Приложения».
"""

from collections.abc import Collection, Mapping, Sequence

from hub.channels.base import CheckResult
from hub.crm_sync.base import CrmSchema, CrmStage, CrmUser
from hub.crm_sync.connectors.bitrix24.hooks import BOUND_EVENTS
from hub.crm_sync.connectors.bitrix24.ownfields import OwnFields
from hub.crm_sync.connectors.bitrix24.records import CONTACT, LEAD
from hub.crm_sync.connectors.bitrix24.requests import Mode
from hub.crm_sync.connectors.bitrix24.talks import MESSAGE_EVENT, register
from hub.crm_sync.connectors.bitrix24.wire import Portal, rows_of
from hub.domain.errors import AuthenticationFailed, PermanentFailure, ProviderError, TemporaryFailure
from hub.domain.words import Words
from hub.net.payloads import Json

Bound = Collection[tuple[str, str, str]]
_OUTCOMES = {"S": "won", "F": "lost"}
_LEAD_STAGES, _DEAL_STAGES = "STATUS", "DEAL_STAGE"
_WANTED = {"crm", "user"}
_PRESS = {
    False: Words(
        "Проверьте в Битрикс24: Разработчикам → Интеграции → входящий вебхук: он есть, не истёк, права crm и user; "
        "скопируйте его адрес в webhook заново. Нужен тариф с REST API.",
        "Check in Bitrix24: Developer resources → Integrations → Inbound webhook: it is there, has not expired, with "
        "the rights crm and user; copy its address to webhook again. The plan must include the REST API.",
    ),
    True: Words(
        "Проверьте в Битрикс24: Разработчикам → Интеграции → локальное приложение: client_id и client_secret те же, "
        "приложение установлено; переустановите его и в течение часа скопируйте новые access_token и refresh_token.",
        "Check in Bitrix24: Developer resources → Integrations → the local application: the same client_id and "
        "client_secret, installed; install it again and copy the new access_token and refresh_token within the hour.",
    ),
}
_BECOMES = {
    True: Words("Обращения станут лидами.", "Requests become leads."),
    False: Words("Обращения станут сделками.", "Requests become deals."),
}
_POLLED = Words(
    "Без application_token изменения приходят опросом раз в несколько минут.",
    "Without application_token changes come by polling every few minutes.",
)
_QUEUE = {
    True: Words(
        "Тариф позволяет offline_events: события не теряются.", "The plan offers offline_events: none gets lost."
    ),
    False: Words("Тариф не позволяет offline_events, выключите.", "The plan has no offline_events: switch them off."),
}
_AWAY = Words("Портал сейчас не отвечает, повторите позже.", "The portal does not answer now, try again later.")


async def check_portal(portal: Portal) -> CheckResult:
    """Try credentials, rights and mode, without any trace on the portal."""
    mode = Mode(portal)
    try:
        user = _object((await portal.read("profile", {}))["result"])
        scopes = {str(scope) for scope in (await portal.read("scope", {}))["result"] or ()}
        kind = await mode.kind()
    except ProviderError as error:
        return CheckResult(False, _trouble(portal, error))
    settings = portal.settings
    who, can = f"{settings.account}: {_name(user)} (ID {user.get('ID')}).", ", ".join(sorted(scopes))
    lines = [Words(f"{who} Права: {can}.", f"{who} Scopes: {can}.")]
    wanted = _WANTED | ({"telephony"} if settings.is_application else set())
    wanted |= {"imopenlines", "imconnector"} if settings.is_talking else set()
    if missing := sorted(wanted - scopes):
        named = ", ".join(missing)
        lines.append(Words(f"Не хватает прав: {named}.", f"Missing scopes: {named}."))
    lines.append(_BECOMES[kind == LEAD])
    lines += await _queue_lines(portal)
    if not settings.event_tokens:
        lines.append(_POLLED)
    return CheckResult("crm" in scopes, tuple(lines))


async def subscribe_events(portal: Portal) -> CheckResult:
    """Bind events in application mode; a webhook's portal is told by hand where to post."""
    settings = portal.settings
    if not settings.is_application:
        url = portal.context.public_url
        return CheckResult(True, (Words(_webhook_steps("ru", url)[-1], _webhook_steps("en", url)[-1]),))
    try:
        bound = {_binding(row) for row in rows_of(await portal.read("event.get", {}))}
        made = [await _bind(portal, event, bound) for event in BOUND_EVENTS]
        if settings.is_talking:
            made.append(await _bind_address(portal, MESSAGE_EVENT, bound))
            await register(portal)
    except ProviderError as error:
        return CheckResult(False, _trouble(portal, error))
    return CheckResult(True, (Words(f"Подписаны события: {sum(made)}.", f"Events bound: {sum(made)}."),))


async def describe_portal(portal: Portal, own: OwnFields, mode: Mode) -> CrmSchema:
    """Return users, stages of leads and of all pipelines, and own fields."""
    users = await portal.read_all("user.get", {"FILTER": {"USER_TYPE": "employee"}})
    rows = await portal.read_all("crm.status.list", {"order": {"SORT": "ASC"}})
    kind = await mode.kind()
    stages = [stage for row in rows if (stage := _stage(row, kind)) is not None]
    return CrmSchema(
        users=tuple(_user(row) for row in users),
        stages=tuple(sorted(stages, key=lambda stage: (kind == LEAD and bool(stage.pipeline), stage.pipeline))),
        fields=(*await own.listed(CONTACT), *await own.listed(kind)),
        own_user=await own_user(portal),
    )


async def own_user(portal: Portal) -> str:
    """Return the user in whose name the hub acts."""
    if portal.settings.webhook_user:
        return portal.settings.webhook_user
    user = str(_object((await portal.read("profile", {}))["result"]).get("ID") or "")
    if not user.isdigit():
        raise TemporaryFailure("the portal did not say whose token it is")
    return user


def steps_of(portal: Portal, language: str) -> Sequence[str]:
    """Return what to press, numbered by their order; before anything is known that of a webhook, the simpler way."""
    url = portal.context.public_url
    is_application = portal.settings.is_application and bool(portal.settings.portal)
    return _application_steps(language, url) if is_application else _webhook_steps(language, url)


async def _bind(portal: Portal, event: str, bound: Bound) -> int:
    """Bind an event to the queue, if that is read, and to our address; return how often."""
    made = await _bind_address(portal, event, bound)
    if not portal.settings.offline_events or (event, "offline", "") in bound:
        return made
    await portal.write("event.bind", {"event": event, "event_type": "offline"})
    return made + 1


async def _bind_address(portal: Portal, event: str, bound: Bound) -> int:
    """Bind an event to our address, if events can be proved; return how often."""
    url = portal.context.public_url
    if not url or not portal.settings.event_tokens or (event, "online", url) in bound:
        return 0
    await portal.write("event.bind", {"event": event, "handler": url})
    return 1


def _binding(row: Mapping[str, Json]) -> tuple[str, str, str]:
    event = str(row.get("event") or "").upper()
    is_offline = str(row.get("offline") or "0") not in {"0", "N"}
    return (event, "offline", "") if is_offline else (event, "online", str(row.get("handler") or ""))


async def _queue_lines(portal: Portal) -> list[Words]:
    """Say whether the queue of offline events can be read here."""
    if not portal.settings.is_application:
        return []
    try:
        told = _object((await portal.read("feature.get", {"CODE": "rest_offline_extended"}))["result"])
    except PermanentFailure:
        return []
    can = str(told.get("value")) != "N"
    if can == portal.settings.offline_events:
        return []
    return [_QUEUE[can]]


def _trouble(portal: Portal, error: ProviderError) -> tuple[str | Words, ...]:
    """Return the vendor's words and what to press."""
    is_told = isinstance(error, (AuthenticationFailed, PermanentFailure))
    return (str(error), _PRESS[portal.settings.is_application] if is_told else _AWAY)


def _user(row: Mapping[str, Json]) -> CrmUser:
    phones = (str(row.get(name) or "") for name in ("UF_PHONE_INNER", "WORK_PHONE", "PERSONAL_MOBILE"))
    return CrmUser(
        id=str(row.get("ID")),
        name=_name(row),
        email=str(row.get("EMAIL") or ""),
        phone=next((phone for phone in phones if phone), ""),
        is_active=row.get("ACTIVE") not in {False, "N"},
    )


def _name(row: Mapping[str, Json]) -> str:
    return " ".join(str(row[part]) for part in ("NAME", "LAST_NAME") if row.get(part))


def _stage(row: Mapping[str, Json], kind: str) -> CrmStage | None:
    """Return a stage of deals, or of leads where the portal has them; the pipeline of deals is its number."""
    place, found = str(row.get("ENTITY_ID") or ""), str(row.get("STATUS_ID") or "")
    if place == _LEAD_STAGES and kind == LEAD:
        pipeline = ""
    elif place == _DEAL_STAGES or place.startswith(f"{_DEAL_STAGES}_"):
        pipeline = place.removeprefix(_DEAL_STAGES).removeprefix("_") or "0"
    else:
        return None
    outcome = _OUTCOMES.get(str(row.get("SEMANTICS") or ""), "open")
    return CrmStage(found, str(row.get("NAME") or found), outcome, pipeline)


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _webhook_steps(language: str, url: str) -> Sequence[str]:
    if language == "en":
        return (
            "Bitrix24: Developer resources → Integrations → Other → Inbound webhook (a plan with the REST API).",
            "Best under an employee made for the hub alone, with rights to read, add and change contacts, leads, "
            "deals; then set has_own_user.",
            "Give it the rights crm (CRM), user (Users); save; copy the webhook's whole address to webhook.",
            "Other → Outbound webhook, any address for now: copy the application token shown there to "
            "application_token.",
            f"After saving, put {url or '(set public_url first)'} into that outbound webhook as handler address; "
            "events: contact, lead, deal and activity created, updated, deleted.",
        )
    return (
        "Битрикс24: Разработчикам → Интеграции → Другое → Входящий вебхук (нужен тариф с REST API).",
        "Лучше под отдельным сотрудником для хаба с правами читать, добавлять и изменять контакты, лиды и сделки; "
        "тогда включите has_own_user.",
        "Дайте права crm (CRM) и user (Пользователи), сохраните и скопируйте адрес вебхука целиком в webhook.",
        "Другое → Исходящий вебхук, адрес пока любой: скопируйте показанный токен приложения в application_token.",
        f"После сохранения впишите в этот исходящий вебхук адрес обработчика {url or '(сначала задайте public_url)'}; "
        "события: создание, обновление и удаление контакта, лида, сделки, дела.",
    )


def _application_steps(language: str, url: str) -> Sequence[str]:
    address = url or "(public_url)"
    if language == "en":
        return (
            "Bitrix24, as an administrator: Developer resources → Other → Local application, type: server, API only.",
            f"Handler and installation address: {address}. Rights: crm, user, telephony. Save.",
            "Copy client_id and client_secret; put the portal's address into portal.",
            "Install it and copy access_token and refresh_token of the installation within the hour; its "
            "application_token, if you have it, proves events (set offline_events to do without).",
            "Set call_user to the user to whom calls belong that nobody answered.",
            "To answer from chats of Bitrix24: rights imopenlines and imconnector, and the open line's number in "
            "open_line.",
        )
    return (
        "Битрикс24, под администратором: Разработчикам → Другое → Локальное приложение, тип: серверное, только API.",
        f"Адрес обработчика и установки: {address}. Права: crm, user, telephony. Сохраните.",
        "Скопируйте client_id и client_secret; адрес портала — в portal.",
        "Установите приложение и в течение часа скопируйте access_token и refresh_token установки; application_token, "
        "если он есть, доказывает события (без него включите offline_events).",
        "В call_user укажите пользователя, на которого писать звонки без ответа.",
        "Чтобы отвечать из чатов Битрикс24: права imopenlines и imconnector и номер открытой линии в open_line.",
    )
