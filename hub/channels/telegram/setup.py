"""Setting up: what to do in Telegram, testing the token, telling Telegram where updates go."""

from collections.abc import Mapping, Sequence

from hub.channels.base import CheckResult, Context
from hub.channels.telegram.bot_api import BotApi
from hub.channels.telegram.settings import Mode, TelegramSettings
from hub.channels.telegram.wire import ALLOWED_UPDATES
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


async def check(api: BotApi, settings: TelegramSettings) -> CheckResult:
    """Ask who the bot is and how updates leave it; nobody sees anything of it."""
    try:
        bot = await _result(api, "getMe", {})
        webhook = await _result(api, "getWebhookInfo", {})
    except ProviderError as error:
        return CheckResult(False, (_explain(error),))
    lines = [f"Бот @{bot.get('username', '')} отвечает."]
    is_ok = _check_webhook(webhook, settings, lines)
    return CheckResult(is_ok, tuple(lines))


def _check_webhook(webhook: Mapping[str, Json], settings: TelegramSettings, lines: list[str]) -> bool:
    """Add what the state of the webhook means; False if updates do not come to us."""
    url, pending = str(webhook.get("url", "")), webhook.get("pending_update_count", 0)
    lines.append(f"Ждут получения: {pending}.")
    if error := webhook.get("last_error_message"):
        lines.append(f"Последняя ошибка доставки по словам Telegram: {error}.")
    missing = set(ALLOWED_UPDATES) - set(webhook.get("allowed_updates") or ALLOWED_UPDATES)
    if missing:
        lines.append(f"Бот не получает: {', '.join(sorted(missing))}; подключение это исправит.")
    if url and settings.mode is Mode.polling:
        lines.append("Сейчас сообщения уходят на другой адрес (webhook); подключение переключит бота на хаб.")
    return not (url and settings.mode is Mode.polling)


async def subscribe(api: BotApi, settings: TelegramSettings, context: Context) -> CheckResult:
    """Make updates come to us the way the settings say; what waits at Telegram is kept."""
    params: dict[str, object]
    if settings.mode is Mode.polling:
        method, params = "deleteWebhook", {"drop_pending_updates": False}
        done = "Сообщения забирает хаб, webhook снят."
    elif not context.public_url:
        return CheckResult(False, ("Нет открытого адреса: задайте public_url или выберите mode = polling.",))
    else:
        method, params = "setWebhook", _webhook(settings, context.public_url)
        done = "Telegram будет присылать сообщения на адрес хаба."
    try:
        await _result(api, method, params)
    except ProviderError as error:
        return CheckResult(False, (_explain(error),))
    return CheckResult(True, (done,))


def _webhook(settings: TelegramSettings, url: str) -> dict[str, object]:
    return {
        "url": url,
        "secret_token": settings.webhook_secret.get_secret_value(),
        "allowed_updates": list(ALLOWED_UPDATES),
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
