"""Setting up: what to do in Telegram, testing the token, telling Telegram where updates go."""

from collections.abc import Iterator, Mapping, Sequence

from hub.channels.base import CheckResult
from hub.channels.telegram.bot_api import BotApi
from hub.channels.telegram.settings import Mode, TelegramSettings
from hub.domain.errors import AuthenticationFailed, ProviderError
from hub.net.payloads import Json

_STEPS: Mapping[str, Sequence[str]] = {
    "ru": (
        "Откройте в Telegram чат с @BotFather и отправьте /newbot; имя и адрес бота видят клиенты.",
        "Скопируйте токен вида 123456:AAE… в поле token.",
        "Если бот должен отвечать в группах, отправьте @BotFather /setprivacy, выберите бота и Disable.",
    ),
    "en": (
        "Open the chat with @BotFather in Telegram and send /newbot; clients see the bot's name and address.",
        "Copy the token (123456:AAE…) into the field token.",
        "If the bot has to answer in groups, send /setprivacy to @BotFather, choose the bot and Disable.",
    ),
}
_POLLING = {
    "ru": "Больше ничего не нужно: сообщения забирает сам хаб (mode = polling), открытый адрес не требуется.",
    "en": "Nothing else is needed: the hub fetches messages itself (mode = polling), no public address is required.",
}
_WEBHOOK = {
    "ru": "Хаб сам сообщит Telegram адрес {url} и секрет; он должен открываться снаружи по HTTPS (443, 80, 88, 8443).",
    "en": "The hub tells Telegram the address {url} and the secret; it must be reachable by HTTPS (443, 80, 88, 8443).",
}


def list_steps(settings: TelegramSettings, public_url: str, language: str) -> list[str]:
    """Return what a person does, step by step."""
    known = language if language in _STEPS else "en"
    last = _WEBHOOK[known].format(url=public_url or "—") if settings.mode is Mode.webhook else _POLLING[known]
    return [*_STEPS[known], last]


async def check(api: BotApi, settings: TelegramSettings, wanted: Sequence[str]) -> CheckResult:
    """Ask who the bot is and how updates leave it; nobody sees anything of it."""
    try:
        bot = await _result(api, "getMe", {})
        webhook = await _result(api, "getWebhookInfo", {})
    except ProviderError as error:
        return CheckResult(False, (_explain(error),))
    is_elsewhere = bool(webhook.get("url")) and settings.mode is Mode.polling
    lines = [f"Бот @{bot.get('username', '')} отвечает.", *_webhook_lines(webhook, wanted)]
    if is_elsewhere:
        lines.append("Сейчас сообщения уходят на другой адрес (webhook); подключение переключит бота на хаб.")
    return CheckResult(not is_elsewhere, tuple(lines))


async def start_link(api: BotApi, payload: str) -> str:
    """Return the link that opens the bot and sends `payload` back with «Start». Raises: ProviderError."""
    bot = await _result(api, "getMe", {})
    return f"https://t.me/{bot.get('username', '')}?start={payload}"


def _webhook_lines(webhook: Mapping[str, Json], wanted: Sequence[str]) -> Iterator[str]:
    """Yield what the state of the bot's updates means for a person."""
    yield f"Ждут получения: {webhook.get('pending_update_count', 0)}."
    if error := webhook.get("last_error_message"):
        yield f"Последняя ошибка доставки по словам Telegram: {error}."
    if missing := set(wanted) - set(webhook.get("allowed_updates") or wanted):
        yield f"Бот не получает: {', '.join(sorted(missing))}; подключение это исправит."


async def subscribe(api: BotApi, settings: TelegramSettings, public_url: str, *, wanted: Sequence[str]) -> CheckResult:
    """Make updates come to us the way the settings say; what waits at Telegram is kept."""
    params: dict[str, object]
    if settings.mode is Mode.polling:
        method, params = "deleteWebhook", {"drop_pending_updates": False}
        done = "Сообщения забирает хаб, webhook снят."
    elif not public_url:
        return CheckResult(False, ("Нет открытого адреса: задайте public_url или выберите mode = polling.",))
    else:
        method, params = "setWebhook", _webhook(settings, public_url, wanted)
        done = "Telegram будет присылать сообщения на адрес хаба."
    try:
        await _result(api, method, params)
    except ProviderError as error:
        return CheckResult(False, (_explain(error),))
    return CheckResult(True, (done,))


def _webhook(settings: TelegramSettings, url: str, wanted: Sequence[str]) -> dict[str, object]:
    return {
        "url": url,
        "secret_token": settings.webhook_secret.get_secret_value(),
        "allowed_updates": list(wanted),
        "drop_pending_updates": False,
    }


async def _result(api: BotApi, method: str, params: Mapping[str, object]) -> dict[str, Json]:
    answer = await api.call(method, params)
    if not answer.is_ok:
        answer.raise_failure(method)
    return answer.result if isinstance(answer.result, dict) else {}


def _explain(error: Exception) -> str:
    if isinstance(error, AuthenticationFailed):
        return "Telegram не принимает токен: скопируйте его у @BotFather ещё раз целиком."
    return f"Bot API не отвечает как нужно: {error}. Проверьте base_url, proxy и доступ в интернет."
