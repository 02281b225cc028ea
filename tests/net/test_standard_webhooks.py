"""Signatures of Standard Webhooks 1.0.0, held against the reference library."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from hub.domain.errors import WebhookRejected
from hub.net.standard_webhooks import read_key, sign, verify

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEYS = st.binary(min_size=24, max_size=64).map(lambda key: "whsec_" + base64.b64encode(key).decode())
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
SECRET = "whsec_b3V0Z29pbmctc2VjcmV0LTAxMjM0NTY3ODk="
BODY = b'{"type": "contact.updated"}'


def changed(**headers):
    """A signed webhook with some headers changed."""
    return {**sign([SECRET], "msg_1", NOW, BODY), **{name.replace("_", "-"): value for name, value in headers.items()}}


@given(secret=KEYS, message_id=IDS, body=TEXTS)
def test_signatures_are_those_of_the_reference_library(secret, message_id, body):
    made = sign([secret], message_id, NOW, body.encode())

    assert made["webhook-signature"] == Webhook(secret).sign(message_id, NOW, body)
    verify([secret], made, body.encode(), NOW)


@given(
    secret=KEYS, message_id=IDS, body=st.text(st.characters(exclude_categories=["Cs"]), min_size=1), bit=st.integers(0)
)
def test_one_changed_bit_is_rejected(secret, message_id, body, bit):
    made, sent = sign([secret], message_id, NOW, body.encode()), bytearray(body.encode())
    sent[bit // 8 % len(sent)] ^= 1 << bit % 8
    with pytest.raises(WebhookRejected):
        verify([secret], made, bytes(sent), NOW)


@given(headers=st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_whatever_the_headers_hold_nothing_else_is_raised(headers):
    with pytest.raises(WebhookRejected):
        verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_five_minutes_either_way_are_borne(minutes):
    verify([SECRET], changed(), BODY, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_are_not(seconds):
    with pytest.raises(WebhookRejected, match="5 minutes"):
        verify([SECRET], changed(), BODY, NOW + timedelta(seconds=seconds))


def test_one_right_signature_among_others_is_enough():
    right = changed()["webhook-signature"]

    verify([SECRET], changed(webhook_signature=f"v1a,abc v1,xyz {right}"), BODY, NOW)
    verify(["whsec_" + "QUJD" * 8, SECRET], changed(), BODY, NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook_id": "msg_2"},
        {"webhook_id": ""},
        {"webhook_id": "msg_1.1"},
        {"webhook_id": "msg 1"},
        {"webhook_id": "m" * 201},
        {"webhook_timestamp": "1795348801"},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "１７９５３４８８００"},
        {"webhook_timestamp": "9" * 400},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1," + "A" * 43 + "="},
    ],
)
def test_other_headers_are_rejected(headers):
    with pytest.raises(WebhookRejected):
        verify([SECRET], changed(**headers), BODY, NOW)


def test_without_secrets_nothing_is_right():
    with pytest.raises(WebhookRejected):
        verify([], changed(), BODY, NOW)


def test_a_signature_of_another_version_does_not_count():
    of_v2 = changed()["webhook-signature"].replace("v1,", "v2,")
    with pytest.raises(WebhookRejected):
        verify([SECRET], changed(webhook_signature=of_v2), BODY, NOW)


@pytest.mark.parametrize("size", [23, 65])
def test_keys_are_24_to_64_bytes(size):
    with pytest.raises(ValueError, match="24 to 64"):
        read_key("whsec_" + base64.b64encode(b"k" * size).decode())


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_ü", "whsec_***", SECRET.removeprefix("whsec_"), "whsk_" + "QUJD" * 8]
)
def test_what_is_no_secret_is_said_to_be_none(secret):
    with pytest.raises(ValueError, match="whsec_"):
        read_key(secret)
