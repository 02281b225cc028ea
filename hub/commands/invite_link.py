"""The link that opens the manager bot with an invitation, where the bot can be asked for its name."""

from hub.app.connections import MANAGER_BOT, validate_settings
from hub.app.ground import Ground
from hub.channels.telegram.bot_api import BotApi
from hub.channels.telegram.settings import TelegramSettings
from hub.domain.errors import ProviderError
from hub.net.http import Http
from hub.store.connections import list_connections
from hub.store.pool import acquire


async def find_bot_link(ground: Ground, token: str) -> str:
    """Return `https://t.me/<bot>?start=<token>`; empty without a manager bot, or while it does not answer.

    Source: https://core.telegram.org/api/links#bot-links (read 2026-11-22).
    """
    async with acquire(ground.pool) as connection:
        row = next((each for each in await list_connections(connection) if each.kind == MANAGER_BOT), None)
    if row is None:
        return ""
    settings = validate_settings(MANAGER_BOT, ground.secrets.decrypt_json(row.settings_encrypted))
    username = await _ask_name(settings, ground.config.proxy) if isinstance(settings, TelegramSettings) else ""
    return f"https://t.me/{username}?start={token}" if username else ""


async def _ask_name(settings: TelegramSettings, proxy: str) -> str:
    http = Http(proxy)
    try:
        answer = await BotApi(settings, http).call("getMe", {})
    except ProviderError:
        return ""
    finally:
        await http.close()
    return str(answer.result.get("username", "")) if answer.is_ok and isinstance(answer.result, dict) else ""
