"""Calls of methods: limits and refusals in the vendor's form, tokens, telephony, the test of a connection."""

from dataclasses import replace
from datetime import timedelta
from json import dumps

import pytest
from pydantic import ValidationError

from hub.crm_sync.base import Patch, Place
from hub.crm_sync.connectors.bitrix24.settings import Bitrix24Settings
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.testing.contracts.crm.samples import CALL, ENTRY, KEY, PERSON, TASK, outcome
from hub.testing.crm.bitrix24.methods import Who
from hub.testing.crm.bitrix24.portal import LeakyBucket
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.bitrix24_bench import called, portal

HUMAN = Who("3", is_application=False)
HOOK = "https://example.bitrix24.ru/rest/1/c0de/"
APPLICATION = {"portal": "example.bitrix24.ru", "client_id": "local.1", "client_secret": "s3cret", "refresh_token": "r"}


def settings_of(**given: object) -> Bitrix24Settings:
    return Bitrix24Settings.model_validate(given)


def refusal(status: int, code: str, text: str = "", **more: object) -> Fault:
    body = {"error": code, "error_description": text, **more}
    return Fault(Strike.answer, status=status, body=dumps(body).encode())


@pytest.mark.parametrize("text", [HOOK, HOOK.rstrip("/"), f"{HOOK}profile.json", f" {HOOK} "])
def test_the_address_of_a_webhook_is_taken_as_it_is_copied(text: str) -> None:
    settings = settings_of(webhook=text, application_token="-")

    assert (settings.base_url, settings.account) == (HOOK.rstrip("/"), "example.bitrix24.ru")
    assert (settings.webhook_user, settings.is_application) == ("1", False)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"webhook": "https://example.bitrix24.ru/"},
        {"webhook": "http://example.bitrix24.ru/rest/1/c0de/"},
        {**APPLICATION, "client_secret": ""},
        {**APPLICATION, "refresh_token": ""},
        {**APPLICATION, "portal": "http://example.bitrix24.ru"},
        {"webhook": HOOK},
        {"webhook": HOOK, "application_token": "-", "zone": "Moscow"},
    ],
)
def test_settings_of_half_a_connection_are_refused(given) -> None:
    with pytest.raises(ValueError):
        settings_of(**given)


def test_a_person_is_asked_for_the_webhook_first_and_then_for_the_token_of_events() -> None:
    for given, asked in (({}, "webhook"), ({"webhook": HOOK}, "application_token")):
        with pytest.raises(ValidationError) as refused:
            settings_of(**given)

        assert [fault["loc"] for fault in refused.value.errors()] == [(asked,)]


def test_an_application_calls_the_portal_without_a_code_in_the_address() -> None:
    settings = settings_of(**APPLICATION)

    assert (settings.base_url, settings.is_application) == ("https://example.bitrix24.ru/rest", True)


def test_another_address_may_stand_before_the_portal() -> None:
    settings = settings_of(webhook=HOOK, application_token="-", api_url="https://gate.example")

    assert settings.base_url == "https://gate.example/rest/1/c0de"
    assert settings.portal_url == "https://example.bitrix24.ru"


async def test_a_full_bucket_closes_the_account_for_a_moment() -> None:
    async with portal() as (crm, fake, _):
        fake.limits = [LeakyBucket(calls=1, seconds=1, falls=0.0)]
        assert list(await crm.find_contacts([], ["a@example.com"])) == []
        told = await outcome(crm.find_contacts([], ["a@example.com"]))

    assert isinstance(told, TemporaryFailure)
    assert (told.status, told.retry_after) == (503, timedelta(seconds=2))


