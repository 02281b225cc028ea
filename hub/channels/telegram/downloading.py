"""Fetches files that updates only name. Their links carry the token, so they are never kept or shown."""

from hub.channels.telegram.bot_api import ApiAnswer, BotApi
from hub.channels.telegram.incoming_files import DOWNLOAD_LIMIT_BYTES
from hub.crash import crash_point
from hub.domain.errors import OutcomeUnknown, PayloadTooLarge, PermanentFailure, TemporaryFailure


async def download(api: BotApi, file_id: str) -> bytes:
    """Return a file of up to 20 MB.

    Raises:
        TemporaryFailure, AuthenticationFailed: it may be had later.
        PermanentFailure: never; the message is for people.
    """
    try:
        crash_point("telegram.file_asked")
        path = _path(await api.call("getFile", {"file_id": file_id}))
        file = await api.download(path, limit_bytes=DOWNLOAD_LIMIT_BYTES)
        crash_point("telegram.file_fetched")
    except OutcomeUnknown as error:
        raise TemporaryFailure(f"fetching a file: {error}") from error
    except PayloadTooLarge as error:
        raise PermanentFailure("файл больше 20 МБ, такие Telegram ботам не отдаёт", reason="too_large") from error
    if file.status != 200:
        raise TemporaryFailure(f"fetching a file: the file server answered {file.status}", file.status)
    return file.body


def _path(answer: ApiAnswer) -> str:
    if answer.status == 400:
        is_large = "too big" in answer.description
        words = (
            "файл больше 20 МБ, такие Telegram ботам не отдаёт" if is_large else "Telegram больше не отдаёт этот файл"
        )
        raise PermanentFailure(words, 400, "too_large" if is_large else "not_found")
    if not answer.is_ok:
        answer.raise_failure("fetching a file")
    path = answer.result.get("file_path") if isinstance(answer.result, dict) else None
    if not path:
        raise PermanentFailure("Telegram больше не отдаёт этот файл", answer.status, "not_found")
    return str(path)
