"""Checks of `send` against a provider's HTTP side that fails in every way there is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from hub.channels.base import Sends
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, OutboundMessage, SendResult, Sent, Unknown
from hub.net.http import Http
from hub.testing.contracts.bench import make_channel, secret_values
from hub.testing.contracts.suite import Suite
from hub.testing.faulty_http import Answer, FaultyServer, faulty_server

_DEADLINE = timedelta(seconds=1)
# Status, the wait it names in seconds, what may be made of it.
FAULTS: Mapping[str, tuple[int, int | None, tuple[type, ...]]] = {
    "400": (400, None, (Failed,)),
    "401": (401, None, (Failed,)),
    "403": (403, None, (Failed,)),
    "404": (404, None, (Failed,)),
    "409": (409, None, (Failed, Later)),
    "413": (413, None, (Failed,)),
    "429": (429, None, (Later,)),
    "429 with a wait": (429, 7, (Later,)),
    "500": (500, None, (Later, Unknown)),
    "502": (502, None, (Later, Unknown)),
}


class SendingChecks(Suite):
    """For channels that send over HTTP."""

    async def test_an_accepted_message_is_sent(self) -> None:
        async with self._provider() as (server, channel):
            result = await self._send(channel, self.sample_message())

            assert isinstance(result, Sent)
            assert result.external_ids
            assert all(result.external_ids)
            assert result.accepted_at.utcoffset() == timedelta(0)
            assert server.seen

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_a_refusal_becomes_the_right_result(self, fault: str) -> None:
        status, retry_after, expected = FAULTS[fault]
        async with self._provider() as (server, channel):
            server.script = [self.refusal(status, retry_after)]
            result = await self._send(channel, self.sample_message())

        assert isinstance(result, expected)
        if isinstance(result, Failed):
            assert result.is_connection_fault or status != 401
            assert result.reason
            assert result.explanation
        if retry_after is not None:
            assert isinstance(result, Later)
            assert result.retry_after == timedelta(seconds=retry_after)

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff\xff", b"{}"])
    async def test_a_success_that_cannot_be_read_is_unknown(self, body: bytes) -> None:
        async with self._provider() as (server, channel):
            server.script = [Answer(200, body)]
            assert isinstance(await self._send(channel, self.sample_message()), Unknown)

    async def test_a_dropped_connection_is_unknown(self) -> None:
        async with self._provider() as (server, channel):
            server.script = [Answer(is_dropped=True)]
            assert isinstance(await self._send(channel, self.sample_message()), Unknown)

    async def test_no_answer_in_time_is_unknown(self) -> None:
        async with self._provider() as (server, channel):
            server.script = [Answer(is_slow=True)]
            assert isinstance(await self._send(channel, self.sample_message()), Unknown)

    async def test_nobody_at_the_address_means_later(self) -> None:
        async with self._provider() as (server, _channel):
            gone = server.url
        http = Http(longest=_DEADLINE)
        try:
            channel = self._sender(gone, http)
            assert isinstance(await self._send(channel, self.sample_message()), Later)
        finally:
            await http.close()

    async def test_a_text_over_the_limit_is_split_or_refused(self) -> None:
        async with self._provider() as (server, channel):
            result = await self._send(channel, self._long_message())

        assert isinstance(result, Failed) or (isinstance(result, Sent) and len(result.external_ids) >= 2)
        assert isinstance(result, Sent) or server.seen == []

    async def test_a_split_message_goes_on_behind_the_accepted_part(self) -> None:
        long = self._long_message()
        async with self._provider() as (server, channel):
            whole = await self._send(channel, long)
            server.script = [None, self.refusal(429, 3)]
            first = await self._send(channel, long)
            if isinstance(whole, Failed):
                return
            assert isinstance(first, Later)
            assert (first.part, len(first.external_ids)) == (1, 1)
            rest = await self._send(channel, replace(long, part=first.part))

        assert isinstance(whole, Sent)
        assert isinstance(rest, Sent)
        assert len(rest.external_ids) == len(whole.external_ids) - 1

    @pytest.mark.parametrize("kind", list(AttachmentKind))
    async def test_media_that_cannot_be_sent_is_refused_before_sending(self, kind: AttachmentKind) -> None:
        can = self.channel.capabilities
        too_large = can.media_limit_bytes + 1 if kind in can.media else 10
        file = Attachment(kind, "a.bin", size_bytes=too_large, sha256="0" * 64)
        async with self._provider() as (server, channel):
            result = await self._send(channel, replace(self.sample_message(), attachments=(file,)))

        assert isinstance(result, Failed)
        assert server.seen == []

    async def test_sending_logs_no_secret_and_no_client_words(self, caplog: pytest.LogCaptureFixture) -> None:
        message = self.sample_message()
        with caplog.at_level("DEBUG"), capture_logs() as lines:
            async with self._provider() as (server, channel):
                results = [await self._send(channel, message)]
                server.script = [self.refusal(401, None)]
                results.append(await self._send(channel, message))

        printed = f"{lines} {caplog.text} {results}"
        assert [word for word in (*secret_values(self.make().settings), message.text) if word in printed] == []

    @asynccontextmanager
    async def _provider(self) -> AsyncIterator[tuple[FaultyServer, Sends]]:
        """Serve the provider's side, by default taking every message, and build the channel that sends to it."""
        async with faulty_server(self.sent_answer) as server:
            http = Http(longest=_DEADLINE)
            try:
                yield server, self._sender(server.url, http)
            finally:
                await http.close()

    def _long_message(self) -> OutboundMessage:
        limit = self.channel.capabilities.text_limit
        return replace(self.sample_message(), text="слово " * (limit // 6 + 2))

    def _sender(self, base_url: str, http: Http) -> Sends:
        channel = make_channel(self.channel, self.send_settings(base_url), http)
        assert isinstance(channel, Sends)
        return channel

    async def _send(self, channel: Sends, message: OutboundMessage) -> SendResult:
        async with asyncio.timeout(self.patience.total_seconds()):
            return await channel.send(message)