async def test_a_method_that_used_up_its_seconds_waits_alone() -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        fake.blocked["crm.item.add"] = scene.clock.now() + timedelta(minutes=4)
        told = await outcome(crm.create_contact(PERSON, key=KEY))
        now = await crm.get(card)

    assert isinstance(told, TemporaryFailure)
    assert (told.status, told.retry_after) == (429, timedelta(minutes=4))
    assert now.ref == card


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (refusal(400, "", "Обязательное поле не заполнено"), "invalid"),
        (refusal(400, "", "Not found."), "missing"),
        (refusal(400, "NOT_FOUND", "Элемент не найден"), "missing"),
        (refusal(400, "OWNER_NOT_FOUND"), "missing"),
        (refusal(403, "ACCESS_DENIED", "Доступ запрещён"), "forbidden"),
        (refusal(401, "insufficient_scope"), "forbidden"),
        (refusal(403, "WRONG_AUTH_TYPE"), "unsupported"),
        (refusal(404, "ERROR_METHOD_NOT_FOUND"), "unsupported"),
        (refusal(200, "ERROR_CORE", "Странный ответ"), "invalid"),
    ],
)
async def test_a_refusal_of_a_record_is_told_in_the_vendors_words(fault, reason) -> None:
    async with portal() as (crm, fake, scene):
        card = scene.card()
        fake.faults = [fault]
        told = await outcome(crm.update_contact(card, Patch({"name": "Анна"})))

    assert isinstance(told, PermanentFailure)
    assert told.reason == reason


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (401, "INVALID_CREDENTIALS", "Invalid request credentials"),
        (401, "NO_AUTH_FOUND", "Wrong authorization data"),
        (401, "ACCESS_DENIED", "REST is available only on commercial plans"),
        (401, "expired_token", "The access token provided has expired"),
        (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload"),
        (500, "PORTAL_DELETED", "Portal was deleted"),
    ],
)
async def test_what_closes_the_whole_portal_pauses_the_account(status, code, text) -> None:
    async with portal() as (crm, fake, _):
        fake.faults = [refusal(status, code, text)]
        told = await outcome(crm.find_contacts([], ["a@example.com"]))

    assert type(told) is AuthenticationFailed
    assert text in str(told)


async def test_a_code_for_one_exchange_is_used_once_by_two_workers() -> None:
    async with portal(is_application=True, access_token="") as (crm, fake, scene):
        await crm.find_contacts([], ["a@example.com"])
        await scene.connect().find_contacts([], ["a@example.com"])

    assert fake.renewals == 1


async def test_a_refresh_token_that_is_used_up_pauses_the_account() -> None:
    async with portal(is_application=True, access_token="", refresh_token="0ld-token-0123") as (crm, _, _scene):
        told = await outcome(crm.find_contacts([], ["a@example.com"]))

    assert isinstance(told, AuthenticationFailed)
    assert "invalid_grant" in str(told)


@pytest.mark.parametrize(("status", "kind"), [(503, TemporaryFailure), (200, OutcomeUnknown)])
async def test_a_server_of_tokens_that_fails_pauses_nobody(status, kind) -> None:
    async with portal(is_application=True, access_token="") as (crm, fake, _):
        fake.faults = [Fault(Strike.answer, status=status, body=b"{}")]

        assert isinstance(await outcome(crm.find_contacts([], ["a@example.com"])), kind)


async def test_a_call_of_an_application_is_a_call_of_the_card() -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        card = scene.card()
        made = await crm.add_entry(replace(CALL, user="3"), Place(card), key=KEY)
        (seen,) = fake.records(Entity.entry)
        (row,) = fake.methods.statistics

    assert (seen["ref"], seen["place"], made.ref.kind) == (made.ref, card, "activity")
    assert (row["CALL_DURATION"], row["CALL_FAILED_CODE"], row["PORTAL_USER_ID"]) == (120, "200", 3)
    assert (row["EXTERNAL_CALL_ID"], row["RECORD"]) == (KEY, "https://pbx.example/records/1.mp3")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"seconds": 0, "is_missed": True}, "304"),
        ({"seconds": 0, "is_inbound": False}, "603-S"),
    ],
)
async def test_a_call_without_talk_says_how_it_ended(changed, code) -> None:
    async with portal(is_application=True, call_user="5") as (crm, fake, scene):
        await crm.add_entry(replace(CALL, recording="", **changed), Place(scene.card()), key=KEY)
        (row,) = fake.methods.statistics

    assert (row["CALL_FAILED_CODE"], row["PORTAL_USER_ID"]) == (code, 5)


@pytest.mark.parametrize("method", ["register", "finish"])
async def test_a_call_whose_answer_was_lost_stands_there_once(method: str) -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        place = Place(scene.card())
        fake.faults = [Fault(Strike.drop_after, at=lambda call: call.path.endswith(f"{method}.json"))]
        told = await outcome(crm.add_entry(CALL, place, key=KEY))
        found = await crm.find_by_key(Entity.entry, KEY, place)
        made = found or await crm.add_entry(CALL, place, key=KEY)

        assert isinstance(told, OutcomeUnknown)
        assert [seen["ref"] for seen in fake.records(Entity.entry)] == [made.ref]
        assert len(fake.methods.calls) == 1


async def test_a_recording_the_portal_cannot_fetch_does_not_undo_the_call() -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        entry = replace(CALL, recording="http://192.168.0.7/1.mp3")
        made = await crm.add_entry(entry, Place(scene.card()), key=KEY)

        assert [seen["ref"] for seen in fake.records(Entity.entry)] == [made.ref]
        assert fake.methods.statistics[0]["RECORD"] is None


