"""The Telegram channel keeps the contract of channels; what only Telegram does stands in `tests/channels/telegram`."""

import json
from collections.abc import Mapping
from dataclasses import replace

from hub.channels.base import Raw
from hub.channels.telegram import CHANNEL
from hub.testing.contracts import ChannelContract
from hub.testing.faulty_http import Answer, Seen


def sign(raw: Raw, settings: Mapping[str, object]) -> Raw:
    return replace(raw, headers={**raw.headers, "x-telegram-bot-api-secret-token": str(settings["webhook_secret"])})


class TestTelegram(ChannelContract):
    channel = CHANNEL
    settings = {"token": "1:AAE-token", "mode": "webhook", "webhook_secret": "s3cret-s3cret-s3cret"}
    rotated = {"webhook_secret": "n3w-n3w-n3w-n3w-n3w", "previous_webhook_secret": "s3cret-s3cret-s3cret"}
    sign = staticmethod(sign)

    def send_settings(self, base_url: str) -> Mapping[str, object]:
        return {**self.settings, "base_url": base_url}

    def sent_answer(self, request: Seen) -> Answer:
        return Answer(body=json.dumps({"ok": True, "result": {"message_id": len(request.body)}}).encode())

    def refusal(self, status: int, retry_after: int | None) -> Answer:
        wait = {} if retry_after is None else {"parameters": {"retry_after": retry_after}}
        body = {"ok": False, "error_code": status, "description": "refused", **wait}
        return Answer(status, json.dumps(body).encode())
