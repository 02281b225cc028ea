"""HubSpot: the contract, and what only this CRM does: a search that lags, unique keys, signatures of three versions."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.channels.base import Raw
from hub.crm_sync.base import MergedInto, Patch, Place, Snapshot
from hub.crm_sync.connectors.hubspot import CHANNEL
from hub.crm_sync.connectors.hubspot.channel import HubSpot
from hub.crm_sync.connectors.hubspot.reading import instant_of
from hub.crm_sync.connectors.hubspot.settings import HubSpotSettings
from hub.crm_sync.connectors.hubspot.writing import mark_of
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    PermanentFailure,
    TemporaryFailure,
    WebhookRejected,
)
from hub.testing.contracts.crm import CrmContract
from hub.testing.contracts.crm.changes import read_on
from hub.testing.contracts.crm.samples import (
    CALL,
    ENTRY,
    KEY,
    OTHER_KEY,
    PERSON,
    TASK,
    outcome,
    request_of,
    write_again,
)
from hub.testing.contracts.crm.suite import Scene
from hub.testing.crm.hubspot import FakeHubSpot
from hub.testing.crm.kit import Fault, Strike

_PHONE, _MAIL = PERSON.phones[0], PERSON.emails[0]


def connect(scene: Scene) -> HubSpot:
    crm = scene.connect()
    assert isinstance(crm, HubSpot)
    return crm


def account(scene: Scene) -> FakeHubSpot:
    assert isinstance(scene.fake, FakeHubSpot)
    return scene.fake


def found(scene: Scene, kind: str) -> list[dict[str, str]]:
    return [thing.properties for thing in account(scene).things if thing.kind == kind]


class TestHubSpot(CrmContract):
    channel = CHANNEL
    fake = FakeHubSpot
    signs_body = True
    own_field = "hub_about"

    @staticmethod
    def settings(fake: Any) -> Mapping[str, object]:
        return {"access_token": fake.access_token, "client_secret": fake.hook_secret, "api_url": fake.url}

    def refusal(self, status: int, retry_after: int | None) -> tuple[bytes, Mapping[str, str]]:
        told = {"status": "error", "message": "refused", "category": "VALIDATION_ERROR", "correlationId": "aeb5f871"}
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return json.dumps(told).encode(), headers

    async def test_another_key_gives_another_record(self, entity: Entity) -> None:
        """An e-mail belongs to one contact here: the same person with another key is the contact that is there."""
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            first = await write_again(crm, entity, card, KEY)
            scene.later()
            second = await write_again(crm, entity, card, OTHER_KEY)

        assert (second.ref == first.ref, second.is_existing) == (entity is Entity.contact,) * 2

    async def test_m12_a_joined_card_is_never_taken_for_itself(self) -> None:
        """Joined contacts become a new one here: both ids lead to it."""
        async with self.scene() as scene:
            crm, lost, kept = connect(scene), scene.card("Анна 1"), scene.card("Анна 2")
            account(scene).human_merges(lost, kept)
            now = [await crm.get(lost), await crm.get(kept)]
            (joined,) = scene.fake.records(Entity.contact)

        assert now == [MergedInto(lost, joined["ref"]), MergedInto(kept, joined["ref"])]

    async def test_a_contact_is_upserted_by_the_property_that_holds_our_key(self) -> None:
        async with self.scene() as scene:
            made = await connect(scene).create_contact(PERSON, key=KEY)
            again = await connect(scene).create_contact(PERSON, key=KEY)
            call = scene.fake.calls[0]

        assert (made.is_existing, again.is_existing, again.ref) == (False, True, made.ref)
        assert call.path == "/crm/objects/2026-03/contacts/batch/upsert"
        (given,) = json.loads(call.body)["inputs"]
        assert (given["id"], given["idProperty"], given["properties"]["hub_key"]) == (KEY, "hub_key", KEY)

    async def test_the_older_version_of_paths_can_be_chosen(self) -> None:
        async with self.scene() as scene:
            account(scene).versions = {"v3"}
            scene.settings = lambda fake: {**self.settings(fake), "version": "v3"}
            crm, card = connect(scene), scene.card()
            await crm.add_entry(ENTRY, Place(card), key=KEY)
            await crm.describe()
            paths = {call.path for call in scene.fake.calls}

        assert {"/crm/v3/objects/notes", "/crm/v4/associations/notes/contacts/labels", "/crm/v3/owners"} <= paths

    async def test_an_email_of_another_contact_names_the_card_that_is_there_and_leaves_it_alone(self) -> None:
        async with self.scene() as scene:
            there = scene.fake.human_adds_contact("Анна П.", (), (_MAIL,))
            made = await connect(scene).create_contact(PERSON, key=KEY)
            (contact,) = found(scene, "contacts")

        assert (made.ref, made.is_existing) == (there, True)
        assert (contact["firstname"], "hub_key" in contact) == ("Анна П.", False)

    async def test_a_second_email_of_another_contact_refuses_the_change(self) -> None:
        async with self.scene() as scene:
            scene.fake.human_adds_contact("Другая", (), ("second@example.com",))
            card = scene.card()
            told = await outcome(connect(scene).update_contact(card, Patch(emails=("second@example.com",))))

        assert isinstance(told, PermanentFailure)
        assert told.reason == "conflict"

    async def test_search_does_not_know_the_writes_of_the_last_seconds_but_the_key_does(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            made = await crm.create_contact(PERSON, key=KEY)
            at_once = await crm.find_contacts([_PHONE], [_MAIL])
            by_key = await crm.find_by_key(Entity.contact, KEY, None)
            scene.clock.advance(timedelta(seconds=11))
            later = await crm.find_contacts([_PHONE], [_MAIL])

        assert (list(at_once), [match.ref for match in later]) == ([], [made.ref])
        assert by_key is not None
        assert by_key.ref == made.ref

    async def test_a_further_email_finds_its_contact(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            made = await crm.create_contact(replace(PERSON, emails=(_MAIL, "second@example.com")), key=KEY)
            scene.later()
            match = await crm.find_contacts([], ["second@example.com"])

        assert [(each.ref, each.matched) for each in match] == [(made.ref, ("second@example.com",))]

    async def test_a_third_number_has_no_place_and_takes_none(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            two = replace(PERSON, phones=(_PHONE, "+79031112233"))
            made = await crm.create_contact(two, key=KEY)
            await crm.update_contact(made.ref, Patch(phones=("+79057778899",)))
            (contact,) = found(scene, "contacts")

        assert (contact["phone"], contact["mobilephone"]) == two.phones

    async def test_a_deal_without_a_stage_begins_in_the_first_open_one(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            await crm.create_request(request_of(card), key=KEY)
            told = await outcome(crm.create_request(replace(request_of(card), pipeline="none"), key=OTHER_KEY))
            (deal,) = found(scene, "deals")

        assert (deal["dealstage"], deal["pipeline"]) == ("appointmentscheduled", "default")
        assert isinstance(told, PermanentFailure)
        assert "pipeline 'none'" in str(told)

    async def test_a_call_is_an_object_of_its_own_dated_as_it_was(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            await crm.add_entry(replace(CALL, user="302"), Place(card), key=KEY)
            await crm.add_entry(replace(CALL, is_inbound=False, is_missed=True), Place(card), key=OTHER_KEY)
            came, went = found(scene, "calls")

        assert came["hs_timestamp"] == "2026-11-21T11:55:00.000Z"
        assert (came["hs_call_direction"], came["hs_call_status"]) == ("INBOUND", "COMPLETED")
        assert (came["hs_call_duration"], came["hs_call_from_number"]) == ("120000", _PHONE)
        assert (came["hs_call_recording_url"], came["hubspot_owner_id"]) == (CALL.recording, "302")
        assert (went["hs_call_direction"], went["hs_call_status"], went["hs_call_to_number"]) == (
            "OUTBOUND",
            "NO_ANSWER",
            _PHONE,
        )

    @pytest.mark.parametrize(("channel", "kind"), [("whatsapp", "WHATS_APP"), ("sms", "SMS")])
    async def test_a_message_of_a_channel_the_crm_knows_is_a_communication(self, channel: str, kind: str) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_entry(replace(ENTRY, channel=channel), Place(card), key=KEY)
            again = await crm.find_by_key(Entity.entry, KEY, Place(card))
            (message,) = found(scene, "communications")

        assert message["hs_communication_channel_type"] == kind
        assert message["hs_communication_body"].endswith(mark_of(KEY))
        assert again == replace(made, is_existing=True)

    async def test_an_entry_about_a_deal_stands_at_both(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            deal = (await crm.create_request(request_of(card), key=OTHER_KEY)).ref
            note = (await crm.add_entry(ENTRY, Place(card, deal), key=KEY)).ref

        assert {(note.id, card.id), (note.id, deal.id)} <= set(account(scene).links)

    async def test_t4_a_task_completed_there_reads_as_done(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await write_again(crm, Entity.task, card, KEY)
            _, cursor = await read_on(crm, {})
            scene.later()
            scene.later()
            account(scene).human_completes(made.ref)
            scene.later()
            hints, _ = await read_on(crm, cursor)
            now = await crm.get(made.ref)

        assert [(hint.entity, hint.ref) for hint in hints] == [(Entity.task, made.ref)]
        assert isinstance(now, Snapshot)
        assert (now.values["done"], now.contact) == ("yes", card)

    async def test_t4_what_came_of_a_task_is_said_once(self) -> None:
        done = replace(TASK, is_done=True, result="Договорились <на> пятницу")
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_task(TASK, Place(card), key=KEY)
            await crm.update_task(made.ref, done)
            await crm.update_task(made.ref, done)
            (task,) = found(scene, "tasks")

        assert task["hs_task_body"] == f"{TASK.text}<br>{mark_of(KEY)}<br>Договорились &lt;на&gt; пятницу"

    async def test_a_repeated_deal_is_refused_there_and_found_by_its_key(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            first = await crm.create_request(request_of(card), key=KEY)
            second = await crm.create_request(request_of(card), key=KEY)

        assert (second.ref, second.is_existing) == (first.ref, True)

    async def test_a_deal_takes_amount_text_and_own_fields(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            deal = scene.fake.human_adds_request(scene.card(), "Диван")
            account(scene).own["deals"].add("colour")
            patch = Patch({"amount": "1500.50", "text": "с доставкой", "owner": ""}, {"colour": "синий"})
            await crm.update_request(deal, patch)
            now = await crm.get(deal, ["colour"])

        assert isinstance(now, Snapshot)
        assert (now.values["amount"], now.values["text"], now.values["owner"]) == ("1500.50", "с доставкой", "")
        assert now.fields == {"colour": "синий"}

    async def test_an_entry_is_found_among_more_than_one_page_of_them(self) -> None:
        async with self.scene() as scene:
            account(scene).associations_a_page = 2
            crm, card = connect(scene), scene.card()
            for number in range(5):
                await crm.add_entry(ENTRY, Place(card), key=f"{number}{KEY[1:]}")
            last = await crm.find_by_key(Entity.entry, f"4{KEY[1:]}", Place(card))
            newest = scene.fake.records(Entity.entry)[-1]["ref"]

        assert last is not None
        assert last.ref == newest

    async def test_nothing_is_found_at_a_card_that_is_gone(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            scene.fake.human_deletes(card)

            assert await crm.find_by_key(Entity.entry, KEY, Place(card)) is None

    async def test_t4_a_task_without_an_owner_of_ours_stays_with_whom_it_is(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            made = await crm.add_task(replace(TASK, owner="302"), Place(card), key=KEY)
            await crm.update_task(made.ref, replace(TASK, is_done=True))
            (task,) = scene.fake.records(Entity.task)

        assert (task["owner"], task["is_done"]) == ("302", True)

    async def test_a_patch_of_company_and_owner_goes_there(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            await crm.update_contact(card, Patch({"company": "Ромашка\n ООО", "owner": "302"}))
            now = await crm.get(card)

        assert isinstance(now, Snapshot)
        assert (now.values["company"], now.values["owner"]) == ("Ромашка ООО", "302")

    async def test_a_record_that_cannot_be_associated_is_refused_and_nothing_is_written(self) -> None:
        nothing = json.dumps({"results": []}).encode()
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, lambda called: called.path.endswith("labels"), 200, nothing)]
            crm, card = connect(scene), scene.card()
            told = await outcome(crm.add_entry(ENTRY, Place(card), key=KEY))

        assert isinstance(told, PermanentFailure)
        assert (told.reason, found(scene, "notes")) == ("unsupported", [])

    async def test_a_deal_that_is_refused_for_another_reason_stays_refused(self) -> None:
        async with self.scene() as scene:
            told = await outcome(connect(scene).create_request(request_of(CrmRef("contact", "999")), key=KEY))

        assert isinstance(told, PermanentFailure)
        assert "associations are not valid" in str(told)

    async def test_an_upsert_that_made_nothing_and_says_nothing_is_unknown(self) -> None:
        body = json.dumps({"status": "COMPLETE", "results": []}).encode()
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, scene.fake.is_write, 207, body)]
            told = await outcome(connect(scene).create_contact(PERSON, key=KEY))

        assert isinstance(told, OutcomeUnknown)

    async def test_missing_scopes_are_told_with_what_is_needed(self) -> None:
        told = json.dumps({"message": "This app hasn't been granted all required scopes", "category": "MISSING_SCOPES"})
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, status=403, body=told.encode())]
            result = await connect(scene).check()
            scene.fake.faults = [Fault(Strike.answer, status=403, body=told.encode())]
            read = await outcome(connect(scene).get(CrmRef("contact", "5")))

        assert not result.is_ok
        assert "required scopes" in result.say("ru")[0]
        assert "crm.objects.contacts.write" in result.say("ru")[1]
        assert isinstance(read, PermanentFailure)
        assert read.reason == "forbidden"

    async def test_a_refusal_of_another_server_on_the_way_is_told_by_its_status(self) -> None:
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, status=403, body=b"<html>blocked</html>")]
            told = await outcome(connect(scene).get(CrmRef("contact", "5")))

        assert isinstance(told, PermanentFailure)
        assert told.reason == "forbidden"

    async def test_a_signature_of_a_version_nobody_knows_is_rejected(self) -> None:
        async with self.scene() as scene:
            account(scene).webhooks.version = "v9"
            (raw,) = self._sent(scene)
            with pytest.raises(WebhookRejected, match="no rule"):
                connect(scene).verify(raw)

    async def test_an_entry_cannot_be_read_back(self) -> None:
        async with self.scene() as scene:
            told = await outcome(connect(scene).get(CrmRef("note", "5")))

        assert isinstance(told, PermanentFailure)
        assert told.reason == "unsupported"

    async def test_owners_come_page_by_page(self) -> None:
        page = {"results": [{"id": "1", "email": "a@shop.example"}], "paging": {"next": {"after": "1"}}}
        async with self.scene() as scene:
            scene.fake.faults = [
                Fault(Strike.answer, lambda called: "owners" in called.path, 200, json.dumps(page).encode())
            ]
            users = (await connect(scene).describe()).users
            asked = [call.query for call in scene.fake.calls if "owners" in call.path]

        assert [user.id for user in users] == ["1", "301", "302"]
        assert asked == ["limit=100", "limit=100&after=1"]

    async def test_a_card_names_its_deals_newest_first(self) -> None:
        async with self.scene() as scene:
            crm, card = connect(scene), scene.card()
            old, new = (scene.fake.human_adds_request(card, title) for title in ("Диван", "Кресло"))
            now = await crm.get(card)

        assert isinstance(now, Snapshot)
        assert now.requests == (new, old)

    async def test_a_change_that_the_index_shows_late_is_told_all_the_same_and_once(self) -> None:
        async with self.scene() as scene:
            crm, slow, quick = connect(scene), scene.card("Анна"), scene.card("Олег")
            _, cursor = await read_on(crm, {})
            scene.later()
            scene.later()
            scene.fake.human_renames(slow, "Анна П.")
            (late,) = [thing for thing in account(scene).things if thing.id == slow.id]
            held, late.versions = late.versions, late.versions[:-1]
            scene.clock.advance(timedelta(seconds=20))
            scene.fake.human_renames(quick, "Олег П.")
            scene.fake.settle()
            first, cursor = await read_on(crm, cursor)
            late.versions = held
            second, cursor = await read_on(crm, cursor)
            third, _ = await read_on(crm, cursor)

        assert [[hint.ref for hint in hints] for hints in (first, second, third)] == [[quick], [slow], []]

    @pytest.mark.parametrize("version", ["v1", "v2", "v3"])
    async def test_whichever_signature_a_request_says_it_carries_is_checked(self, version: str) -> None:
        async with self.scene() as scene:
            crm, fake = connect(scene), account(scene)
            fake.webhooks.version = version
            (raw,) = self._sent(scene)
            fake.hook_secret = "another"
            (forged,) = self._sent(scene)

            crm.verify(raw)
            for wrong in (forged, replace(raw, body=raw.body + b" ")):
                with pytest.raises(WebhookRejected, match="signature mismatch"):
                    crm.verify(wrong)

    async def test_a_signature_of_the_third_version_is_good_for_five_minutes(self) -> None:
        async with self.scene() as scene:
            crm = connect(scene)
            account(scene).webhooks.version = "v3"
            (raw,) = self._sent(scene)
            crm.verify(replace(raw, received_at=raw.received_at + timedelta(minutes=4)))
            for away in (timedelta(minutes=6), -timedelta(minutes=6)):
                with pytest.raises(WebhookRejected, match="five minutes"):
                    crm.verify(replace(raw, received_at=raw.received_at + away))

    async def test_an_example_of_the_vendor_has_the_signature_it_says(self) -> None:
        body = (
            b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":'
            b'"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
        )
        headers = {
            "x-hubspot-signature-version": "v1",
            "x-hubspot-signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
        }
        async with self.scene() as scene:
            scene.settings = lambda fake: {
                **self.settings(fake),
                "client_secret": "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
            }
            crm = connect(scene)
            raw = Raw(body, scene.clock.now(), headers, "POST")
            crm.verify(raw)
            (hint,) = crm.parse(raw)

        assert (hint.entity, hint.ref, hint.is_deleted) == (Entity.contact, CrmRef("contact", "123"), False)

    async def test_without_a_secret_no_webhook_is_taken(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "client_secret": ""}
            crm = connect(scene)
            for raw in self._sent(scene):
                with pytest.raises(WebhookRejected, match="client_secret is empty"):
                    crm.verify(raw)

    async def test_a_repeated_batch_has_the_id_of_the_first_though_its_attempt_is_another(self) -> None:
        async with self.scene() as scene:
            crm, fake = connect(scene), account(scene)
            (raw,) = self._sent(scene)
            events = [{**event, "attemptNumber": 3} for event in json.loads(raw.body)]
            again = fake.webhooks.post(fake.hook_secret, events, scene.clock.now())

        assert (crm.peek(again), list(crm.parse(again))) == (crm.peek(raw), list(crm.parse(raw)))

    async def test_what_our_own_app_changed_is_left_out(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "app_id": "555"}
            crm, fake = connect(scene), account(scene)
            (raw,) = self._sent(scene)
            own = [{**event, "changeSource": "INTEGRATION", "sourceId": "555"} for event in json.loads(raw.body)]

        assert list(crm.parse(fake.webhooks.post("", own, scene.clock.now()))) == []
        assert [hint.changed_by for hint in crm.parse(raw)] == ["9001"] * len(own)

    async def test_joined_and_deleted_cards_are_hinted_at(self) -> None:
        async with self.scene() as scene:
            crm, lost, kept, gone = connect(scene), scene.card("1"), scene.card("2"), scene.card("3")
            account(scene).hooks()
            account(scene).human_merges(lost, kept)
            scene.fake.human_deletes(gone)
            (raw,) = account(scene).hooks()
            hints = {hint.ref: hint.is_deleted for hint in crm.parse(raw)}
            (joined,) = scene.fake.records(Entity.contact)

        assert hints == {lost: False, kept: False, joined["ref"]: False, gone: True}

    @pytest.mark.parametrize(
        "event",
        [
            {"subscriptionType": "company.creation", "objectId": 5, "occurredAt": 1},
            {"subscriptionType": "object.creation", "objectTypeId": "0-2", "objectId": 5, "occurredAt": 1},
            {"subscriptionType": "contact.creation", "objectId": {"a": 1}, "occurredAt": 1},
        ],
    )
    async def test_events_about_something_else_are_ignored(self, event: Mapping[str, object]) -> None:
        async with self.scene() as scene:
            raw = Raw(json.dumps([event]).encode(), scene.clock.now())

            assert list(connect(scene).parse(raw)) == []

    async def test_an_event_without_a_time_cannot_be_understood(self) -> None:
        async with self.scene() as scene:
            body = json.dumps([{"subscriptionType": "contact.creation", "objectId": 5}]).encode()
            with pytest.raises(PayloadInvalid):
                connect(scene).parse(Raw(body, scene.clock.now()))

    async def test_the_property_of_our_key_is_made_once(self) -> None:
        async with self.scene() as scene:
            fake = account(scene)
            fake.own = {"contacts": set(), "deals": set()}
            fake.unique = {"contacts": {"email"}, "deals": set()}
            before = await connect(scene).check()
            first = await connect(scene).subscribe()
            second = await connect(scene).subscribe()
            made = [json.loads(call.body) for call in fake.calls if call.method == "POST"]

        assert before.is_ok
        assert any("hub_key" in line for line in before.say("ru"))
        assert (first.is_ok, second.is_ok, len(made)) == (True, True, 2)
        assert all(each["hasUniqueValue"] and each["name"] == "hub_key" for each in made)

    async def test_without_the_right_to_make_it_the_property_is_made_by_hand(self) -> None:
        async with self.scene() as scene:
            account(scene).own = {}
            told = json.dumps({"message": "missing scopes", "category": "MISSING_SCOPES"}).encode()
            scene.fake.faults = [Fault(Strike.answer, scene.fake.is_write, 403, told)]
            done = await connect(scene).subscribe()

        assert not done.is_ok
        assert "missing scopes" in done.say("ru")[-2]
        assert "Require unique values" in done.say("ru")[-1]

    async def test_a_property_of_that_name_without_unique_values_is_told(self) -> None:
        async with self.scene() as scene:
            account(scene).unique = {"contacts": {"email"}}
            told = await connect(scene).check()

        assert not told.is_ok
        assert "no unique values" in told.say("ru")[0]

    @pytest.mark.parametrize(
        ("policy", "seconds"), [("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1), ("DAILY", 3600), ("NEW", None)]
    )
    async def test_a_used_up_limit_is_waited_for_as_long_as_its_name_says(
        self, policy: str, seconds: int | None
    ) -> None:
        async with self.scene() as scene:
            body = json.dumps({"errorType": "RATE_LIMIT", "policyName": policy}).encode()
            scene.fake.faults = [Fault(Strike.answer, status=429, body=body)]
            told = await outcome(connect(scene).get(CrmRef("contact", "1")))

        assert isinstance(told, TemporaryFailure)
        assert told.retry_after == (None if seconds is None else timedelta(seconds=seconds))

    async def test_a_refusal_does_not_repeat_the_values_that_were_sent(self) -> None:
        body = json.dumps({"message": f'Property values were not valid: [{{"message":"{_MAIL}"}}]'}).encode()
        async with self.scene() as scene:
            scene.fake.faults = [Fault(Strike.answer, scene.fake.is_write, 400, body)]
            told = await outcome(connect(scene).create_contact(PERSON, key=KEY))

        assert isinstance(told, PermanentFailure)
        assert "Property values were not valid" in str(told)
        assert _MAIL not in str(told)

    async def test_a_wrong_token_is_told_in_the_vendors_words_with_what_to_press(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {**self.settings(fake), "access_token": "pat-another"}
            told = await connect(scene).check()
            failed = await outcome(connect(scene).get(CrmRef("contact", "1")))

        assert not told.is_ok
        words = "the CRM says: Authentication credentials not found. (INVALID_AUTHENTICATION)"
        assert (told.say("ru")[0], str(failed)) == (words, words)
        assert any("Private Apps" in line for line in told.say("ru"))
        assert isinstance(failed, AuthenticationFailed)

    async def test_campaign_marks_and_messengers_go_where_the_settings_say(self) -> None:
        async with self.scene() as scene:
            scene.settings = lambda fake: {
                **self.settings(fake),
                "writes_marks": True,
                "about_property": "hub_about",
                "portal_id": "144",
            }
            marked = replace(PERSON, marks={"utm_source": "yandex"})
            made = await connect(scene).create_contact(marked, key=KEY)
            (contact,) = found(scene, "contacts")

        assert contact["utm_source"] == "yandex"
        assert contact["hub_about"] == "telegram: @anna_petrova\nhttps://hub.example/contacts/17"
        assert made.url == f"https://app.hubspot.com/contacts/144/record/0-1/{made.ref.id}"

    @staticmethod
    def _sent(scene: Scene) -> list[Raw]:
        fake = account(scene)
        fake.hooks()
        fake.human_renames(fake.human_adds_contact("Анна"), "Анна П.")
        return list(fake.hooks())


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Moscow"}, {"version": "2026"}, {"api_url": "http://api.hubapi.com"}, {"key_property": "Hub Key"}],
)
def test_settings_that_cannot_work_are_refused(wrong: Mapping[str, str]) -> None:
    with pytest.raises(ValidationError):
        HubSpotSettings.model_validate({"access_token": "pat-eu1-0f3c-made-up", **wrong})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21T11:55:00.123Z", "2026-11-21T11:55:00.123000+00:00"),
        ("2026-11-21T14:55:00+03:00", "2026-11-21T11:55:00+00:00"),
        ("2026-11-21", "2026-11-21T00:00:00+00:00"),
        ("1795262100000", "2026-11-21T11:55:00+00:00"),
    ],
)
def test_times_are_read_in_every_form_the_crm_writes(text: str, at: str) -> None:
    found_at = instant_of(text)

    assert found_at is not None
    assert found_at.isoformat() == at


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00", "9" * 40])
def test_a_time_beyond_the_calendar_is_no_time(text: str) -> None:
    assert instant_of(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_time(text: str) -> None:
    found_at = instant_of(text)

    assert found_at is None or found_at.utcoffset() == timedelta(0)
