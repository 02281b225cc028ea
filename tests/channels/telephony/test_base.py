"""Reading of what all PBXs send: numbers, times, lengths, networks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.channels.base import Raw
from hub.channels.telephony.base import TelephonySettings, arrival, clean, seconds, unix_instant
from hub.domain.errors import PayloadInvalid, WebhookRejected
from tests.channels.telephony.bench import RECEIVED_AT, make

READINGS = [
    ("79161234567", "RU", "international", "+79161234567"),
    ("89161234567", "RU", "international", "+79161234567"),
    ("*79161234567", "RU", "international", "+79161234567"),
    ("84912345678", "VN", "international", "+84912345678"),
    ("375291234567", "RU", "international", "+375291234567"),
    ("998901234567", "RU", "international", "+998901234567"),
    ("77011234567", "RU", "international", "+77011234567"),
    ("9161234567", "RU", "national", "+79161234567"),
    ("0971234567", "UA", "national", "+380971234567"),
    ("+79161234567", "KZ", "national", "+79161234567"),
    ("101", "RU", "international", ""),
    ("anonymous", "RU", "international", ""),
    ("", "RU", "international", ""),
    ("0", "RU", "international", ""),
]


@pytest.mark.parametrize(("text", "region", "number_format", "expected"), READINGS)
def test_m1_a_callers_number_is_read_by_the_accounts_format(
    text: str, region: str, number_format: str, expected: str
) -> None:
    channel = make("sipuni", region=region, number_format=number_format)

    assert channel.client_number(text) == expected


@given(st.text(max_size=30))
def test_a_number_is_e164_or_absent_whatever_comes(text: str) -> None:
    number = make("sipuni").client_number(text)

    assert number == "" or (number.startswith("+") and number[1:].isdecimal())


def test_wall_clock_times_are_read_in_the_accounts_zone() -> None:
    moscow, omsk = make("sipuni"), make("sipuni", zone="Asia/Omsk")

    assert moscow.local_instant("2026-11-21 15:00:00") == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert omsk.local_instant("2026-11-21 15:00:00") == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_of_a_doubled_hour_the_first_is_meant() -> None:
    berlin = make("sipuni", zone="Europe/Berlin")

    assert berlin.local_instant("2026-10-25 02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_iso_time_with_offset_needs_no_zone() -> None:
    assert make("sipuni").iso_instant("2026-11-21T15:00:00+05:00") == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-21", "21.11.2026 10:00", "", "1999-01-01 00:00:00"])
def test_what_is_no_time_is_invalid(text: str) -> None:
    with pytest.raises(PayloadInvalid):
        make("sipuni").local_instant(text)


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-5", "1763722800000", "1e400"])
def test_a_count_in_another_unit_is_refused_instead_of_read_as_the_far_future(text: str) -> None:
    with pytest.raises(PayloadInvalid):
        unix_instant(text)


def test_microseconds_are_read_as_such() -> None:
    assert unix_instant("1763722800000000", 1_000_000) == datetime(2025, 11, 21, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["-1", "nan", "x", "99999999"])
def test_what_is_no_length_is_invalid(text: str) -> None:
    with pytest.raises(PayloadInvalid):
        seconds(text)


def test_a_stage_without_time_happened_on_arrival_unless_that_is_hours_later() -> None:
    raw, hour = Raw(b"", RECEIVED_AT), timedelta(hours=1)

    assert arrival(raw, RECEIVED_AT - timedelta(minutes=1)) == RECEIVED_AT
    assert arrival(raw, RECEIVED_AT - 2 * hour) == RECEIVED_AT - 2 * hour
    assert arrival(raw, RECEIVED_AT + hour) == RECEIVED_AT + hour


def test_fields_hold_nothing_that_a_database_refuses() -> None:
    assert clean("a\x00b\ud800 ") == "ab?"


@pytest.mark.parametrize("remote", ["203.0.113.9", "2001:db8::1", "", "unknown"])
def test_a_caller_outside_the_networks_is_rejected(remote: str) -> None:
    channel = make("sipuni", networks=["192.0.2.0/24"])

    with pytest.raises(WebhookRejected, match="address"):
        channel.verify(Raw(b"event=1", RECEIVED_AT, remote=remote))


def test_a_caller_inside_the_networks_passes() -> None:
    make("sipuni", networks=["192.0.2.0/24", "2001:db8::/32"]).verify(Raw(b"", RECEIVED_AT, remote="192.0.2.7"))


@pytest.mark.parametrize("wrong", [{"zone": "Moscow"}, {"zone": "../etc"}, {"networks": ["x"]}, {"region": "ru"}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TelephonySettings.model_validate(wrong)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01T00:00:00Z", "1999-01-01T00:00:00Z"])
def test_what_is_no_iso_time_is_invalid(text: str) -> None:
    with pytest.raises(PayloadInvalid):
        make("sipuni").iso_instant(text)


@pytest.mark.parametrize("value", [{}, [], {"a": 1}])
def test_a_structure_is_no_field(value: object) -> None:
    with pytest.raises(PayloadInvalid):
        clean(value)


@pytest.mark.parametrize("kind", ["mango", "megafon", "uis", "mapped"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_at_the_address_is_answered_and_tells_nothing(kind: str, method: str) -> None:
    settings = {"mango": {"api_key": "k", "api_salt": "s"}, "megafon": {"crm_token": "t"}, "uis": {"secret": "s"}}
    mapped = {"secret": "s", "call": "c", "event": "e", "caller": "f", "stages": {"end": "completed"}}

    reply = make(kind, **settings.get(kind, mapped)).handshake(Raw(b"", RECEIVED_AT, method=method))

    assert (reply.status, reply.body) == (200, b"")
