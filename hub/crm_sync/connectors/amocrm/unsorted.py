"""Leads that wait unsorted: made at a card, and found by our key.

Source: https://www.amocrm.ru/developers/content/crm_platform/unsorted-api and .../leads-api#leads-complex-add (read
2026-11-22). The methods of the unsorted take a new card with each form; the complex one takes a card by its number and
makes the lead an unsorted one if metadata are given, so it is the one used. Two equal ones are refused. The form's
number is our key, and the list of the unsorted shows it.
"""

from hub.crm_sync.connectors.amocrm.api import PAGE, Api, Row, embedded
from hub.domain.errors import OutcomeUnknown


async def make_unsorted(api: Api, body: Row, metadata: Row, key: str) -> Row:
    """Make an unsorted lead of a card and return its row; `merged` tells that it was joined with an open one."""
    card = {"id": body["_embedded"]["contacts"][0]["id"]}
    lead = {**body, "_embedded": {"contacts": [card], "metadata": metadata}, "request_id": key}
    told = await api.write("POST", "/api/v4/leads/complex", [lead])
    made = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {}
    if not made.get("id"):
        raise OutcomeUnknown("amoCRM says it has made a lead and does not say which")
    return made


async def find_unsorted(api: Api, key: str) -> str:
    """Return the number of the lead that waits unsorted with this key, empty if there is none."""
    query = [("order[created_at]", "desc"), ("limit", str(PAGE))]
    for row in await api.rows("/api/v4/leads/unsorted", "unsorted", query):
        told, leads = row.get("metadata"), embedded(row, "leads")
        if isinstance(told, dict) and told.get("form_id") == key and leads and leads[0].get("id"):
            return str(leads[0]["id"])
    return ""
