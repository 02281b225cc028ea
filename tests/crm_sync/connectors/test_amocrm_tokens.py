"""amoCRM: tokens that last and tokens that are exchanged once, the test before saving, what a person is told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from hub.crm_sync.connectors.amocrm import CHANNEL
from hub.crm_sync.connectors.amocrm.settings import expiry_of, read_claims
from hub.crm_sync.tokens import LONGEST_LIFE
from hub.domain.errors import AuthenticationFailed, OutcomeUnknown, PermanentFailure
from hub.testing.crm.amocrm.wire import make_jwt
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.amocrm_desk import ANNA, KEY, NOW, by_oauth, by_token, desk


def exchanges(fake):
    return [called for called in fake.calls if called.path == "/oauth2/access_token"]


async def test_a_code_is_exchanged_at_the_first_call_and_the_refresh_token_afterwards():
    async with desk() as at:
        crm = at.connect(by_oauth(at.fake))
        await crm.describe()
        at.fake.expire_tokens()
        await at.connect(by_oauth(at.fake, auth_code="spent-already")).describe()

        assert at.fake.renewals == 2
        assert [b"authorization_code" in called.body for called in exchanges(at.fake)] == [True, False]
        assert (await at.tokens.current(None)).expires_at == NOW + timedelta(days=1)


async def test_a_refresh_token_that_was_used_means_connecting_again():
    async with desk() as at:
        crm = at.connect(by_oauth(at.fake, auth_code="wrong-code-entirely"))

        with pytest.raises(AuthenticationFailed, match="connect it again: Error; Token has been revoked"):
            await crm.describe()


async def test_an_exchange_whose_answer_is_lost_is_not_taken_for_a_refusal():
    async with desk() as at:
        at.fake.faults = [Fault(Strike.drop_after, at=lambda called: called.path.startswith("/oauth2"))]

        with pytest.raises(OutcomeUnknown):
            await at.connect(by_oauth(at.fake)).describe()


async def test_an_exchange_without_a_new_token_is_unknown():
    async with desk() as at:
        at.fake.faults = [
            Fault(Strike.answer, lambda called: called.path.startswith("/oauth2"), 200, b'{"access_token": 7}')
        ]

        with pytest.raises(OutcomeUnknown):
            await at.connect(by_oauth(at.fake)).describe()


@pytest.mark.parametrize("seconds", [10**12, 10**40, -(10**40)])
async def test_a_new_token_counts_however_absurd_its_life_is_said_to_be(seconds):
    async with desk() as at:
        pair = {"access_token": at.fake.token, "refresh_token": "r3fresh", "expires_in": seconds}
        body = json.dumps(pair).encode()
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path.startswith("/oauth2"), 200, body)]

        await at.connect(by_oauth(at.fake)).describe()

        assert (await at.tokens.current(None)).expires_at <= NOW + LONGEST_LIFE


async def test_a_block_during_an_exchange_says_nothing_about_the_token():
    async with desk() as at:
        at.fake.is_blocked = True

        found = await at.connect(by_oauth(at.fake)).check()

        assert not found.is_ok
        assert "blocked the account" in found.say("ru")[0]


@pytest.mark.parametrize("access_token", ["", make_jwt(NOW)])
async def test_a_connection_that_is_not_saved_spends_neither_code_nor_refresh_token(access_token):
    async with desk() as at:
        crm = at.connect(by_oauth(at.fake, access_token=access_token), saved=False)

        found = await crm.check()

        assert exchanges(at.fake) == []
        assert found.is_ok == (access_token == "")


async def test_a_refused_token_is_told_with_the_vendors_words_and_where_to_get_another():
    async with desk() as at:
        found = await at.connect(by_token(at.fake, access_token=make_jwt(NOW, 9))).check()

        assert not found.is_ok
        assert "Неверный логин или пароль" in found.say("ru")[0]
        assert "«Ключи»" in found.say("ru")[1]
        assert "access_token" in found.say("ru")[1]


@pytest.mark.parametrize(("days", "is_announced"), [(29, True), (31, False)])
async def test_a_long_lived_token_that_runs_out_is_announced_a_month_before(days, is_announced):
    async with desk() as at:
        token = make_jwt(NOW + timedelta(days=days, hours=1))
        at.fake.good_tokens.add(token)
        found = await at.connect(by_token(at.fake, access_token=token)).check()

        said = "\n".join(found.say("ru"))
        assert found.is_ok
        assert f"дней: {days}" in said
        assert ("Скоро истечёт" in said) == is_announced


async def test_check_says_what_is_missing_and_changes_nothing():
    async with desk() as at:
        at.fake.is_admin = False
        at.fake.fields["leads"] = [row for row in at.fake.fields["leads"] if row["code"] != "HUB_ID"]
        found = await at.connect(public_url="").check()

        said = "\n".join(found.say("ru"))
        assert "нет поля HUB_ID" in said
        assert "UTM_TERM" in said
        assert "прав администратора" in said
        assert "списка событий" in said
        assert not [called for called in at.fake.calls if called.method != "GET"]


async def test_check_tells_in_which_modes_the_account_is_used():
    async with desk() as at:
        plain = "\n".join((await at.connect().check()).say("en"))
        crm = at.connect(by_oauth(at.fake, is_unsorted=True))
        other = "\n".join((await crm.check()).say("ru"))

        assert "Access: long-lived token; new leads: pipeline; messages: notes." in plain
        assert "Доступ: OAuth; новые сделки: «Неразобранное»" in other
        assert "Scopes of the token: crm, notes." in plain


async def test_check_tells_that_the_webhook_was_switched_off_there():
    async with desk() as at:
        crm = at.connect()
        await crm.subscribe()
        at.fake.webhooks = [{**row, "disabled": True} for row in at.fake.webhooks]

        assert any("отключила вебхук" in line for line in (await crm.check()).say("ru"))


async def test_subscribing_makes_the_key_fields_and_one_webhook_however_often():
    async with desk() as at:
        at.fake.fields["contacts"] = [row for row in at.fake.fields["contacts"] if row["code"] != "HUB_ID"]
        crm = at.connect()
        for _ in range(2):
            assert (await crm.subscribe()).is_ok

        assert [row["code"] for row in at.fake.fields["contacts"]].count("HUB_ID") == 1
        assert [row["destination"] for row in at.fake.webhooks] == [
            "https://hub.example/in/amocrm/0123456789abcdef0123456789abcdef/h00k-s3cret-0123456789"
        ]
        assert {"add_lead", "status_lead", "delete_contact", "update_task"} <= set(at.fake.webhooks[0]["settings"])


async def test_subscribing_without_rights_or_address_is_told_in_words():
    async with desk() as at:
        at.fake.is_admin = False
        at.fake.fields["leads"] = []

        assert not (await at.connect().subscribe()).is_ok
        assert not (await at.connect(public_url="").subscribe()).is_ok


async def test_users_that_may_not_be_seen_leave_the_rest_of_the_description():
    async with desk() as at:
        at.fake.is_admin = False
        schema = await at.connect().describe()

        assert schema.users == ()
        assert [stage.outcome for stage in schema.stages if stage.id in {"142", "143"}] == ["won", "lost"]


async def test_the_tokens_own_user_is_known_as_the_one_the_hub_works_as():
    async with desk() as at:
        schema = await at.connect().describe()

        assert schema.own_user in {user.id for user in schema.users}


async def test_users_that_cannot_be_read_now_are_not_taken_for_none():
    async with desk() as at:
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path == "/api/v4/users", 404)]

        with pytest.raises(PermanentFailure):
            await at.connect().describe()


async def test_check_goes_on_where_webhooks_are_not_in_the_plan():
    async with desk() as at:
        at.fake.faults = [Fault(Strike.answer, lambda called: called.path == "/api/v4/webhooks", 402)]
        found = await at.connect().check()

        assert found.is_ok
        assert any("Вебхуки недоступны" in line for line in found.say("ru"))


@pytest.mark.parametrize("is_dedicated", [True, False])
async def test_only_a_dedicated_user_marks_changes_as_ours(is_dedicated):
    async with desk() as at:
        crm = at.connect(by_token(at.fake, is_user_dedicated=is_dedicated))
        made = await crm.create_contact(ANNA, key=KEY)

        assert (await crm.describe()).own_user == "501"
        assert (await crm.get(made.ref)).is_own == is_dedicated


@pytest.mark.parametrize(
    ("given", "account"),
    [
        ("acme", "acme.amocrm.ru"),
        ("https://Acme.amocrm.ru/leads/pipeline/", "acme.amocrm.ru"),
        ("acme.kommo.com", "acme.kommo.com"),
    ],
)
def test_an_account_is_known_however_it_was_copied(given, account):
    settings = {"account": given, "access_token": "t0ken-0123456789"}

    assert CHANNEL.settings_model.model_validate(settings).account == account


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "acme.example.com", "access_token": "t0ken-0123456789"},
        {"account": "acme"},
        {"account": "acme", "client_id": "1", "client_secret": "s3cret-0123456789"},
        {
            "account": "acme",
            "client_id": "1",
            "client_secret": "s3cret-0123456789",
            "redirect_uri": "https://a.example",
        },
        {"account": "acme", "access_token": "t0ken-0123456789", "api_url": "http://acme.example"},
        {"account": "acme", "access_token": "t0ken-0123456789", "zone": "Mars/Olympus"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        CHANNEL.settings_model.model_validate(wrong)


@pytest.mark.parametrize("token", ["", "t0ken-0123456789", "a.b.c", "a.W10.c", "a.eyJleHAiOiB0cnVlfQ.c", "a.!!!.c"])
def test_a_token_that_tells_nothing_is_no_error(token):
    assert (dict(read_claims(token)).get("account_id"), expiry_of(token)) == (None, None)


async def test_a_token_that_nothing_renews_says_when_it_ends():
    async with desk() as at:
        assert at.connect().ends_at() == datetime(2029, 1, 1, tzinfo=UTC)
        assert at.connect(by_oauth(at.fake, access_token=at.fake.token)).ends_at() is None
        assert at.connect(by_token(at.fake, access_token="opaque-t0ken")).ends_at() is None


def test_a_token_tells_when_it_runs_out():
    assert expiry_of(make_jwt(datetime(2029, 1, 1, tzinfo=UTC))) == datetime(2029, 1, 1, tzinfo=UTC)
