"""One CRM as a run sees it: its connector, the business's rules for it, who is who, and which stage means what.

Pure apart from `load_account`, which asks the CRM once a day what it consists of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from hub.crm_sync.base import Crm, CrmSchema, CrmStage, Expires
from hub.domain.crm_rules import CrmRules
from hub.domain.identity import IdentityType, canonical_email
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.stages import LeadRules, StageState
from hub.inbox.office import Office
from hub.store import crm_accounts
from hub.store.crm_items import Lease
from hub.store.pool import acquire

ASKED_EVERY = timedelta(hours=24)
_SCHEMA = TypeAdapter(CrmSchema)
Staff = Mapping[tuple[str, str, str], ManagerId]


@dataclass(frozen=True, slots=True)
class Account:
    """What a run needs of a CRM.

    `opens` is an address that opens a conversation once its number stands behind it, `lease` what the run may write
    under, None where nobody else can take over.
    """

    office: Office
    crm: Crm[Any]
    connection_id: ConnectionId
    name: str
    rules: CrmRules
    schema: CrmSchema
    opens: str = ""
    lease: Lease | None = None

    def link_to(self, number: int | None) -> str:
        """Return the address that opens a conversation in the managers' bot, empty if there is none."""
        return f"{self.opens}{number}" if self.opens and number else ""

    def user_of(self, manager_id: ManagerId | None) -> str | None:
        """Return the CRM's id of one of our people, None if it is not known."""
        if manager_id is None:
            return None
        return next((user for user, ours in self._people().items() if ours == manager_id), None)

    def manager_of(self, user: str) -> ManagerId | None:
        """Return whose account a CRM user is, by the user's id or another one of the same person."""
        known = next((each.id for each in self.schema.users if user in each.also), user)
        return self._people().get(known)

    def _people(self) -> dict[str, ManagerId]:
        """Return our people by CRM user: by the mail address both sides know, else as an administrator said."""
        staff = self.office.staff()
        by_mail = {value: ours for (kind, _, value), ours in staff.items() if kind == IdentityType.email}
        found = {
            user.id: by_mail[mail.value]
            for user in self.schema.users
            if (mail := canonical_email(user.email)) is not None and mail.value in by_mail
        }
        scope = str(self.connection_id)
        told = {v: ours for (kind, where, v), ours in staff.items() if (kind, where) == (IdentityType.crm_id, scope)}
        return found | told

    def stage_there(self, key: str) -> str | None:
        """Return the CRM's stage of one of ours, None if it has no opinion."""
        if key in self.rules.stages:
            return self.rules.stages[key]
        stage = self._leads.find_stage(key)
        if stage is None or stage.state is StageState.open:
            return None
        return next((each.id for each in self._stages() if each.outcome == stage.state.value), None)

    def stage_here(self, there: str, now: str) -> str | None:
        """Return our stage of the CRM's, `now` if that one means it already; None if it has no opinion.

        A stage nobody mapped counts by its outcome: won and lost end the lead, an open one says nothing while the lead
        is open and takes it up again if it had ended.
        """
        if self.stage_there(now) == there:
            return now
        named = next((ours for ours, theirs in self.rules.stages.items() if theirs == there), None)
        if named is not None:
            return named
        outcome = next((each.outcome for each in self.schema.stages if each.id == there), "")
        present = self._leads.find_stage(now)
        if not outcome or (present is not None and present.state.value == outcome):
            return None
        meant = self._leads.first_with(StageState(outcome))
        return meant.key if meant else None

    def first_stage(self) -> str:
        """Return the stage there in which a sales chance begins that nobody placed, empty if none is known."""
        return next((each.id for each in self._stages() if each.outcome == StageState.open), "")

    def is_ended(self, there: str) -> bool:
        """Tell whether a stage there is won or lost: nothing of ours moves it back."""
        return any(each.id == there and each.outcome != StageState.open for each in self.schema.stages)

    def _stages(self) -> list[CrmStage]:
        wanted = self.rules.pipeline
        return [each for each in self.schema.stages if not wanted or each.pipeline in ("", wanted)]

    @property
    def _leads(self) -> LeadRules:
        return self.office.policy().leads


async def load_account(office: Office, crm: Crm[Any], connection_id: ConnectionId, name: str) -> Account:
    """Return an account with its schema, asked for again when it is older than a day.

    Raises:
        ProviderError: the CRM cannot be asked and never was.
    """
    async with acquire(office.pool) as connection:
        known = await crm_accounts.find_account(connection, connection_id)
    if known is None or known.described_at is None or known.described_at <= office.clock.now() - ASKED_EVERY:
        schema = await describe(office, crm, connection_id)
    else:
        schema = _SCHEMA.validate_python(known.described)
    return Account(office, crm, connection_id, name, _rules_of(office, name), schema)


async def read_account(office: Office, crm: Crm[Any], connection_id: ConnectionId, name: str) -> Account:
    """Return an account as stored, however old, without asking the CRM; one never asked has nobody and no stages."""
    async with acquire(office.pool) as connection:
        known = await crm_accounts.find_account(connection, connection_id)
    is_known = known is not None and known.described_at is not None
    schema = _SCHEMA.validate_python(known.described) if known and is_known else CrmSchema()
    return Account(office, crm, connection_id, name, _rules_of(office, name), schema)


async def describe(office: Office, crm: Crm[Any], connection_id: ConnectionId) -> CrmSchema:
    """Ask a CRM what it consists of, and store that and when its credentials run out. Commits.

    Raises:
        ProviderError: it cannot be asked now.
    """
    schema = await crm.describe()
    described, now = _SCHEMA.dump_python(schema, mode="json"), office.clock.now()
    async with acquire(office.pool) as connection:
        await crm_accounts.save_described(connection, connection_id, described, at=now)
        if isinstance(crm, Expires):
            await crm_accounts.save_end(connection, connection_id, crm.ends_at())
    return schema


def _rules_of(office: Office, name: str) -> CrmRules:
    return office.policy().crms.get(name, CrmRules())
