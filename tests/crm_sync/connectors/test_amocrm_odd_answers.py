"""amoCRM: whatever an answer holds, reading it raises nothing but what the contract names."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.crm_sync.base import Place, Snapshot
from hub.crm_sync.connectors.amocrm.api import embedded, has_next, vendor_words
from hub.crm_sync.connectors.amocrm.snapshots import Reader
from hub.domain.crm import CrmRef, Entity
from hub.domain.errors import OutcomeUnknown, PermanentFailure, ProviderError, TemporaryFailure
from hub.net.http import HttpAnswer
from hub.testing.crm.kit import Fault, Strike
from tests.crm_sync.connectors.amocrm_desk import ANNA, KEY, by_token, desk

NAMES = st.sampled_from(
    [
        "id",
        "name",
        "status_id",
        "price",
        "custom_fields_values",
        "_embedded",
        "_links",
        "next",
        "leads",
        "contacts",
        "companies",
        "values",
        "value",
        "field_id",
        "field_code",
        "enum_id",
        "is_main",
        "updated_at",
        "updated_by",
        "complete_till",
        "params",
        "text",
        "uniq",
        "entity_type",
        "entity_id",
        "events",
        "validation-errors",
        "errors",
        "title",
    ]
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANY = st.recursive(
    PLAIN, lambda each: st.lists(each, max_size=3) | st.dictionaries(NAMES, each, max_size=4), max_leaves=20
)
RECORDS = st.dictionaries(NAMES, ANY, max_size=8)
KINDS = st.sampled_from(["contacts", "companies", "leads", "tasks", "lead_notes"])
MANY = settings(max_examples=150, deadline=None)
ODD = (b"{}", b"[]", b"7", b'"x"', b'{"_embedded": 7}', b'{"_embedded": {"contacts": [7, {}, {"id": null}]}}', b"[[]]")


@MANY
@given(record=RECORDS, kind=KINDS)
def test_a_record_of_any_shape_is_read(record, kind):
    snapshot = Reader("https://acme.amocrm.ru", "RU").snapshot(CrmRef(kind, "7"), record, ["CITY", "7"])

    assert isinstance(snapshot, Snapshot)
    assert all(isinstance(value, str) for value in (*snapshot.values.values(), *snapshot.fields.values()))


@MANY
@given(told=RECORDS)
def test_lists_and_refusals_of_any_shape_are_read(told):
    assert all(isinstance(row, dict) for name in told for row in embedded(told, name))
    assert has_next(told) in {True, False}
    assert vendor_words(HttpAnswer(400, {}, json.dumps(told).encode()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(told=RECORDS | ANY)
async def test_no_answer_breaks_a_reading_call(told):
    body = json.dumps(told).encode()
    async with desk() as at:
        crm = at.connect(by_token(at.fake, is_unsorted=True))
        for call in (
            crm.describe,
            lambda: crm.find_contacts(["+79161234567"], ["anna@example.com"]),
            lambda: crm.get(CrmRef("contacts", "7")),
            lambda: crm.find_by_key(Entity.request, KEY, None),
            lambda: crm.find_by_key(Entity.entry, KEY, Place(CrmRef("contacts", "7"), CrmRef("leads", "8"))),
            lambda: crm.changes({"since": 1}),
        ):
            at.fake.faults = [Fault(Strike.answer, status=200, body=body) for _ in range(30)]
            try:
                await call()
            except ProviderError as error:
                assert isinstance(error, (TemporaryFailure, PermanentFailure))


@pytest.mark.parametrize("body", ODD)
async def test_an_odd_answer_to_a_write_leaves_it_unknown(body):
    async with desk() as at:
        crm = at.connect()
        at.fake.faults = [Fault(Strike.answer, at.fake.is_write, 200, body)]
        with pytest.raises(OutcomeUnknown):
            await crm.create_contact(ANNA, key=KEY)
