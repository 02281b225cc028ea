"""`hub connect` of a CRM and `hub crm`: tried before it is saved, who is who, what was refused, clients held anew."""

import json
import re
from collections.abc import Iterator

import pytest

from hub.domain.crm import Entity
from hub.testing.crm.amocrm import FakeAmoCrm
from hub.testing.crm.retailcrm import FakeRetailCrm
from tests.commands.served import served

NOON = "2026-11-22 09:00:00+00"


@pytest.fixture(scope="module")
def retail() -> Iterator[FakeRetailCrm]:
    with served(FakeRetailCrm()) as fake:
        for limit in fake.limits:
            limit.calls = 1000  # every command is a process of its own, and all of these are asked within a second
        yield fake


@pytest.fixture(autouse=True)
def away_ends(retail):
    retail.is_away = False


def settings(retail, key="k3y-of-retailcrm"):
    said = {"account": "shop.retailcrm.ru", "api_key": key, "api_url": retail.url}
    return [part for name, value in said.items() for part in ("--set", f"{name}={value}")]


@pytest.fixture
def people(hub):
    hub("people", "add", "anna", "Анна")
    hub("people", "add", "ivan", "Иван")
    hub("people", "address", "anna", "email", "Anna@shop.example")


@pytest.fixture
def connected(hub, retail, people):
    return hub("connect", "retailcrm", *settings(retail), "--name", "shop", "--no-wait")


def add_client(place, contact_id=50, number=1042, name="Мария"):
    place.fetch("INSERT INTO contacts (id, name, created_at) VALUES ($1, $2, now()) RETURNING id", contact_id, name)
    place.fetch(
        "INSERT INTO conversations (id, number, contact_id, line, opened_at, last_message_at) "
        "VALUES ($1, $2, $3, 'default', now(), now()) RETURNING id",
        contact_id + 1000,
        number,
        contact_id,
    )


def add_item(place, hub_id=50, *, entity=Entity.contact, state="done", ref="customer:9", **fields):
    base, guard = (json.dumps(fields.pop(name, {})) for name in ("base", "guard"))
    values = {"contact_id": 50, "url": "", "reason": "", "mark": "", "attempt": 0} | fields
    place.fetch(
        "INSERT INTO crm_items (connection_id, entity, hub_id, key, state, ref, base, guard, changed_at, "
        f"{', '.join(values)}) SELECT id, $1, $2, 'k', $3, $4, $5::text::jsonb, $6::text::jsonb, now(), "
        f"{', '.join(f'${place}' for place in range(7, 7 + len(values)))} FROM connections RETURNING 1",
        entity.value,
        hub_id,
        state,
        ref,
        base,
        guard,
        *values.values(),
    )


