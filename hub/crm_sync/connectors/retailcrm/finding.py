"""Finds records of retailCRM: customers by number or e-mail, ours by key or mark, and what became of one that is gone.

`filter[name]` of customers searches numbers too, by the vendor's form of search; the page of the API names names only
(not verified), so every spelling is asked for until one yields a customer whose canonical number is equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.crm_sync.base import Gone, Match, MergedInto, Written
from hub.crm_sync.connectors.retailcrm import reading
from hub.crm_sync.connectors.retailcrm.api import PATHS, Query, RetailApi, items, mapping, text_of
from hub.crm_sync.connectors.retailcrm.stages import StageBook
from hub.crm_sync.wording import phone_spellings
from hub.domain.crm import CrmRef
from hub.net.payloads import Json

PAGE = ("limit", "100")


async def find_matches(api: RetailApi, book: StageBook, phones: Sequence[str], emails: Sequence[str]) -> list[Match]:
    """Return the customers with one of these; of several also whether an order is open and when the last was made."""
    asked, found = (*phones, *emails), dict[CrmRef, Match]()
    for phone in phones:
        for spelling in phone_spellings(phone):
            if matches := await _search(api, ("filter[name]", spelling), asked):
                found |= {match.ref: match for match in matches}
                break
    for email in emails:
        found |= {match.ref: match for match in await _search(api, ("filter[email]", email), asked)}
    if len(found) < 2:
        return list(found.values())
    return [await _with_orders(api, book, match) for match in found.values()]


async def orders_of(api: RetailApi, ref: CrmRef) -> Sequence[Mapping[str, Json]]:
    """Return the orders of a customer, newest first."""
    answer = await api.read("orders", (("filter[customerId]", ref.id), PAGE))
    return sorted(items(answer, "orders"), key=lambda order: str(order.get("createdAt")), reverse=True)


async def find_keyed(api: RetailApi, kind: str, key: str) -> Written | None:
    """Return the customer or order with our key as its external id."""
    answer = await api.find(f"{PATHS[kind]}/{key}", api.by_key())
    return None if answer is None else reading.written(api, kind, mapping(answer, kind), is_existing=True)


async def find_marked(api: RetailApi, kind: str, mark: str, query: Query) -> Written | None:
    """Return the note or task that carries our mark, among those that `query` finds."""
    path, name = ("customers/notes", "notes") if kind == "note" else ("tasks", "tasks")
    for record in items(await api.read(path, (*query, PAGE)), name):
        if mark in f"{record.get('text')} {record.get('commentary')}":
            return reading.written(api, kind, record, is_existing=True)
    return None


async def what_became_of(api: RetailApi, ref: CrmRef) -> Gone | MergedInto:
    """Return whether a record that is not there was joined with another: the history tells."""
    if ref.kind in {"customer", "order"}:
        answer = await api.read(f"{PATHS[ref.kind]}/history", ((f"filter[{ref.kind}Id]", ref.id), PAGE))
        for row in items(answer, "history"):
            if into := text_of(mapping(row, "combinedTo").get("id")):
                return MergedInto(ref, CrmRef(ref.kind, into))
    return Gone(ref)


async def _search(api: RetailApi, term: tuple[str, str], asked: Sequence[str]) -> Sequence[Match]:
    answer = await api.read("customers", (term, PAGE))
    found = (reading.match_of(api, customer, asked) for customer in items(answer, "customers"))
    return [match for match in found if match is not None]


async def _with_orders(api: RetailApi, book: StageBook, match: Match) -> Match:
    orders = await orders_of(api, match.ref)
    outcomes = [await book.outcome(text_of(order.get("status"))) for order in orders]
    times = [at for order in orders if (at := api.instant(order.get("createdAt")))]
    newest = max((*times, *((match.active_at,) if match.active_at else ())), default=None)
    return replace(match, has_open_request="open" in outcomes, active_at=newest)
