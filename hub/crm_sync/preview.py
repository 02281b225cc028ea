"""What would be written of clients into a CRM under a draft of the rules, beside what is under those in force.

The mapping of the synchronisation over stored rows; the CRM is not asked and nothing is written. It is the hub's side
alone: what people changed there since is kept by `hub.crm_sync.compare`, whatever is shown here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hub.crm_sync.account import Account
from hub.crm_sync.mapping import OWN, Client, values_of_lead
from hub.domain.crm import CrmField
from hub.domain.ids import ContactId, LeadId
from hub.domain.lead import Lead
from hub.store import crm_cards, crm_previews
from hub.store.crm_cards import ClientRows
from hub.store.reports import reading


@dataclass(frozen=True, slots=True)
class LeadSketch:
    """A lead as the hub would have it there.

    `stage` is the id there, empty where the hub has no opinion; `pipeline` is where a new one begins. `fields` are
    values by the CRM's codes, without empty ones. `is_new`: it is not there yet.
    """

    id: LeadId
    is_new: bool
    owner: str
    stage: str
    pipeline: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CardSketch:
    """A client's card as the hub would have it there, with the leads that go there; `owner` is the CRM's user id."""

    name: str
    owner: str
    fields: Mapping[str, str]
    leads: tuple[LeadSketch, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """One client under the rules in force and under the draft."""

    contact_id: ContactId
    now: CardSketch
    becomes: CardSketch

    @property
    def is_changed(self) -> bool:
        """Tell whether the draft writes anything else."""
        return self.now != self.becomes


async def preview_clients(present: Account, draft: Account, *, limit: int) -> list[Preview]:
    """Return the clients who were last in touch under both rules, the latest first; `limit` of them at most."""
    async with reading(present.office.pool) as connection:
        found = []
        for contact_id in await crm_previews.list_latest(connection, limit=limit):
            rows = await crm_cards.find_client(connection, contact_id)
            if rows is not None:
                brought = await crm_previews.list_brought_leads(connection, present.connection_id, list(rows.ids))
                found.append(preview(rows, present, draft, brought=brought))
    return found


def preview(rows: ClientRows, present: Account, draft: Account, *, brought: Collection[int]) -> Preview:
    """Return a client under both rules; `brought` are the leads that are there already."""
    now, becomes = (sketch(Client(account, rows), brought) for account in (present, draft))
    return Preview(rows.contact.id, now, becomes)


def sketch(client: Client, brought: Collection[int]) -> CardSketch:
    """Return a client's card as the hub would have it there; a lead that ended before it was brought stays here."""
    values = client.values()
    leads = client.rows.leads if client.account.rules.makes_requests else ()
    return CardSketch(
        name=values[CrmField.name] or "",
        owner=values[CrmField.owner] or "",
        fields=_own_fields(values),
        leads=tuple(
            _lead(client, lead, is_there=lead.id in brought) for lead in leads if lead.is_open or lead.id in brought
        ),
    )


def _lead(client: Client, lead: Lead, *, is_there: bool) -> LeadSketch:
    values = values_of_lead(client, lead)
    return LeadSketch(
        id=lead.id,
        is_new=not is_there,
        owner=values[CrmField.owner] or "",
        stage=values[CrmField.stage] or "",
        pipeline="" if is_there else client.account.rules.pipeline,
        fields=_own_fields(values),
    )


def _own_fields(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN) and value}