def told(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def only_state(hub):
    [state] = told(hub("crm", "status", "--json"))
    return state


# --- hub connect


def test_a_wrong_key_is_refused_with_the_vendors_words_and_what_to_press(hub, retail):
    result = hub("connect", "retailcrm", *settings(retail, key="wrong"), "--no-wait")

    assert (result.exit_code, json.loads(hub("connections", "--json").stdout)) == (1, [])
    assert 'Wrong "apiKey" value.' in result.stdout
    assert "Settings → Integration → API access keys" in result.stdout
    assert result.stderr == (
        "hub: retailcrm is not saved: what it answered and what to press stands above "
        "(--unchecked saves it all the same)\n"
    )


def test_one_account_is_connected_once_whatever_it_is_called(hub, connected, retail):
    result = hub("connect", "retailcrm", *settings(retail), "--name", "shop-again", "--no-wait")

    assert result.exit_code == 1
    assert "connected already as 'shop', and everything would be there twice" in result.stderr
    assert [each["name"] for each in json.loads(hub("connections", "--json").stdout)] == ["shop"]


def test_a_crm_that_is_connected_says_who_is_who_and_which_stage_becomes_which(connected):
    shown = connected.stdout

    assert connected.exit_code == 0
    assert re.search(r"12 +Анна Смирнова +anna@shop.example +Анна +same e-mail", shown)
    assert re.search(r"13 +Олег Кузнецов +oleg@shop.example +who\?", shown)
    assert "Say who that is: hub crm users shop --link 13=KEY. Keys of our people: anna (Анна), ivan (Иван)." in shown
    assert "Not found in shop: Иван (ivan)." in shown
    assert re.search(r"Won \(won\) +Выполнен \(complete\)", shown)
    assert re.search(r"New \(new\) +not carried over", shown)
    assert "[crm.shop.stages]" in shown


def test_what_the_crm_consists_of_is_stored_for_the_running_hub(connected, place):
    assert place.fetch("SELECT described->'users'->0->>'id' FROM crm_accounts") == ["12"]


def test_a_crm_without_webhooks_is_not_waited_for(hub, retail, people):
    result = hub("connect", "retailcrm", *settings(retail))

    assert result.exit_code == 0
    assert "Nothing to wait for: the hub asks the CRM itself what changed." in result.stdout


def test_the_list_of_what_can_be_connected_names_crms(hub):
    said = hub("connect", "fax").stderr

    assert re.search(r"there are: .*telegram.*; CRMs: .*retailcrm", said)


def test_new_credentials_of_a_crm_are_tried_and_the_account_goes_on_under_its_number(hub, connected, retail, place):
    place.fetch("UPDATE connections SET state = 'paused', state_reason = 'refused' RETURNING 1")
    place.fetch("UPDATE crm_accounts SET tokens_encrypted = 'x', blocked_until = now() RETURNING 1")
    before = place.fetch("SELECT id FROM connections")

    refused = hub("connect", "retailcrm", "--name", "shop", "--again", "--set", "api_key=wrong")
    state_after_refusal = place.fetch("SELECT state FROM connections")
    corrected = hub("connect", "retailcrm", "--name", "shop", "--again", "--set", f"api_key={retail.api_key}")

    assert (refused.exit_code, state_after_refusal) == (1, ["paused"])
    assert corrected.stdout.splitlines()[1].startswith("The connection “shop” is corrected")
    assert place.fetch("SELECT id FROM connections WHERE state = 'active'") == before
    assert place.fetch("SELECT 1 FROM crm_accounts WHERE tokens_encrypted IS NULL AND blocked_until IS NULL") == [1]


def test_a_connection_does_not_become_one_to_another_account(hub, connected, retail):
    with served(FakeRetailCrm()) as another:
        result = hub("connect", "retailcrm", "--name", "shop", "--again", "--set", f"api_url={another.url}")

    assert result.exit_code == 1
    assert f"these settings are of {another.url}, and 'shop' is {retail.url}" in result.stderr


def test_a_renamed_account_is_corrected_when_somebody_says_so_and_its_links_move(hub, connected, place, retail):
    host = retail.url.removeprefix("http://")
    add_client(place)
    add_item(place, url=f"http://{host}/customers/9/edit")
    add_item(place, hub_id=51, url="https://elsewhere.example/9")
    with served(FakeRetailCrm()) as another:
        arguments = ("connect", "retailcrm", "--name", "shop", "--again", "--set", f"api_url={another.url}")
        refused, corrected = hub(*arguments), hub(*arguments, "--renamed")

    assert "if it is the same account under a new address, add --renamed" in refused.stderr
    assert corrected.exit_code == 0
    assert sorted(place.fetch("SELECT url FROM crm_items")) == [
        f"{another.url}/customers/9/edit",
        "https://elsewhere.example/9",
    ]


def test_a_renamed_account_is_not_one_that_is_connected_under_another_name(hub, connected, retail):
    with served(FakeRetailCrm()) as another:
        hub("connect", "retailcrm", *settings(another), "--name", "other", "--no-wait")
        result = hub(
            *("connect", "retailcrm", "--name", "other", "--again", "--renamed", "--set", f"api_url={retail.url}")
        )

    assert "this account is connected already as 'shop'" in result.stderr


def test_renamed_is_said_of_a_connection_there_is(hub, retail):
    result = hub("connect", "retailcrm", *settings(retail), "--renamed")

    assert "--renamed goes with --again" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("retailcrm", "--name", "shop"), "say what has changed: --set name=value"),
        (("retailcrm", "--set", "api_key=k"), "no connection 'retailcrm'; there are: shop"),
        (("bitrix24", "--name", "shop", "--set", "portal=b"), "say hub connect retailcrm --name shop --again"),
        (("retailcrm", "--name", "shop", "--set", "zone=Mars"), "'Mars' is no IANA zone"),
    ],
)
def test_a_correction_of_nothing_is_refused(hub, connected, arguments, reason):
    result = hub("connect", *arguments, "--again")

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr


