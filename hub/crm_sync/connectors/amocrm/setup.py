"""Connecting an account: the test before saving, fields and webhook made by us, and what a person has to press.

Source: https://www.amocrm.ru/developers/content/oauth/step-by-step, .../crm_platform/webhooks-api (administrators; plan
«Расширенный» or higher), .../crm_platform/custom-fields (read 2026-11-22). A code or refresh token is good for one
exchange, so before a connection is saved it is not exchanged: there would be nowhere to keep what comes back.
"""

from collections.abc import Sequence
from datetime import timedelta

from hub.channels.base import CheckResult, Context
from hub.crm_sync.connectors.amocrm.api import Api, Row
from hub.crm_sync.connectors.amocrm.chats import Chats
from hub.crm_sync.connectors.amocrm.fields import FieldBook, read_book
from hub.crm_sync.connectors.amocrm.hooks import EVENTS
from hub.crm_sync.connectors.amocrm.settings import AmoSettings, expiry_of, read_claims
from hub.crm_sync.connectors.amocrm.snapshots import CONTACT, LEAD
from hub.domain.errors import AuthenticationFailed, PermanentFailure, ProviderError
from hub.domain.words import Words

ANNOUNCED = timedelta(days=30)
_NAMES = {CONTACT: ("контактов", "contacts"), LEAD: ("сделок", "leads")}
_UTM = ("UTM_SOURCE", "UTM_MEDIUM", "UTM_CAMPAIGN", "UTM_CONTENT", "UTM_TERM")
_RENEWED_LATER = Words(
    "Код или refresh token действуют один раз, поэтому до сохранения подключения хаб их не тратит: токен будет получен "
    "при первом обращении.",
    "A code or refresh token works once, so it is not spent before the connection is saved: the first call does it.",
)
_REFUSED = Words(
    "amoCRM не принимает токен. Откройте амоМаркет → ваша интеграция → вкладка «Ключи», создайте долгосрочный токен и "
    "скопируйте его целиком в access_token; интеграция должна быть включена, а её пользователь — активен.",
    "The token is refused. Open amoMarket → your integration → tab «Keys», make a long-lived token and paste all of it "
    "in access_token; the integration must be switched on and its user active.",
)
_NO_RIGHTS = Words(
    "У пользователя токена нет прав администратора: список сотрудников, поля и вебхуки недоступны. Выпустите токен от "
    "имени администратора.",
    "The token's user is no administrator: users, fields and webhooks are out of reach. Make the token as one.",
)
_NO_ADDRESS = Words(
    "Нет открытого адреса: изменения будут браться из списка событий.", "No public address: events are polled."
)
_HOOK_OFF = Words(
    "amoCRM отключила вебхук: амоМаркет → WEB HOOKS → «Включить», либо подпишитесь ещё раз.",
    "amoCRM has switched the webhook off: amoMarket → WEB HOOKS → enable it, or subscribe again.",
)
_ENDS_SOON = Words("Скоро истечёт: выпустите новый на вкладке «Ключи».", "It runs out soon: make a new one at «Keys».")


async def check(settings: AmoSettings, context: Context) -> CheckResult:
    """Look at the account, changing nothing; a connection that is not saved yet exchanges no token."""
    is_saved = context.connected_at is not None
    if settings.is_renewable and not is_saved and not settings.access_token.get_secret_value():
        return CheckResult(True, (_RENEWED_LATER,))
    api = Api(settings, context, is_renewing=is_saved)
    try:
        account = await api.read("/api/v4/account", [("with", "is_api_filter_enabled")])
        problems = [*await _missing_fields(api), *await _user_problems(api, str(account.get("current_user_id") or ""))]
    except ProviderError as error:
        return CheckResult(False, _explain(error))
    notes = [
        _account_line(account, settings),
        _mode_line(settings),
        *_token_lines(settings, context),
        *await _hook_lines(api, context),
    ]
    return CheckResult(True, (*notes, *problems))


