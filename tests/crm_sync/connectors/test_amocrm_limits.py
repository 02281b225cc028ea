"""amoCRM: seven requests a second for all workers, 429, the block behind it, refusals in the vendor's form."""

import asyncio
import json
from datetime import timedelta

import pytest

from hub.crm_sync.base import Snapshot
from hub.domain.errors import AuthenticationFailed, PermanentFailure, TemporaryFailure
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.kit import CountedLimit, Fault, Strike
from tests.crm_sync.connectors.amocrm_desk import ANNA, KEY, by_token, desk

PROBLEM = b'{"title": "Forbidden", "detail": "Access denied", "status": 403}'
NGINX = b"<html><head><title>403 Forbidden</title></head></html>"


def answers(status, body, **headers):
    return [Fault(Strike.answer, status=status, body=body, headers=headers)]


async def outcome(call):
    try:
        return await call
    except (TemporaryFailure, PermanentFailure, AuthenticationFailed) as error:
        return error


async def test_workers_with_the_settings_of_every_day_stay_within_seven_a_second():
    async with desk(FakeAmoCrm()) as at:
        settings = {key: value for key, value in by_token(at.fake).items() if key != "requests_per_second"}
        card = at.fake.human_adds_contact("Анна")
        workers = [at.connect(settings) for _ in range(3)]
        told = await asyncio.gather(*(workers[n % 3].get(card) for n in range(12)))

        assert all(isinstance(each, Snapshot) for each in told)
        assert at.fake.limits[0].refused == 0
        assert at.fake.limits[0].most <= 7


async def test_too_many_requests_close_the_account_for_all_workers():
    async with desk() as at:
        at.fake.limits = [CountedLimit(0, 1.0)]
        card = at.fake.human_adds_contact("Анна")
        first = await outcome(at.connect().get(card))

        assert isinstance(first, TemporaryFailure)
        assert first.retry_after == timedelta(seconds=2)


@pytest.mark.parametrize("is_json", [False, True])
async def test_a_block_is_waited_out_by_everybody_without_another_call(is_json):
    async with desk() as at:
        at.fake.is_blocked, at.fake.is_block_json = True, is_json
        card = at.fake.human_adds_contact("Анна")
        told = [await outcome(at.connect(by_token(at.fake, block_minutes=30)).get(card)) for _ in range(3)]

        assert [each.retry_after is not None and each.retry_after > timedelta(minutes=29) for each in told] == [
            True
        ] * 3
        assert len(at.fake.calls) == 1


async def test_who_goes_on_after_429_is_blocked_by_the_fake_as_by_the_vendor():
    async with desk() as at:
        at.fake.limits = [CountedLimit(1, 3600)]
        statuses = []
        for _ in range(13):
            answer = await at.http.request("GET", f"{at.fake.url}/api/v4/account")
            statuses.append(answer.status)

        assert statuses == [401, *[429] * 10, 403, 403]


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (
            400,
            b'{"validation-errors": [{"errors": [{"code": "NotFound", "path": "id"}]}]}',
            PermanentFailure,
            "missing",
        ),
        (400, b'{"validation-errors": [{"errors": [{"code": "X", "path": "price"}]}]}', PermanentFailure, "invalid"),
        (400, b'{"validation-errors": {"0": "odd"}}', PermanentFailure, "invalid"),
        (400, b'{"validation-errors": true}', PermanentFailure, "invalid"),
        (400, b'{"validation-errors": [{"errors": 7}, 7]}', PermanentFailure, "invalid"),
        (402, b'{"title": "Payment Required"}', PermanentFailure, "plan"),
        (403, PROBLEM, PermanentFailure, "forbidden"),
        (403, b'{"code": 113, "detail": "ip"}', AuthenticationFailed, ""),
        (403, NGINX, TemporaryFailure, ""),
        (422, b"{}", PermanentFailure, "invalid"),
        (425, b"{}", PermanentFailure, "plan"),
        (426, b"{}", PermanentFailure, "plan"),
        (404, b"{}", PermanentFailure, "missing"),
    ],
)
async def test_refusals_are_told_as_what_they_are(status, body, kind, reason):
    async with desk() as at:
        at.fake.faults = answers(status, body)
        told = await outcome(at.connect().create_contact(ANNA, key=KEY))

        assert isinstance(told, kind)
        assert getattr(told, "reason", "") == reason


async def test_a_refused_record_is_told_with_place_and_code():
    fault = {"code": "NotSupportedChoice", "path": "status_id", "detail": "Неверное значение."}
    body = json.dumps({"title": "Bad Request", "validation-errors": [{"errors": [fault]}]})
    async with desk() as at:
        at.fake.faults = answers(400, body.encode())
        told = await outcome(at.connect().create_contact(ANNA, key=KEY))

        assert "status_id NotSupportedChoice Неверное значение." in str(told)


async def test_lists_are_read_to_their_last_page():
    async with desk() as at:
        at.fake.fields["contacts"] += [
            {"id": 900 + n, "name": f"Поле {n}", "code": None, "type": "text"} for n in range(300)
        ]
        schema = await at.connect().describe()

        assert len(schema.fields) == 309
        assert {"900", "1199"} <= {field.code for field in schema.fields}


async def test_what_changes_rarely_is_asked_for_again_after_ten_minutes():
    async with desk() as at:
        crm = at.connect()
        for _ in range(2):
            await crm.create_contact(ANNA, key=KEY)
        at.later(timedelta(minutes=11))
        await crm.create_contact(ANNA, key=KEY)

        assert [called.path for called in at.fake.calls].count("/api/v4/contacts/custom_fields") == 2