# --- what checks say


@pytest.fixture(scope="module")
def amo() -> Iterator[FakeAmoCrm]:
    with served(FakeAmoCrm()) as fake:
        for limit in fake.limits:
            limit.calls = 1000
        yield fake


def amo_settings(amo):
    said = {"account": amo.account, "api_url": amo.url, "access_token": amo.token, "requests_per_second": "200"}
    return [part for name, value in said.items() for part in ("--set", f"{name}={value}")]


def test_a_hub_with_a_public_address_is_not_told_that_it_has_none(hub, amo):
    without = hub("connect", "amocrm", *amo_settings(amo), "--name", "poor", "--no-wait")
    hub("disconnect", "poor", "--yes")

    given = hub("connect", "amocrm", *amo_settings(amo), "--no-wait", "--public-url", "https://hub.example")

    assert (without.exit_code, given.exit_code) == (0, 0), given.output
    assert ("No public address" in without.stdout, "No public address" in given.stdout) == (True, False)


@pytest.mark.parametrize(("language", "foreign"), [("en", "[А-Яа-яЁё]"), ("ru", "[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")])
def test_a_test_speaks_the_readers_language_alone(run, place, amo, language, foreign):
    arguments = ("connect", "amocrm", *amo_settings(amo), "--no-wait", "--public-url", "https://hub.example")

    shown = run(*arguments, *place.options, HUB_LANGUAGE=language).stdout
    own = [line for line in shown.splitlines() if not re.search(r"hub crm|«|\(|@", line)]

    assert [line for line in own if re.search(foreign, line)] == []


def test_a_refusal_speaks_the_readers_language_and_the_vendors_own_words(run, place, amo):
    wrong = [*amo_settings(amo)[:-4], "--set", "access_token=wrong-t0ken-0123456789"]

    result = run("connect", "amocrm", *wrong, "--no-wait", *place.options, HUB_LANGUAGE="ru")

    assert result.stdout.startswith("CRM не принимает токен: ")
    assert "Откройте амоМаркет" in result.stdout
    assert "refused" not in result.stdout
    assert result.stderr == (
        "hub: amocrm не сохранено: что ответили и что нажать, сказано выше (--unchecked сохранит всё равно)\n"
    )


def test_why_a_crm_does_not_answer_is_said_in_the_readers_language(run, place, connected, retail):
    retail.is_away = True

    result = run("crm", "users", "shop", *place.options, HUB_LANGUAGE="ru")

    assert re.search(r"shop сейчас не отвечает \(нет ответа от 127\.0\.0\.1:\d+: \w+\)", result.stderr)


# --- hub disconnect


def secrets_of(place):
    return place.fetch("SELECT settings_encrypted FROM connections UNION ALL SELECT tokens_encrypted FROM crm_accounts")


@pytest.fixture
def known(hub, connected, place):
    """A CRM that keeps a card, has a token, and for which a client waits."""
    add_client(place)
    add_item(place)
    hub("crm", "users", "shop", "--link", "13=ivan")
    hub("crm", "resync", "shop", "--contact", "1042")
    place.fetch("UPDATE crm_accounts SET tokens_encrypted = 'x' RETURNING 1")


def test_a_crm_is_not_taken_away_without_a_word_of_somebody(hub, known, place):
    result = hub("disconnect", "shop")

    assert (result.exit_code, len(secrets_of(place))) == (1, 2)
    assert "which records there are whose: 1; who of its users is who: 1; clients that wait for it: 1." in result.stdout
    assert "What stays: clients, conversations, leads and reports of the hub" in result.stdout
    assert "nothing was taken away: nobody can be asked here" in result.stderr