async def test_a_message_of_an_application_is_a_comment_still() -> None:
    async with portal(is_application=True) as (crm, fake, scene):
        made = await crm.add_entry(ENTRY, Place(scene.card()), key=KEY)

        assert made.ref.kind == "comment"
        assert called(fake, "telephony.externalCall.register") == 0


async def test_what_only_an_application_may_do_is_refused_to_a_webhook() -> None:
    async with portal() as (crm, _, _scene):
        told = await outcome(crm._portal.write("telephony.externalCall.register", {}))

    assert isinstance(told, PermanentFailure)
    assert told.reason == "unsupported"


async def test_an_entry_is_found_far_back() -> None:
    async with portal() as (crm, fake, scene):
        place = Place(scene.card())
        made = await crm.add_entry(ENTRY, place, key=KEY)
        for n in range(70):
            fake.methods.call("crm.timeline.comment.add", _comment(place.contact, n), HUMAN)
        found = await crm.find_by_key(Entity.entry, KEY, place)

    assert found
    assert (found.ref, found.is_existing) == (made.ref, True)


async def test_a_task_is_found_far_back() -> None:
    async with portal() as (crm, fake, scene):
        place = Place(scene.card())
        made = await crm.add_task(TASK, place, key=KEY)
        for n in range(60):
            fake.methods.call("crm.activity.todo.add", _todo(place.contact, n), HUMAN)
        found = await crm.find_by_key(Entity.task, KEY, place)

    assert found
    assert found.ref == made.ref


async def test_a_good_webhook_is_told_with_whose_it_is_its_rights_and_the_mode() -> None:
    async with portal(is_simple=False) as (crm, _, _scene):
        found = await crm.check()

    assert found.is_ok
    russian, english = ("\n".join(found.say(language)) for language in ("ru", "en"))
    assert [word for word in ("Хаб Интеграция", "crm", "лидами") if word not in russian] == []
    assert [word for word in ("Хаб Интеграция", "crm", "leads") if word not in english] == []


async def test_missing_rights_are_named() -> None:
    async with portal() as (crm, fake, _):
        fake.methods.scopes[:] = ["user"]
        found = await crm.check()

    assert not found.is_ok
    assert any("Missing scopes: crm" in line for line in found.say("en"))


async def test_a_wrong_code_is_refused_with_the_vendors_words_and_what_to_press() -> None:
    async with portal() as (crm, fake, _):
        fake.secret = "an0therC0de"
        found = await crm.check()

    assert not found.is_ok
    assert "Invalid request credentials" in found.say("ru")[0]
    assert any("Входящий вебхук".lower() in line.lower() for line in found.say("ru"))


async def test_the_test_before_saving_does_not_use_up_the_refresh_token() -> None:
    async with portal(is_application=True, access_token="") as (crm, fake, _):
        found = await crm.check()

    assert not found.is_ok
    assert (fake.renewals, fake.refresh) == (0, "refre5h-token-0")


@pytest.mark.parametrize(
    ("features", "wanted", "word"),
    [
        ({"rest_offline_extended"}, False, "offers"),
        (set(), True, "switch them off"),
        ({"rest_offline_extended"}, True, ""),
    ],
)
async def test_whether_the_plan_has_the_queue_is_told(features, wanted, word) -> None:
    async with portal(is_application=True, offline_events=wanted) as (crm, fake, _):
        fake.methods.features = features
        lines = "\n".join((await crm.check()).say("en"))

    assert (word in lines) if word else ("offline_events" not in lines)


async def test_no_code_and_no_token_is_in_an_error() -> None:
    async with portal(is_application=True) as (crm, fake, _):
        fake.faults = [refusal(401, "", "?"), refusal(400, "x", "?")]
        told = [await outcome(crm.find_contacts([], ["a@example.com"])) for _ in range(2)]
        fake.is_away = True
        told += [await outcome(crm.find_contacts([], ["a@example.com"]))]

    assert not any(word in f"{told!r}" for word in ("acce55", "refre5h", "cl1ent", "/rest/"))


def _comment(contact: CrmRef, n: int) -> dict[str, object]:
    return {"fields": {"ENTITY_ID": contact.id, "ENTITY_TYPE": contact.kind, "COMMENT": f"Заметка {n}"}}


def _todo(contact: CrmRef, n: int) -> dict[str, object]:
    about = {"title": f"Дело {n}", "deadline": TASK.due_at.isoformat()}
    return {"ownerTypeId": 3, "ownerId": contact.id, **about}
