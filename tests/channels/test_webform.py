"""Web forms: what is read from a submission, who may send, and what the sender hears."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.channels.base import Raw, Sends
from hub.channels.webform import CHANNEL, WebForm, WebFormSettings
from hub.domain.errors import PayloadInvalid, RateExceeded, WebhookRejected
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import FormSubmission
from hub.domain.message import AttachmentKind
from hub.net.http import Http
from hub.testing.contracts import ChannelContract
from hub.testing.contracts.bench import make_channel
from hub.testing.fixture_files import RECEIVED_AT, Fixture, list_fixtures

SETTINGS = {"secret": "tilda-s3cret", "allowed_origins": ["https://shop.example"], "signing_key": "k" * 32}


def sign(raw: Raw, settings: Mapping[str, object]) -> Raw:
    return replace(raw, headers={**raw.headers, "x-hub-secret": str(settings["secret"]), "origin": ""})


class TestWebForm(ChannelContract):
    channel = CHANNEL
    settings = SETTINGS
    rotated = {"secret": "n3w-one-of-tilda", "previous_secret": "tilda-s3cret"}
    sign = staticmethod(sign)

    def test_m2_typed_addresses_are_claimed(self, fixture: Fixture) -> None:
        for event in self.parse(fixture.raw):
            assert isinstance(event, FormSubmission)
            assert {address.level for address in event.sender.addresses} <= {ProofLevel.claimed}


def make_form(**changes: object) -> WebForm:
    channel = make_channel(CHANNEL, {**SETTINGS, **changes}, Http())
    assert isinstance(channel, WebForm)
    return channel


def fixture(name: str) -> Raw:
    return next(f.raw for f in list_fixtures(TestWebForm.fixtures) if f.name == name)


def form(*, headers: Mapping[str, str] | None = None, at: datetime = RECEIVED_AT, **fields: str) -> Raw:
    """Return an urlencoded submission from a page of the allowed site."""
    all_headers = {"origin": "https://shop.example", "content-type": "application/x-www-form-urlencoded"}
    return Raw(urlencode(fields).encode(), at, {**all_headers, **(headers or {})}, "POST", remote="203.0.113.5")


def read(raw: Raw, **changes: object) -> FormSubmission:
    (event,) = make_form(**changes).parse(raw)
    assert isinstance(event, FormSubmission)
    return event


# ------------------------------------------------------------------ what is read


def test_l1_a_tilda_submission_is_read_with_its_campaign():
    event = read(fixture("tilda.http"))

    assert (event.external_id, event.form) == ("1111111:6161583731", "Заявка с главной")
    assert (event.sender.name, event.text) == ("Ирина", "Нужна доставка на пятницу")
    assert [(a.type, a.value) for a in event.sender.addresses] == [
        (IdentityType.phone, "+79161234567"),
        (IdentityType.email, "irina@example.com"),
    ]
    marks = event.origin.marks
    assert (marks["utm_source"], marks["utm_medium"], marks["utm_campaign"]) == ("yandex", "cpc", "autumn")
    assert (marks["roistat"], marks["ym_uid"]) == ("10045", "1700000000123456789")
    assert [name for name, _ in event.fields] == ["Name", "Phone", "Email", "Textarea"]


def test_nested_json_with_questions_is_read():
    event = read(fixture("server.http"))

    assert (event.external_id, event.form, event.sender.name) == ("lead-77", "Калькулятор", "Пётр")
    assert ("Площадь?", "до 50 м², можно больше") in event.fields
    assert event.occurred_at == datetime(2026, 11, 21, 11, 59, 30, tzinfo=UTC)
    marks = event.origin.marks
    assert (marks["utm_source"], marks["utm_medium"], marks["yclid"]) == ("vk", "target", "555")


def test_files_of_a_browser_form_become_attachments_with_their_bytes():
    raw = fixture("browser_with_files.http")
    event = read(raw)

    estimate, plan = event.attachments
    assert (estimate.name, estimate.kind, estimate.mime) == (
        'смета "итог".pdf',
        AttachmentKind.document,
        "application/pdf",
    )
    assert (plan.name, plan.kind) == ("plan.png", AttachmentKind.photo)
    assert make_form().embedded_files(raw)[estimate.provider_ref] == b"%PDF-1.4 not really"
    assert estimate.size_bytes == len(b"%PDF-1.4 not really")


def test_case118_consent_is_kept_with_its_version_and_the_sender_address():
    raw = replace(fixture("browser_with_files.http"), remote="203.0.113.5")
    marks = read(raw).origin.marks

    assert (marks["consent"], marks["consent_version"], marks["address"]) == ("given", "2026-09", "203.0.113.5")
    assert (marks["landing_page"], marks["referrer"]) == ("https://shop.example/?utm_source=tg", "https://ya.example/")
    assert marks["utm_source"] == "tg"


@pytest.mark.parametrize(("value", "meaning"), [("on", "given"), ("", "refused"), ("0", "refused"), ("Да", "given")])
def test_case118_a_tick_that_is_not_set_is_a_refusal(value, meaning):
    assert read(form(name="Анна", consent=value)).origin.marks["consent"] == meaning


def test_an_old_page_in_windows_1251_is_readable():
    event = read(fixture("plain_page_in_cp1251.http"))

    assert (event.sender.name, event.text) == ("Сергей Иванов", "Когда открыты?")
    assert event.sender.addresses[0].value == "+74951234567"


def test_edge33_a_typo_in_the_phone_stays_a_field_and_is_no_key():
    event = read(fixture("typo_in_phone.http"))

    assert [address.type for address in event.sender.addresses] == [IdentityType.email]
    assert ("Phone", "8916123456") in event.fields


def test_m6_digits_in_other_fields_are_never_taken_for_a_phone():
    event = read(form(order="+79161234567", comment="звоните +79161234567"))

    assert event.sender.addresses == ()


@pytest.mark.parametrize(
    "name", ["phone", "Phone", "your-phone", "contact[phone]", "Ваш телефон", "userPhone", "tel", "Phone_2", "ТЕЛЕФОН"]
)
def test_a_phone_is_found_under_the_names_people_use(name):
    raw = replace(form(), body=urlencode({name: "8 916 123-45-67"}).encode())
    assert read(raw).sender.addresses[0].value == "+79161234567"


def test_own_field_names_replace_the_usual_ones():
    event = read(form(pole7="89161234567", phone="89161234568"), phone_fields=["pole7"])

    assert [address.value for address in event.sender.addresses] == ["+79161234567"]


def test_the_region_of_the_connection_decides_about_national_numbers():
    assert read(form(phone="8 029 123-45-67"), region="BY").sender.addresses[0].value == "+375291234567"


def test_first_and_last_name_are_joined_and_the_company_kept():
    event = read(form(firstName="Анна", last_name="Орлова", company_name="ООО «Ромашка»"))

    assert (event.sender.name, event.sender.company) == ("Анна Орлова", "ООО «Ромашка»")


def json_form(body: str) -> Raw:
    return Raw(body.encode(), RECEIVED_AT, {"content-type": "application/json"}, "POST")


def test_json_values_of_every_kind_become_words():
    event = read(json_form('{"name": "Анна", "pets": ["cat", 2], "call_back": true, "spam": false, "none": null}'))

    assert event.fields == (
        ("name", "Анна"),
        ("pets", "cat, 2"),
        ("call_back", "true"),
        ("spam", "false"),
        ("none", ""),
    )


def test_json_nested_beyond_reason_is_set_aside():
    with pytest.raises(PayloadInvalid, match="nested"):
        make_form().parse(json_form('{"a": ' * 30 + "1" + "}" * 30))


def test_a_multipart_field_that_is_no_text_is_set_aside():
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    raw = Raw(body, RECEIVED_AT, {"content-type": "multipart/form-data; boundary=b"}, "POST")

    with pytest.raises(PayloadInvalid, match="UTF-8"):
        make_form().parse(raw)


def test_a_broken_page_address_hinders_nobody():
    marks = read(form(name="Анна", landing_page="http://[::1?utm_source=x")).origin.marks

    assert marks["landing_page"] == "http://[::1?utm_source=x"
    assert "utm_source" not in marks


def test_characters_that_no_database_takes_are_replaced():
    raw = Raw(b'{"name": "a\\u0000b", "comment": "\\ud800"}', RECEIVED_AT, {"content-type": "application/json"}, "POST")

    assert (read(raw).sender.name, read(raw).text) == ("a\ufffdb", "\ufffd")


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=8))
def test_whatever_is_typed_the_form_is_read_or_set_aside(fields):
    raw = Raw(urlencode(fields).encode(), RECEIVED_AT, {}, "POST")
    try:
        events = make_form().parse(raw)
    except PayloadInvalid:
        return
    assert len(events) == 1


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"hub_waited_seconds": "7"}, RECEIVED_AT - timedelta(seconds=7)),
        ({"hub_waited_seconds": "-7"}, RECEIVED_AT),
        ({"hub_waited_seconds": "9999999"}, RECEIVED_AT),
        ({"submitted_at": "2026-11-21T14:30:00+03:00"}, datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
        ({"submitted_at": "2026-11-21T14:30:00"}, RECEIVED_AT),
        ({"submitted_at": "yesterday"}, RECEIVED_AT),
        ({}, RECEIVED_AT),
    ],
)
def test_the_instant_is_when_the_button_was_pressed(fields, at):
    assert read(form(name="Анна", **fields)).occurred_at == at


@pytest.mark.parametrize("body", [b"test=test", b"test=test\n", b"test=test&X-Hub-Secret=abc"])
def test_the_probe_of_tilda_is_answered_with_ok(body):
    reply = make_form().handshake(Raw(body, RECEIVED_AT, {}, "POST"))

    assert reply is not None
    assert (reply.status, reply.body) == (200, b"ok")


def test_a_person_who_types_test_is_not_taken_for_a_probe():
    assert make_form().handshake(form(test="test", phone="89161234567")) is None


def test_an_order_number_is_no_phone():
    assert read(replace(form(), body=urlencode({"Номер заказа": "89161234567"}).encode())).sender.addresses == ()


def test_m16_a_form_is_no_way_to_answer():
    assert not isinstance(make_form(), Sends)
    assert CHANNEL.capabilities.text_limit == 0


# ------------------------------------------------------------------ repetitions


def test_edge31_case18_a_key_of_the_page_makes_two_clicks_one_submission():
    first, second = form(hub_id="u-1", name="Анна"), form(hub_id="u-1", name="Анна", at=RECEIVED_AT + timedelta(days=9))

    assert make_form().peek(first).event_id == make_form().peek(second).event_id == "u-1"
    assert read(first).external_id == read(second).external_id


def test_edge31_case18_without_a_key_equal_bodies_are_joined_for_a_minute_only():
    first, second = form(name="Анна"), form(name="Анна", at=RECEIVED_AT + timedelta(days=9))

    assert make_form().peek(first).event_id == ""
    assert make_form().peek(first).join_window == timedelta(seconds=60)
    assert make_form().peek(first).order_key == make_form().peek(second).order_key
    assert read(first).external_id != read(second).external_id


def test_a_very_long_key_is_shortened_and_stays_the_same():
    peeks = {make_form().peek(form(hub_id="k" * 5000)).event_id for _ in range(2)}

    assert len(peeks) == 1
    assert len(peeks.pop()) == 64


# ------------------------------------------------------------------ robots (case 19)


def test_case19_a_filled_honeypot_is_set_aside_and_the_robot_hears_success():
    raw = form(name="Bot", phone="+79161234567", hub_website="http://spam.example")

    with pytest.raises(PayloadInvalid, match="honeypot"):
        make_form().parse(raw)
    assert make_form().acknowledge(raw).status == 200


@pytest.mark.parametrize(("seconds", "is_taken"), [(0, False), (1, False), (3, True), (86400, True)])
def test_case19_a_form_sent_faster_than_people_type_is_set_aside(seconds, is_taken):
    channel = make_form()
    reply = channel.handshake(Raw(b"", RECEIVED_AT, {}, "GET", "token"))
    assert reply is not None
    token = reply.body.decode().split('"')[3]
    raw = form(name="Анна", hub_token=token, at=RECEIVED_AT + timedelta(seconds=seconds))

    if is_taken:
        assert channel.parse(raw)
    else:
        with pytest.raises(PayloadInvalid, match="fill time"):
            channel.parse(raw)


@pytest.mark.parametrize(
    "token", ["", "1", "1795262400.", "1795262400.00000000000000000000000000000000", "9" * 400, "а.б"]
)
def test_a_token_that_is_not_ours_hinders_nobody(token):
    assert read(form(name="Анна", hub_token=token)).sender.name == "Анна"


def test_case19_one_address_is_limited_and_another_one_passes():
    channel = make_form(per_address_per_minute=3)
    for _ in range(3):
        channel.verify(form(name="Анна"))

    with pytest.raises(RateExceeded) as refused:
        channel.verify(form(name="Анна"))
    assert refused.value.retry_after == timedelta(seconds=20)
    channel.verify(replace(form(name="Анна"), remote="203.0.113.77"))
    channel.verify(form(name="Анна", at=RECEIVED_AT + timedelta(seconds=21)))


def test_case19_the_whole_form_is_limited_too():
    channel = make_form(per_form_per_minute=5)
    for n in range(5):
        channel.verify(replace(form(name="Анна"), remote=f"203.0.113.{n}"))

    with pytest.raises(RateExceeded):
        channel.verify(replace(form(name="Анна"), remote="203.0.113.200"))


def test_case19_a_flood_of_addresses_is_forgotten_rather_than_kept_for_ever():
    channel = make_form(per_address_per_minute=1, per_form_per_minute=1_000_000)
    known = replace(form(name="Анна"), remote="203.0.113.77")
    channel.verify(known)
    with pytest.raises(RateExceeded):
        channel.verify(known)
    for n in range(10_001):
        channel.verify(replace(known, remote=f"10.{n >> 8}.{n & 255}.1"))

    channel.verify(known)  # let in again: nobody remembers that its token was taken


def test_a_server_with_the_secret_is_not_limited():
    channel = make_form(per_address_per_minute=1)
    for _ in range(5):
        channel.verify(form(headers={"x-hub-secret": "tilda-s3cret"}))


# ------------------------------------------------------------------ who may send


@pytest.mark.parametrize(
    "headers",
    [
        {"x-hub-secret": "tilda-s3cret"},
        {"authorization": "Bearer tilda-s3cret"},
        {"origin": "https://shop.example"},
        {"origin": "https://SHOP.example"},
        {"origin": "https://hub.example", "host": "hub.example"},
    ],
)
def test_a_secret_an_allowed_site_or_the_own_page_may_send(headers):
    make_form().verify(form(headers={"origin": "", **headers}, name="Анна"))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://shop.example.evil.example"},
        {"origin": "http://shop.example"},
        {"origin": "https://evil.example", "host": "hub.example"},
        {"origin": "null", "host": ""},
        {"x-hub-secret": "tilda-s3cre"},
        {"authorization": "Bearer "},
    ],
)
def test_others_may_not_send(headers):
    with pytest.raises(WebhookRejected):
        make_form().verify(form(headers={"origin": "", **headers}, name="Анна"))


def test_the_secret_may_be_a_field_of_the_owners_name():
    channel = make_form(secret_name="api_key")
    raw = form(headers={"origin": ""}, api_key="tilda-s3cret", name="Анна")

    channel.verify(raw)
    (event,) = channel.parse(raw)
    assert isinstance(event, FormSubmission)
    assert event.fields == (("name", "Анна"),)


def test_case85_without_secret_and_origins_only_the_own_page_may_send():
    channel = make_form(secret="", allowed_origins=[])

    with pytest.raises(WebhookRejected, match="no secret is set"):
        channel.verify(Raw(b"name=A", RECEIVED_AT, {}, "POST"))
    channel.verify(form(headers={"origin": "https://hub.example", "host": "hub.example"}))


def test_unsigned_senders_pass_only_when_allowed():
    make_form(secret="", accepts_unsigned=True).verify(Raw(b"name=A", RECEIVED_AT, {}, "POST"))


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/page", "ftp://shop.example", "*", "https://"])
def test_what_is_no_origin_is_refused_when_saved(origin):
    with pytest.raises(ValidationError, match="allowed_origins"):
        WebFormSettings.model_validate({"allowed_origins": [origin]})


@pytest.mark.parametrize("url", ["javascript:alert(1)", "shop.example/thanks", "//shop.example"])
def test_a_thanks_address_that_is_none_is_refused_when_saved(url):
    with pytest.raises(ValidationError, match="thanks_url"):
        WebFormSettings.model_validate({"thanks_url": url})


# ------------------------------------------------------------------ what the sender hears


def test_the_submitter_gets_a_receipt_that_people_find_again_and_no_ids():
    raw = form(hub_id="u-1", name="Анна")
    reply = make_form().acknowledge(raw)

    receipt = read(raw).origin.marks["receipt"]
    assert receipt.encode() in reply.body
    assert b"u-1" not in reply.body
    assert reply.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert make_form(signing_key="z" * 32).acknowledge(raw).body != reply.body


def test_tilda_hears_ok():
    assert make_form().acknowledge(fixture("tilda.http")).body == b"ok"


def test_a_browser_without_script_sees_a_page_or_goes_to_the_thanks_address():
    raw = fixture("plain_page_in_cp1251.http")

    assert "Спасибо" in make_form().acknowledge(raw).body.decode()
    reply = make_form(thanks_url="https://shop.example/thanks").acknowledge(raw)
    assert (reply.status, reply.headers["Location"]) == (303, "https://shop.example/thanks")


def test_cors_is_granted_to_allowed_sites_only():
    allowed = make_form().handshake(Raw(b"", RECEIVED_AT, {"origin": "https://shop.example"}, "OPTIONS"))
    other = make_form().handshake(Raw(b"", RECEIVED_AT, {"origin": "https://evil.example"}, "OPTIONS"))

    assert allowed is not None and other is not None
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Origin" not in other.headers