def test_a_crm_that_is_taken_away_leaves_no_secret_and_no_work_and_the_clients_as_they_are(hub, known, place):
    result = hub("disconnect", "shop", "--yes")

    assert (result.exit_code, secrets_of(place)) == (0, [])
    assert place.fetch("SELECT 1 FROM crm_items UNION ALL SELECT 1 FROM staff_identities WHERE type = 'crm_id'") == []
    assert set(place.fetch("SELECT state FROM deliveries WHERE lane = 'crm'")) == {"cancelled"}
    assert place.fetch("SELECT name FROM contacts") == ["Мария"]
    assert "its tokens are deleted" in result.stdout


def test_who_took_a_crm_away_is_kept(hub, known, place):
    hub("disconnect", "shop", "--yes")

    assert place.fetch("SELECT facts->>'name' FROM audit WHERE action = 'crm_removed'") == ["shop"]


def test_a_crm_that_was_taken_away_may_be_connected_again(hub, known, retail):
    hub("disconnect", "shop", "--yes")

    assert hub("connect", "retailcrm", *settings(retail), "--name", "shop", "--no-wait").exit_code == 0


def test_what_clients_write_over_is_not_taken_away(hub, connected):
    hub("connect", "webform", "--name", "site", "--no-wait", "--unchecked", "--public-url", "https://hub.example")

    result = hub("disconnect", "site", "--yes")

    assert result.exit_code == 1
    assert "'site' is no CRM but webform, over which clients write" in result.stderr


# --- hub crm status


def test_without_a_crm_the_kinds_there_are_are_named(hub, place):
    hub("people", "list")

    assert "No CRM is connected; how to do it: hub connect KIND, there are: " in hub("crm", "status").stdout
    assert "no CRM is connected" in hub("crm", "users").stderr


def test_a_fresh_crm_is_well_in_every_line(hub, connected):
    state = only_state(hub)

    assert (state["name"], state["state"], state["written"], state["wrong"]) == ("shop", "active", 0, [])
    assert "!!" not in hub("crm", "status").stdout


def test_refused_records_stand_newest_first_with_client_thing_words_and_link(hub, connected, place):
    add_client(place)
    add_item(place, url="https://shop.retailcrm.ru/customers/9")
    add_item(place, 7, entity=Entity.request, state="refused", ref="", reason="Field 'phone' is wrong")
    add_item(place, 8, entity=Entity.entry, state="unsure", ref="", reason="no answer")
    place.fetch("UPDATE crm_items SET changed_at = now() - interval '1 h' WHERE hub_id = 8 RETURNING 1")

    state, shown = only_state(hub), hub("crm", "status", "shop").stdout

    assert (state["written"], state["refused"], state["unsure"]) == (1, 1, 1)
    assert [(each["number"], each["entity"]) for each in state["wrong"]] == [(1042, "request"), (1042, "entry")]
    assert re.search(r"#1042 Мария +lead +Field 'phone' is wrong +https://shop.retailcrm.ru/customers/9", shown)
    assert re.search(r"#1042 Мария +history +no answer came", shown)
    assert re.search(r"refused +!! +1; reasons below, .*hub crm resync shop --contact NUMBER", shown)


def test_a_client_without_a_conversation_is_named_by_the_number_of_the_card(hub, connected, place):
    place.fetch("INSERT INTO contacts (id, name, created_at) VALUES (50, 'Мария', now()) RETURNING id")
    add_item(place, state="refused", ref="", reason="no")

    assert "id:50 Мария" in hub("crm", "status").stdout
    assert "id:50 Мария is queued" in hub("crm", "resync", "--contact", "id:50").stdout


def test_the_lag_is_the_age_of_the_oldest_client_that_waits_however_often_it_is_put_off(hub, connected, place):
    place.fetch(
        "INSERT INTO deliveries (id, lane, order_hash, key, due_at, created_at, connection_id, payload) "
        "SELECT n, 'crm', n % 2, 'k' || n, now() + interval '1 h', now() - n * interval '1 min', c.id, '{}' "
        "FROM connections c, generate_series(3, 5) n RETURNING id"
    )

    assert re.search(r"waiting +ok +2 clients, the oldest 5 min", hub("crm", "status").stdout)


def test_a_crm_that_rests_says_until_when_and_why(hub, connected, place):
    place.fetch(
        "UPDATE crm_accounts SET blocked_until = now() + interval '1 min', blocked_reason = 'the CRM answered 503', "
        "drift = 4 RETURNING 1"
    )

    shown = hub("crm", "status").stdout

    assert re.search(r"state +!! +resting until \d\d:\d\d:\d\d: the CRM answered 503", shown)
    assert re.search(r"found without webhooks +ok +4; if webhooks are set up", shown)


