"""The contract suite of CRMs itself: a connector that keeps it passes, and every way to break it is caught."""

import inspect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import structlog

from hub.channels.base import CheckResult, Peek, Raw, Reply
from hub.crm_sync.base import (
    ChangePage,
    Crm,
    CrmSchema,
    Entry,
    Gone,
    Match,
    Patch,
    Person,
    Place,
    Request,
    Snapshot,
    Todo,
    Written,
)
from hub.crm_sync.calling import Limit
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.domain.inbound import CrmHint
from hub.testing.contracts import CrmContract
from hub.testing.contracts.crm.samples import OTHER_KEY
from hub.testing.crm.kit import Markup
from tests.crm_sync.made_up import contract_of_cardfile
from tests.crm_sync.made_up.cardfile import Cardfile
from tests.crm_sync.made_up.contract_of_cardfile import FakeCardfile


class CardfileSuite(contract_of_cardfile.TestCardfile):
    """The class of the made-up CRM; `tests/crm_sync/made_up` runs all of it."""

    __test__ = False


class ShowsHtml(FakeCardfile):
    markup = Markup.html


# ------------------------------------------------------------------ planted defects


class Forgetful(Cardfile):
    """Throws the key away."""

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        return await super().add_entry(entry, place, key="")

    async def find_by_key(self, entity: Entity, key: str, place: Place | None) -> Written | None:
        return None


class Insistent(Cardfile):
    """Sends a write again by itself."""

    async def create_contact(self, person: Person, *, key: str) -> Written:
        try:
            return await super().create_contact(person, key=key)
        except OutcomeUnknown:
            return await super().create_contact(person, key=OTHER_KEY)


class Loose(Cardfile):
    """Takes whatever its search found for a match."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        asked = {"phones": [phone[-7:] for phone in phones], "emails": [*emails]}
        told = await self._read("POST", "/search", asked | {"phones": [phone[-10:] for phone in phones]})
        return [Match(CrmRef("cards", card["id"]), card["name"], matched=tuple(phones)) for card in told["cards"]]


class Literal(Cardfile):
    """Compares numbers as they are written."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        told = await self._read("POST", "/search", {"phones": [phone[-10:] for phone in phones], "emails": [*emails]})
        cards = [card for card in told["cards"] if {*card["phones"]} & {*phones}]
        return [Match(CrmRef("cards", card["id"]), card["name"], matched=tuple(phones)) for card in cards]


class Fussy(Cardfile):
    """Takes nothing found for an error."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        found = await super().find_contacts(phones, emails)
        if not found:
            raise PermanentFailure("nobody has this number", reason="missing")
        return found


class Blind(Cardfile):
    """Does not look at sales chances."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        return [replace(match, has_open_request=False) for match in await super().find_contacts(phones, emails)]


class Timeless(Cardfile):
    """Does not say when a card was active."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        return [replace(match, active_at=None) for match in await super().find_contacts(phones, emails)]


class Haunted(Cardfile):
    """Raises for what is gone."""

    async def get(self, ref: CrmRef, fields: Sequence[str] = ()) -> Snapshot | Gone:
        found = await super().get(ref, fields)
        if isinstance(found, Gone):
            raise PermanentFailure("no such record", reason="missing")
        return found


class Confident(Cardfile):
    """Says that a write without an answer was not applied."""

    async def create_contact(self, person: Person, *, key: str) -> Written:
        try:
            return await super().create_contact(person, key=key)
        except OutcomeUnknown as error:
            raise TemporaryFailure(str(error)) from error


class Doubtful(Cardfile):
    """Says that a look may have changed something."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        try:
            return await super().find_contacts(phones, emails)
        except TemporaryFailure as error:
            raise OutcomeUnknown(str(error)) from error


class Impatient(Cardfile):
    """Forgets how long the vendor wants to be left alone."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        try:
            return await super().find_contacts(phones, emails)
        except TemporaryFailure as error:
            raise TemporaryFailure(str(error)) from error


class Fragile(Cardfile):
    """Lets errors of others out."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        told = await self._read("POST", "/search", {"phones": [*phones], "emails": [*emails]})
        return [Match(CrmRef("cards", card["id"])) for card in told["cards"]]

    def parse(self, raw: Raw) -> Sequence[CrmHint]:
        if not raw.body:
            raise IndexError
        return super().parse(raw)

    def peek(self, raw: Raw) -> Peek:
        return Peek(raw.body.decode("ascii"), "")