async def subscribe(api: Api, context: Context, chats: Chats | None) -> CheckResult:
    """Make what is missing, set the webhook and connect the channel; repeating it changes nothing."""
    if not context.public_url:
        return CheckResult(False, (_NO_ADDRESS,))
    try:
        for kind in (CONTACT, LEAD):
            await _make_field(api, kind)
        body = {"destination": hook_address(api.settings, context.public_url), "settings": list(EVENTS)}
        await api.write("POST", "/api/v4/webhooks", body)
        if chats is not None:
            await chats.connect()
    except ProviderError as error:
        return CheckResult(False, _explain(error))
    field = api.settings.key_field
    said = Words(f"Вебхук установлен, поля «{field}» на месте.", f"The webhook is set, the fields «{field}» are there.")
    return CheckResult(True, (said,))


def hook_address(settings: AmoSettings, url: str) -> str:
    """Return where webhooks are to be sent."""
    secret = settings.hook_secret.get_secret_value()
    return f"{url}/{secret}" if url and secret else url


def list_steps(settings: AmoSettings, url: str, language: str) -> Sequence[str]:
    """Return what a person does, step by step."""
    field, address = settings.key_field, url or "—"
    if settings.hook_secret.get_secret_value():
        address = f"{address}/<hook_secret>"
    if language == "ru":
        return (
            "Войдите в amoCRM администратором. Вебхуки есть на тарифе «Расширенный» и выше; без них изменения берутся "
            "из списка событий.",
            "амоМаркет → три точки справа вверху → «Создать интеграцию»: название «Хаб», доступы ко всем данным.",
            "В интеграции: вкладка «Ключи» → «Сгенерировать токен», срок — до 5 лет. Токен показывают один раз: "
            "скопируйте его в access_token.",
            "Либо OAuth: скопируйте ID интеграции в client_id, секретный ключ в client_secret, адрес перенаправления "
            "в redirect_uri и код авторизации (действует 20 минут) в auth_code.",
            "В account укажите адрес аккаунта, например acme.amocrm.ru.",
            f"Хаб сам добавит в контакты и сделки текстовое поле с кодом {field}; без прав администратора создайте "
            "его вручную: Настройки → поля → «Добавить поле» → «Текст».",
            f"Вебхук хаб установит сам; вручную: амоМаркет → WEB HOOKS → адрес {address}, события сделок, контактов, "
            "компаний и задач.",
            "Лучше выпускать токен от имени отдельного пользователя: тогда включите is_user_dedicated.",
            "Чтобы отвечать клиентам из amoCRM: попросите поддержку зарегистрировать канал чатов с client_uuid "
            f"интеграции и адресом {url or '—'}/:scope_id; ID канала, секрет и ID бота впишите в chat_channel, "
            "chat_secret и chat_bot.",
        )
    return (
        "Sign in to amoCRM (Kommo) as an administrator. Webhooks need the plan Advanced or higher; without them "
        "changes are read from the list of events.",
        "amoMarket (Kommo: Settings → Integrations) → the three dots at the top right → «Create integration»; allow "
        "access to all data.",
        "In the integration: tab «Keys» → «Generate token», up to five years. It is shown once: copy it to "
        "access_token.",
        "Or OAuth: copy the integration's ID to client_id, its secret key to client_secret, the redirect address to "
        "redirect_uri and the authorization code (good for 20 minutes) to auth_code.",
        "Put the account's address in account, e.g. acme.kommo.com.",
        f"The hub adds a text field with the code {field} to contacts and leads; without administrator's rights make "
        "it by hand: Settings → fields → «Add field» → «Text».",
        f"The hub sets the webhook itself; by hand: amoMarket → WEB HOOKS → {address}, events of leads, contacts, "
        "companies and tasks.",
        "A token of a user of its own is better: switch is_user_dedicated on then.",
        "To answer clients from amoCRM: have its support register a channel of the chats with the integration's "
        f"client_uuid and the address {url or '—'}/:scope_id; put the channel's ID, secret and bot in chat_channel, "
        "chat_secret and chat_bot.",
    )


def _explain(error: ProviderError) -> tuple[str | Words, ...]:
    return (str(error), _REFUSED) if isinstance(error, AuthenticationFailed) else (str(error),)