def test_a_paused_crm_says_why_and_what_to_do(hub, connected, place):
    place.fetch("UPDATE connections SET state = 'paused', state_reason = 'token refused' RETURNING 1")

    assert re.search(
        r"state +!! +paused: token refused; .*hub connect retailcrm --name shop --again", hub("crm", "status").stdout
    )


@pytest.mark.parametrize(
    ("left", "mark", "says"),
    [("40 days", "ok", "good until"), ("9 days 1 h", "!!", "9 days left"), ("-1 h", "!!", "ran out")],
)
def test_credentials_that_nothing_renews_are_told_of_a_month_before(hub, connected, place, left, mark, says):
    place.fetch("UPDATE crm_accounts SET tokens_expire_at = now() + $1::text::interval RETURNING 1", left)

    assert re.search(rf"token +{mark} +.*{says}", hub("crm", "status").stdout)


def test_a_token_that_is_renewed_by_itself_is_no_worry(hub, connected, place):
    place.fetch("UPDATE crm_accounts SET tokens_expire_at = now(), tokens_encrypted = 'x' RETURNING 1")

    assert "token " not in hub("crm", "status").stdout


def test_stopped_fields_are_named_with_their_client(hub, connected, place):
    add_client(place)
    add_item(place, guard={"frozen": ["name"]})

    assert "another program changes them too: #1042 Мария (name)" in hub("crm", "status").stdout


# --- hub crm resync


def test_one_client_is_queued_by_the_number_people_see_and_what_was_refused_is_tried_again(hub, connected, place):
    add_client(place)
    add_item(place, guard={"frozen": ["name"]})
    add_item(place, 7, entity=Entity.entry, state="refused", ref="", reason="no", mark="m", attempt=0)
    add_item(place, 8, entity=Entity.entry, state="trying", ref="", attempt=1)

    result = hub("crm", "resync", "shop", "--contact", "#1042", "--json")

    assert told(result) == {"crm": "shop", "clients": 1, "records": 3}
    assert place.fetch("SELECT payload->>'contact_id' FROM deliveries WHERE lane = 'crm'") == ["50"]
    assert place.fetch("SELECT is_stale::text || guard FROM crm_items WHERE hub_id = 50") == ["true{}"]
    assert place.fetch("SELECT state || attempt || mark FROM crm_items WHERE hub_id = 7") == ["trying0"]
    assert place.fetch("SELECT state || attempt FROM crm_items WHERE hub_id = 8") == ["trying1"]
    assert place.fetch("SELECT subject FROM audit WHERE action = 'crm_resynced'") == ["contact:50"]


def test_what_may_be_there_already_is_made_anew_only_for_a_client_somebody_named(hub, connected, place):
    add_client(place)
    add_item(place, 7, entity=Entity.entry, state="unsure", ref="")

    hub("crm", "resync", "--all")
    after_all = place.fetch("SELECT state FROM crm_items")
    hub("crm", "resync", "--contact", "1042")

    assert (after_all, place.fetch("SELECT state FROM crm_items")) == (["unsure"], ["trying"])


def test_everybody_is_who_the_crm_has_and_who_wrote_since_it_was_connected(hub, connected, place):
    add_client(place, 50, 1)
    add_client(place, 51, 2)
    add_client(place, 52, 3)
    place.fetch("UPDATE conversations SET last_message_at = $1::text::timestamptz WHERE number > 1 RETURNING 1", NOON)
    place.fetch("UPDATE connections SET created_at = $1::text::timestamptz + interval '1 h' RETURNING 1", NOON)
    add_item(place, 51, contact_id=51)

    since_connected = told(hub("crm", "resync", "--all", "--json"))
    since_that_day = told(hub("crm", "resync", "--all", "--since", "2026-11-22", "--json"))

    assert (since_connected["clients"], since_that_day["clients"]) == (2, 3)
    assert place.fetch("SELECT count(DISTINCT order_hash) FROM deliveries WHERE lane = 'crm'") == [3]


