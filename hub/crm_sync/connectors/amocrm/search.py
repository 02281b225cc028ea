"""Finding cards by address and records by our key.

Source: https://www.amocrm.ru/developers/content/crm_platform/contacts-api and .../filters-api (read 2026-11-22).
`query` looks through all filled fields, in a manner that is not documented; the filter by fields is a paid option, and
phones are not among the types it lists. So spellings are asked one after another, the national number first (amoCRM
itself places calls by the last digits), and a card counts only if its canonical number is ours. A record that was made
a moment ago may not be in the index yet: our key is looked for in the newest page first, which is read from the
records themselves.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from hub.crm_sync.base import Match
from hub.crm_sync.connectors.amocrm.api import PAGE, Api, Query, Row
from hub.crm_sync.connectors.amocrm.bodies import canonical
from hub.crm_sync.connectors.amocrm.fields import PHONE, FieldBook, text
from hub.crm_sync.connectors.amocrm.settings import SearchWay
from hub.crm_sync.connectors.amocrm.snapshots import (
    CONTACT,
    LEAD,
    Reader,
    emails,
    instant,
    outcome,
    requests_of,
    user_of,
)
from hub.crm_sync.wording import phone_spellings
from hub.domain.crm import CrmRef

_LOOKED_AT_LEADS = 5


def spellings(phone: str) -> Sequence[str]:
    """Return how a number in E.164 may stand there, the likeliest to be found first; a plus is no part of a search."""
    return [each for each in phone_spellings(phone) if not each.startswith("+")]


@dataclass(frozen=True, slots=True)
class Search:
    """Searches one account. `book` knows the fields of cards."""

    api: Api
    reader: Reader
    book: FieldBook
    _found: dict[str, Row] = field(default_factory=dict)

    async def cards(self, phones: Sequence[str], addresses: Sequence[str]) -> Sequence[Match]:
        """Return the cards with one of these phones (E.164) or e-mails."""
        wanted = {*phones, *map(canonical, addresses)}
        for phone in phones:
            await self._look(self._phone_queries(phone), {phone})
        for address in addresses:
            await self._look([_asked(address)], {canonical(address)})
        return [await self._match(record, wanted) for record in self._found.values()]

    def _phone_queries(self, phone: str) -> list[Query]:
        queries = [_asked(spelling) for spelling in spellings(phone)]
        row = self.book.find(PHONE)
        if self.api.settings.search is SearchWay.filter and row is not None:
            name = f"filter[custom_fields_values][{row.id}][]"
            return [[(name, each) for each in (phone, *spellings(phone))], *queries]
        return queries

    async def _look(self, queries: Sequence[Query], wanted: set[str]) -> None:
        """Ask until a card has one of the wanted addresses."""
        for query in queries:
            asked = [*query, ("with", "leads"), ("limit", str(PAGE))]
            rows = await self.api.rows(f"/api/v4/{CONTACT}", CONTACT, asked)
            good = {str(row["id"]): row for row in rows if row.get("id") and wanted & self._addresses(row)}
            self._found.update(good)
            if good:
                return

    def _addresses(self, record: Row) -> set[str]:
        return {*self.reader.phones(record), *emails(record)}

    async def _match(self, record: Row, wanted: set[str]) -> Match:
        ref = CrmRef(CONTACT, str(record["id"]))
        return Match(
            ref=ref,
            name=str(record.get("name") or ""),
            owner=user_of(record.get("responsible_user_id")),
            matched=tuple(sorted(wanted & self._addresses(record))),
            has_open_request=await self._has_open(requests_of(record)),
            active_at=instant(record.get("updated_at")),
            url=self.reader.url(ref),
        )

    async def _has_open(self, leads: Sequence[CrmRef]) -> bool:
        for lead in leads[:_LOOKED_AT_LEADS]:
            record = await self.api.read(f"/api/v4/{LEAD}/{lead.id}")
            if record and not record.get("is_deleted") and outcome(record) == "open":
                return True
        return False


async def find_by_field(api: Api, kind: str, book: FieldBook, key: str) -> Row | None:
    """Return the card or lead whose key field holds `key`."""
    code = api.settings.key_field
    async for rows in _candidates(api, kind, book, key):
        good = (row for row in rows if row.get("id") and not row.get("is_deleted"))
        found = next((row for row in good if text(row, code) == key), None)
        if found is not None:
            return found
    return None


async def _candidates(api: Api, kind: str, book: FieldBook, key: str) -> AsyncIterator[Sequence[Row]]:
    yield await api.rows(f"/api/v4/{kind}", kind, [("order[id]", "desc"), ("limit", str(PAGE))])
    row = book.find(api.settings.key_field)
    if api.settings.search is SearchWay.filter and row is not None:
        yield await api.rows(f"/api/v4/{kind}", kind, [(f"filter[custom_fields_values][{row.id}][]", key)])
    yield await api.rows(f"/api/v4/{kind}", kind, _asked(key))


def _asked(words: str) -> Query:
    return [("query", words)]
