"""Checks of `peek` and `parse`: what every payload gives, and what no payload may do."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hub.channels.base import EmbedsFiles, Peek, Raw
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import IdentityType, canonical_email
from hub.testing.contracts.bench import io_watch, secret_values
from hub.testing.contracts.facts import (
    E164,
    addresses,
    event_key,
    external_ids,
    instants,
    is_unstorable,
    phones,
    private_words,
    texts,
)
from hub.testing.contracts.suite import Suite
from hub.testing.fixture_files import RECEIVED_AT, Fixture, Mark

JUNK = {
    "empty": b"",
    "a number": b"7",
    "an array": b"[]",
    "null": b"null",
    "bad encoding": b"\xff\xfe\x00\xd8" * 9,
    "an open object": b'{"a": {"b": ',
    "nested deeply": b"[" * 200_000,
    "huge": b"a" * 2_000_000,
}
_END_OF_TEXT = re.compile(rb'(?<=[^\\"])"(?=\s*[,}\]])')
_MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


def assert_storable(peek: object) -> None:
    """Fail unless `peek` can be stored: a receipt that no INSERT takes would hold up its neighbours."""
    assert isinstance(peek, Peek)
    assert not is_unstorable(peek.event_id + peek.order_key), "clean it with hub.net.payloads.clean_text"


def spoiled(raw: Raw) -> Iterator[Raw]:
    """Yield the payload with NUL and half a surrogate pair at the end of every text, as JSON and as a form has them."""
    if raw.body.lstrip()[:1] in {b"{", b"["}:
        for bad in (rb"\\u0000", rb"\\ud800"):
            yield replace(raw, body=_END_OF_TEXT.sub(bad + b'"', raw.body))
    elif "urlencoded" in raw.headers.get("content-type", ""):
        yield replace(raw, body=raw.body.replace(b"&", b"%00&").removesuffix(b"\n") + b"%00")
    if raw.query:
        yield replace(raw, query=f"{raw.query.replace('&', '%00&')}%00")


class ParsingChecks(Suite):
    """For channels that receive anything."""

    def test_there_are_fixtures_and_their_source_is_told(self) -> None:
        assert self.load_fixtures(), f"no payload files in {self.fixtures}"
        assert (self.fixtures / "SOURCE.md").is_file(), f"{self.fixtures}/SOURCE.md says where the payloads come from"

    def test_a_payload_gives_events(self, fixture: Fixture) -> None:
        assert self.parse(fixture.raw), "no event: fix parse, or mark the file NAME.ignored.EXT"

    def test_an_ignored_payload_gives_no_event(self) -> None:
        for fixture in self.marked(Mark.ignored):
            assert list(self.parse(fixture.raw)) == [], fixture.name

    def test_a_refused_payload_raises_payload_invalid(self) -> None:
        for fixture in self.marked(Mark.refused):
            with pytest.raises(PayloadInvalid):
                self.parse(fixture.raw)
                pytest.fail(f"{fixture.name} was not refused")

    def test_parse_is_deterministic_and_does_no_io(self, fixture: Fixture) -> None:
        with io_watch() as operations:
            first, second = self.parse(fixture.raw), self.parse(fixture.raw)

        assert list(first) == list(second)
        assert operations == []

    def test_external_ids_are_never_empty(self, fixture: Fixture) -> None:
        assert "" not in external_ids(self.parse(fixture.raw))

    def test_a_keyed_payload_that_comes_again_later_has_the_same_ids(self, fixture: Fixture) -> None:
        later = replace(fixture.raw, received_at=fixture.raw.received_at + timedelta(hours=7))
        if self.reader().peek(fixture.raw).event_id:
            assert external_ids(self.parse(later)) == external_ids(self.parse(fixture.raw))
            assert self.reader().peek(later) == self.reader().peek(fixture.raw)

    def test_external_ids_are_unique_across_payloads(self) -> None:
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for fixture in self.load_fixtures():
            if fixture.mark in {None, Mark.question}:
                for event in self.parse(fixture.raw):
                    found[event_key(event)].append(fixture.name)
        assert {key: names for key, names in found.items() if len(names) > 1} == {}

    def test_a_repeated_delivery_has_the_ids_of_the_first(self) -> None:
        firsts = [f for f in self.load_fixtures() if f.mark in {None, Mark.question}]
        known = {event_key(event) for fixture in firsts for event in self.parse(fixture.raw)}
        for fixture in self.marked(Mark.repeat):
            assert {event_key(event) for event in self.parse(fixture.raw)} <= known, fixture.name

    def test_times_are_aware_and_utc(self, fixture: Fixture) -> None:
        for event in self.parse(fixture.raw):
            assert [when for when in instants(event) if when.utcoffset() != timedelta(0)] == []

    def test_phones_are_e164_and_addresses_canonical(self, fixture: Fixture) -> None:
        for event in self.parse(fixture.raw):
            assert [phone for phone in phones(event) if not E164.fullmatch(phone)] == []
            for address in addresses(event):
                assert address.value
                if address.type is IdentityType.email:
                    email = canonical_email(address.value)
                    assert email is not None and email.value == address.value

    def test_files_inside_a_payload_can_be_read(self, fixture: Fixture) -> None:
        channel = self.make()
        if isinstance(channel, EmbedsFiles):
            for event in self.parse(fixture.raw):
                for attachment in getattr(event, "attachments", ()):
                    if attachment.provider_ref:
                        assert channel.embedded_files(fixture.raw)[attachment.provider_ref]

    @pytest.mark.parametrize("junk", JUNK)
    def test_junk_raises_payload_invalid_and_nothing_else(self, junk: str) -> None:
        for raw in self._with_body(JUNK[junk]):
            try:
                events = self.parse(raw)
            except PayloadInvalid:
                continue
            assert self.any_bytes_parse and events, f"junk was taken for {events!r}"

    def test_a_cut_payload_raises_payload_invalid_or_parses(self, stored: Fixture) -> None:
        for share in (1, 2, 3, 5, 8):
            cut = replace(stored.raw, body=stored.raw.body[: len(stored.raw.body) * share // 9])
            try:
                self.parse(cut)
            except PayloadInvalid:
                continue

    def test_parse_raises_nothing_but_payload_invalid(self) -> None:
        raws, channel = self._examples(), self.reader()

        @_MANY
        @given(body=st.binary(max_size=300), query=st.text(max_size=40), which=st.integers(0, len(raws) - 1))
        def parse(body: bytes, query: str, which: int) -> None:
            try:
                channel.parse(replace(raws[which], body=body, query=query))
            except PayloadInvalid:
                return

        parse()

    def test_peek_never_raises_and_repeats_itself(self) -> None:
        raws, channel = self._examples(), self.reader()

        @_MANY
        @given(body=st.binary(max_size=300), query=st.text(max_size=40), which=st.integers(0, len(raws) - 1))
        def peek(body: bytes, query: str, which: int) -> None:
            raw = replace(raws[which], body=body, query=query)
            assert_storable(channel.peek(raw))
            assert channel.peek(raw) == channel.peek(raw)

        peek()

    @pytest.mark.parametrize("junk", JUNK)
    def test_peek_stands_junk(self, junk: str) -> None:
        for raw in self._with_body(JUNK[junk]):
            assert_storable(self.reader().peek(raw))

    def test_characters_no_database_takes_come_out_of_no_payload(self, stored: Fixture) -> None:
        for raw in spoiled(stored.raw):
            assert_storable(self.reader().peek(raw))
            try:
                events = self.parse(raw)
            except PayloadInvalid:
                continue
            assert [text for event in events for text in texts(event) if is_unstorable(text)] == []

    def test_parse_logs_no_secret_and_no_client_words(self, fixture: Fixture, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG"), capture_logs() as lines:
            events = self.parse(fixture.raw)
            self.reader().peek(fixture.raw)

        printed = f"{lines} {caplog.text}"
        private = [*secret_values(self.make().settings), *(word for event in events for word in private_words(event))]
        assert [word for word in private if word in printed] == []

    def _examples(self) -> list[Raw]:
        return [Raw(b"", RECEIVED_AT), *(fixture.raw for fixture in self.load_fixtures())]

    def _with_body(self, body: bytes) -> Iterator[Raw]:
        """Yield every payload with its content replaced: the body, and the query where that carries the content."""
        for raw in self._examples():
            query = body[:4000].decode("latin-1") if raw.query else ""
            yield replace(raw, body=body, query=query)