def test_nobody_to_be_held_against_it_is_said(hub, connected):
    assert "Nobody wrote since that day" in hub("crm", "resync", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "say whom: --contact NUMBER for one client, or --all"),
        (("--contact", "1", "--all"), "say whom"),
        (("--contact", "1", "--since", "2026-11-22"), "--since goes with --all"),
        (("--contact", "Мария"), "'Мария' is no number of a client"),
        (("--contact", "77"), "there is no client 77"),
        (("--all", "--since", "soon"), "'soon' is no day"),
        (("other", "--all"), "no connection 'other'; there are: shop"),
    ],
)
def test_a_resync_of_nobody_is_refused_in_one_line(hub, connected, arguments, reason):
    result = hub("crm", "resync", *arguments)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr


# --- hub crm link


def test_a_client_is_linked_by_hand_to_a_card_there_and_queued_to_be_held_against_it(hub, connected, retail, place):
    add_client(place)
    card = retail.human_adds_contact("Мария Петровна", ["+79161234567"])

    linked = hub("crm", "link", "#1042", card.id, "--crm", "shop")
    again = told(hub("crm", "link", "1042", card.id, "--json"))

    assert linked.stdout.startswith(f"#1042 Мария is card {card.id} Мария Петровна in shop.")
    assert (again["card"], again["former"]) == (str(card), "")
    assert place.fetch("SELECT ref || is_stale FROM crm_items") == [f"{card}true"]
    assert place.fetch("SELECT payload->>'contact_id' FROM deliveries WHERE lane = 'crm' LIMIT 1") == ["50"]
    assert place.fetch("SELECT DISTINCT action || subject FROM audit") == ["crm_card_linkedcontact:50"]


def test_a_client_who_had_another_card_there_is_told_with_it(hub, connected, retail, place):
    add_client(place)
    add_item(place, ref="customer:999")

    assert "It was customer:999 before" in hub("crm", "link", "1042", retail.human_adds_contact("Мария", []).id).stdout


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("77777", "shop has no card 77777"),
        ("https://shop.example/customers/7", "'https://shop.example/customers/7' is no number of a card"),
    ],
)
def test_a_card_that_is_not_there_is_refused_in_one_line(hub, connected, place, card, reason):
    add_client(place)

    result = hub("crm", "link", "1042", card)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr
    assert place.fetch("SELECT 1 FROM crm_items") == []


def test_a_card_of_another_client_is_refused_with_that_client_named(hub, connected, retail, place):
    card = retail.human_adds_contact("Мария", [])
    add_client(place)
    add_item(place, ref=str(card))
    add_client(place, 51, 1043, "Олег")

    result = hub("crm", "link", "1043", card.id)

    assert result.stderr == f"hub: card {card.id} of shop is another client's, #1042: join the two here instead\n"


# --- hub crm users


def test_a_link_comes_before_the_mail_and_can_be_taken_back(hub, connected, place):
    linked = hub("crm", "users", "--link", "12=ivan")
    stored = place.fetch("SELECT type || value FROM staff_identities WHERE type = 'crm_id'")
    unlinked = told(hub("crm", "users", "--unlink", "12", "--json"))

    assert linked.stdout.startswith("No 12 in shop is Иван.\n")
    assert re.search(r"12 +Анна Смирнова +anna@shop.example +Иван +as you said", linked.stdout)
    assert (stored, place.fetch("SELECT action FROM audit ORDER BY id")) == (
        ["crm_id12"],
        ["crm_linked", "crm_unlinked"],
    )
    assert unlinked["users"][0]["person"] == "anna"


