"""Links that open the manager bot, where the bot can be asked for its name: with an invitation, at a conversation."""

from hub.app.adapters import MANAGER_BOT, validate_settings
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
    name = await find_bot_name(ground)
    return f"https://t.me/{name}?start={token}" if name else ""


async def find_bot_name(ground: Ground) -> str:
    """Return the user name of the manager bot; empty without one, or while it does not answer."""
    async with acquire(ground.pool) as connection:
        row = next((each for each in await list_connections(connection) if each.kind == MANAGER_BOT), None)
    if row is None:
        return ""
    settings = validate_settings(MANAGER_BOT, ground.secrets.decrypt_json(row.settings_encrypted))
    return await _ask_name(settings, ground.config.proxy) if isinstance(settings, TelegramSettings) else ""


async def _ask_name(settings: TelegramSettings, proxy: str) -> str:
    http = Http(proxy)
    try:
        answer = await BotApi(settings, http).call("getMe", {})
    except ProviderError:
        return ""
    finally:
        await http.close()
    return str(answer.result.get("username", "")) if answer.is_ok and isinstance(answer.result, dict) else ""