def _account_line(account: Row, settings: AmoSettings) -> Words:
    is_paid, name = bool(account.get("is_api_filter_enabled")), account.get("name", "")
    return Words(
        f"Аккаунт «{name}» ({settings.account}) отвечает; фильтр по полям: {'есть' if is_paid else 'нет'}.",
        f"The account “{name}” ({settings.account}) answers; filter by fields: {'paid' if is_paid else 'not paid'}.",
    )


def _mode_line(settings: AmoSettings) -> Words:
    token = Words("OAuth", "OAuth") if settings.is_renewable else Words("долгосрочный токен", "long-lived token")
    leads = Words("«Неразобранное»", "incoming leads") if settings.is_unsorted else Words("воронка", "pipeline")
    history = Words("чаты", "chats") if settings.chat_channel else Words("примечания", "notes")
    return Words(
        f"Доступ: {token.ru}; новые сделки: {leads.ru}; сообщения: {history.ru}.",
        f"Access: {token.en}; new leads: {leads.en}; messages: {history.en}.",
    )


def _token_lines(settings: AmoSettings, context: Context) -> Sequence[Words]:
    """Say when a long-lived token runs out, loudly in the last month, and what it may do if it tells."""
    token = settings.access_token.get_secret_value()
    ends_at, scopes = expiry_of(token), read_claims(token).get("scopes")
    lines = []
    if ends_at is not None and not settings.is_renewable:
        left = ends_at - context.clock.now()
        russian = f"Токен действует до {ends_at:%d.%m.%Y}, дней: {left.days}."
        lines.append(Words(russian, f"The token is good until {ends_at:%Y-%m-%d}, days left: {left.days}."))
        lines += [_ENDS_SOON] if left < ANNOUNCED else []
    if isinstance(scopes, list):
        named = ", ".join(map(str, scopes))
        lines.append(Words(f"Доступы токена: {named}.", f"Scopes of the token: {named}."))
    return lines


async def _missing_fields(api: Api) -> Sequence[Words]:
    lines = []
    for kind, (russian, english) in _NAMES.items():
        book = await _book(api, kind)
        if book.find(api.settings.key_field) is None:
            code = api.settings.key_field
            by_hand = f"У {russian} нет поля {code}: хаб создаст его при сохранении, либо добавьте текстовое поле сами."
            lines.append(Words(by_hand, f"The {english} have no field {code}: the hub makes it on saving."))
        if kind == LEAD and (absent := [code for code in _UTM if book.find(code) is None]):
            named = ", ".join(absent)
            lines.append(
                Words(
                    f"У сделок нет полей {named}: эти метки не попадут в amoCRM.",
                    f"The leads have no fields {named}: these marks do not get into amoCRM.",
                )
            )
    return lines


async def _user_problems(api: Api, user: str) -> Sequence[Words]:
    """Say what the token's user may not do."""
    try:
        told = await api.read(f"/api/v4/users/{user}") if user else {}
    except PermanentFailure:
        return (_NO_RIGHTS,)
    rights = told.get("rights")
    return () if isinstance(rights, dict) and rights.get("is_admin") else (_NO_RIGHTS,)


async def _hook_lines(api: Api, context: Context) -> Sequence[Words]:
    if not context.public_url:
        return (_NO_ADDRESS,)
    if context.connected_at is None:
        return ()
    try:
        address = hook_address(api.settings, context.public_url)
        rows = await api.rows("/api/v4/webhooks", "webhooks", [("filter[destination]", address)])
    except ProviderError as error:
        return (Words(f"Вебхуки недоступны: {error}", f"Webhooks are not available: {error}"),)
    return (_HOOK_OFF,) if any(row.get("disabled") for row in rows) else ()


async def _make_field(api: Api, kind: str) -> None:
    code = api.settings.key_field
    if code.isdigit() or (await _book(api, kind)).find(code) is not None:
        return
    field = {"name": "ID в хабе", "code": code, "type": "text", "is_api_only": True}
    await api.write("POST", f"/api/v4/{kind}/custom_fields", [field])


async def _book(api: Api, kind: str) -> FieldBook:
    return read_book(await api.all_rows(f"/api/v4/{kind}/custom_fields", "custom_fields"))