def test_clients_of_a_stranger_are_read_again_once_somebody_says_who_that_is(hub, connected, place):
    add_client(place)
    add_item(place, base={"owner_there": "13"})

    told = hub("crm", "users").stdout
    linked = hub("crm", "users", "--link", "13=ivan").stdout

    assert "who? responsible for 1 clients" in told
    assert "No 13 in shop is Иван, responsible for 1 clients there" in linked
    assert place.fetch("SELECT is_stale FROM crm_items") == [True]
    assert place.fetch("SELECT payload->>'contact_id' FROM deliveries WHERE lane = 'crm'") == ["50"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--link", "13"), "--link 13: write the number there"),
        (("--link", "99=ivan"), "shop has no user 99; there are: 12 Анна Смирнова, 13 Олег Кузнецов"),
        (("--link", "13=oleg"), "nobody has the key 'oleg'; there are: anna, ivan"),
        (("--unlink", "13"), "nobody said whose account user 13 of shop is"),
        (("--unlink", "12"), "user 12 of shop is known by e-mail: --link 12=KEY says it is somebody else"),
        (("--link", "13=ivan", "--unlink", "13"), "13 is to be linked and unlinked at once"),
    ],
)
def test_a_link_that_cannot_be_meant_is_refused_and_nothing_is_stored(hub, connected, place, arguments, reason):
    result = hub("crm", "users", *arguments)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr
    assert place.fetch("SELECT 1 FROM staff_identities WHERE type = 'crm_id'") == []


def test_a_crm_that_does_not_answer_is_shown_as_it_was(hub, connected, retail):
    retail.is_away = True

    result = hub("crm", "users")

    assert result.exit_code == 0
    assert re.search(r"shop does not answer now \(.*\); this is as of 20", result.stderr)
    assert "Анна Смирнова" in result.stdout


def test_two_crms_are_told_apart_by_name(hub, connected):
    with served(FakeRetailCrm()) as another:
        hub("connect", "retailcrm", *settings(another), "--name", "other", "--no-wait")

    assert "several CRMs are connected: say which of shop, other" in hub("crm", "users").stderr
    assert "other (retailcrm)" in hub("crm", "status").stdout


# --- hub check


def findings(hub):
    return {each["thing"]: each for each in json.loads(hub("check", "--json").stdout)["findings"]}


def test_a_crm_is_tried_with_its_people_records_and_fields(hub, connected):
    found = findings(hub)

    assert [found[thing]["is_ok"] for thing in ("retailcrm shop", "CRM users: shop", "CRM records: shop")] == [True] * 3
    assert (found["CRM users: shop"]["says"], found["CRM fields: shop"]["says"]) == (
        "1 users there are people of ours",
        "none is stopped",
    )


def test_a_crm_that_does_not_answer_is_found_by_its_test(hub, connected, retail):
    retail.is_away = True

    assert findings(hub)["retailcrm shop"]["is_ok"] is False


def test_a_responsible_there_whom_nobody_knows_is_named_with_what_to_do(hub, connected, place):
    add_client(place)
    add_item(place, base={"owner_there": "13"})
    add_item(place, 51, contact_id=51, base={"owner_there": "77"})
    add_item(place, 52, contact_id=52, base={"owner_there": "13"})

    said = findings(hub)["CRM users: shop"]

    assert (said["is_ok"], said["says"]) == (
        False,
        "13 Олег Кузнецов (2), 77 (1): responsible for clients there, and nobody here knows who that is; "
        "say it: hub crm users shop --link 13=KEY",
    )


def test_refused_records_stopped_fields_and_credentials_that_end_are_named(hub, connected, place):
    add_client(place)
    add_item(place, guard={"frozen": ["name", "stage"]})
    add_item(place, 7, entity=Entity.request, state="refused", ref="", reason="Field 'phone' is wrong")
    place.fetch("UPDATE crm_accounts SET tokens_expire_at = now() + interval '3 days' RETURNING 1")

    found = findings(hub)
    said = {what: found[f"CRM {what}: shop"] for what in ("records", "fields", "credentials")}

    assert {what: each["is_ok"] for what, each in said.items()} == dict.fromkeys(said, False)
    assert said["records"]["says"].startswith("1 records are not taken; the latest, of #1042 Мария: Field 'phone'")
    assert "#1042 Мария (name, stage); end its rule" in said["fields"]["says"]
    assert said["credentials"]["says"].endswith("hub connect retailcrm --name shop --again")


def test_people_read_findings_of_a_crm_in_russian(run, hub, connected, place):
    add_item(place, base={"owner_there": "13"})

    shown = run("check", *place.options, HUB_LANGUAGE="ru")

    assert re.search(r"сотрудники CRM: shop +!! +13 Олег Кузнецов \(1\): отвечают там за клиентов", shown.stdout)
    assert "сотрудники CRM: shop; что делать, сказано выше" in shown.stderr