class Greedy(Cardfile):
    """Knows no limit."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._caller = replace(self._caller, limits=[Limit("account", 10_000, 10_000)])


class Chatty(Cardfile):
    """Logs whom it writes down."""

    async def create_contact(self, person: Person, *, key: str) -> Written:
        structlog.get_logger().info("card.made", name=person.name)
        return await super().create_contact(person, key=key)


class Telling(Cardfile):
    """Says in an error whom it looked for."""

    async def find_contacts(self, phones: Sequence[str], emails: Sequence[str]) -> Sequence[Match]:
        try:
            return await super().find_contacts(phones, emails)
        except TemporaryFailure as error:
            raise TemporaryFailure(f"cannot look for {phones[0]}") from error


class Ownerless(Cardfile):
    """Leaves out who is responsible."""

    async def create_contact(self, person: Person, *, key: str) -> Written:
        return await super().create_contact(replace(person, owner=""), key=key)

    async def create_request(self, request: Request, *, key: str) -> Written:
        return await super().create_request(replace(request, owner=""), key=key)


class Replacing(Cardfile):
    """Takes the addresses away that a patch does not name."""

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        return await self._change(ref, {**patch.values, "phones": patch.phones, "emails": patch.emails})


class Doubling(Cardfile):
    """Adds addresses that are there already."""

    async def update_contact(self, ref: CrmRef, patch: Patch) -> Written:
        now = await self.get(ref)
        assert isinstance(now, Snapshot)
        return await self._change(ref, {"phones": (*now.phones, *patch.phones), "emails": now.emails})


class Undone(Cardfile):
    """Never completes a task."""

    async def update_task(self, ref: CrmRef, todo: Todo) -> Written:
        return await super().update_task(ref, replace(todo, is_done=False))


class Curt(Cardfile):
    """Writes the words without who said them."""

    async def add_entry(self, entry: Entry, place: Place, *, key: str) -> Written:
        return await super().add_entry(replace(entry, author="", link=""), place, key=key)


class Nostalgic(Cardfile):
    """Begins with everything that ever changed."""

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        return await super().changes(cursor or {"seen": 0})


class Hasty(Cardfile):
    """Takes the first page for all of them and jumps to the end."""

    async def changes(self, cursor: Mapping[str, object]) -> ChangePage:
        page = await super().changes(cursor)
        return replace(page, cursor=(await super().changes({})).cursor, has_more=False)


class Open(Cardfile):
    """Asks for no proof."""

    def verify(self, raw: Raw) -> None:
        del raw


class Refusing(Cardfile):
    """Answers an error for what is stored."""

    def acknowledge(self, raw: Raw) -> Reply:
        del raw
        return Reply(400)


class Anonymous(Cardfile):
    """Gives every webhook the same name."""

    def peek(self, raw: Raw) -> Peek:
        del raw
        return Peek("hook", "")


class Restless(Cardfile):
    """Names a webhook after the instant it came."""

    def peek(self, raw: Raw) -> Peek:
        return Peek(raw.received_at.isoformat(), "")


class Stageless(Cardfile):
    """Does not say which stages mean an end."""

    async def describe(self) -> CrmSchema:
        schema = await super().describe()
        return replace(schema, stages=tuple(replace(stage, outcome="open") for stage in schema.stages))


class Throwing(Cardfile):
    """Lets a test of the connection raise."""

    async def check(self) -> CheckResult:
        return CheckResult(True, (str(await self.describe()),))


class Silent(Cardfile):
    """Says that all is well, whatever it is."""

    async def check(self) -> CheckResult:
        return CheckResult(True, ("ok",))


DEFECTS: list[tuple[type[Crm[Any]], str]] = [
    (Forgetful, "test_one_key_gives_one_record_or_the_class_says_that_it_cannot"),
    (Forgetful, "test_a_write_whose_answer_is_lost_is_found_and_not_doubled"),
    (Insistent, "test_a_write_whose_answer_is_lost_is_found_and_not_doubled"),
    (Loose, "test_another_number_that_ends_alike_is_no_match"),
    (Literal, "test_a_phone_is_found_however_it_was_typed"),
    (Fussy, "test_nothing_found_is_an_empty_answer"),
    (Blind, "test_m12_several_cards_tell_which_has_an_open_request_and_when_it_was_active"),
    (Timeless, "test_m12_several_cards_tell_which_has_an_open_request_and_when_it_was_active"),
    (Haunted, "test_a_record_that_is_gone_is_told"),
    (Confident, "test_a_fault_of_a_write_is_told_as_what_it_is"),
    (Confident, "test_a_write_whose_answer_is_lost_is_found_and_not_doubled"),
    (Doubtful, "test_a_fault_of_a_read_is_told_as_what_it_is"),
    (Doubtful, "test_nobody_at_the_address_means_later"),
    (Impatient, "test_a_fault_of_a_read_is_told_as_what_it_is"),
    (Fragile, "test_a_fault_of_a_read_is_told_as_what_it_is"),
    (Fragile, "test_parse_raises_nothing_but_payload_invalid"),
    (Greedy, "test_several_workers_together_stay_within_the_vendors_limits"),
    (Chatty, "test_neither_logs_nor_errors_tell_a_secret_or_who_the_client_is"),
    (Telling, "test_neither_logs_nor_errors_tell_a_secret_or_who_the_client_is"),
    (Ownerless, "test_a_card_is_written_and_read_back"),
    (Ownerless, "test_a_request_is_written_at_its_card"),
    (Replacing, "test_a_patch_changes_what_it_names_and_adds_addresses"),
    (Doubling, "test_a_patch_that_is_there_already_adds_nothing_twice"),
    (Doubling, "test_an_own_field_comes_back_as_written"),
    (Undone, "test_t4_a_task_is_written_with_its_deadline_and_completed"),
    (Curt, "test_an_entry_of_every_kind_says_what_people_need"),
    (Nostalgic, "test_an_empty_cursor_means_now"),
    (Hasty, "test_many_changes_come_page_by_page_and_none_is_left_out"),
    (Open, "test_a_webhook_without_the_secret_is_rejected"),
    (Open, "test_one_changed_bit_of_what_is_signed_is_rejected"),
    (Open, "test_odd_requests_are_rejected_and_raise_nothing_else"),
    (Refusing, "test_the_success_answer_is_a_success"),
    (Anonymous, "test_a_webhook_that_comes_again_has_the_id_of_the_first"),
    (Restless, "test_a_webhook_that_comes_again_has_the_id_of_the_first"),
    (Stageless, "test_users_and_stages_are_described"),
    (Throwing, "test_wrong_credentials_are_told_in_words_and_raise_nothing"),
    (Silent, "test_wrong_credentials_are_told_in_words_and_raise_nothing"),
    (Silent, "test_a_crm_that_is_away_is_told_in_words"),
]


async def failures_of(channel: type[Crm[Any]], test: str, caplog: Any, fake: Any = FakeCardfile) -> int:
    """Run one test of the suite against a connector, all its cases, and return how many fail."""
    suite = type("Suite", (CardfileSuite,), {"channel": channel, "fake": fake})
    failures = 0
    for arguments in cases_of(suite, test, caplog):
        try:
            told = getattr(suite(), test)(**arguments)
            if inspect.isawaitable(told):
                await told
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any error fails a test
            failures += 1
    return failures


def cases_of(suite: type[CrmContract], test: str, caplog: object) -> list[dict[str, object]]:
    """Return the arguments of every case of a test, as pytest would."""
    function = getattr(suite, test)
    given: dict[str, Sequence[object]] = {"caplog": [caplog], "entity": [Entity.contact, Entity.entry]}
    for mark in getattr(function, "pytestmark", []):
        given[mark.args[0]] = list(mark.args[1])
    names = list(inspect.signature(function).parameters)[1:]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*(given[name] for name in names))]


@pytest.mark.parametrize(("channel", "test"), DEFECTS, ids=lambda value: getattr(value, "__name__", value))
async def test_a_planted_defect_is_caught(channel, test, caplog):
    assert await failures_of(channel, test, caplog) > 0


async def test_what_is_no_defect_is_not_caught(caplog):
    tests = sorted({test for _, test in DEFECTS} - {"test_a_fault_of_a_read_is_told_as_what_it_is"})

    assert [test for test in tests if await failures_of(Cardfile, test, caplog)] == []


async def test_marks_that_a_vendor_carries_out_are_caught(caplog):
    hostile = "test_a_hostile_text_is_taken_and_carries_nothing_out"

    assert await failures_of(Cardfile, hostile, caplog) == 0
    assert await failures_of(Cardfile, hostile, caplog, fake=ShowsHtml) > 0


def test_checks_of_parts_that_a_connector_lacks_are_not_there():
    class Mute(Cardfile):
        """Takes no webhooks, keeps no tasks, tells no changes."""

        verify = parse = peek = acknowledge = add_task = update_task = changes = None  # type: ignore[assignment]

    class Suite(CardfileSuite):
        channel = Mute
        own_field = ""
        signs_body = False

    collected = {name for name in dir(Suite) if name.startswith("test_") and getattr(Suite, name) is not None}
    words = ("webhook", "parse", "t4", "cursor", "own_field", "signed", "joined", "token")
    assert "test_every_setting_is_described" in collected
    assert [name for name in collected if any(word in name for word in words)] == []
