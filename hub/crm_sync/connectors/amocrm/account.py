"""What an account consists of: users, pipelines, fields, companies; lists that change rarely are kept for a while.

Source: https://www.amocrm.ru/developers/content/crm_platform/account-info, .../users-api (administrators only),
.../leads_pipelines, .../entity-links-api (read 2026-11-22).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.crm_sync.base import CrmSchema, CrmStage, CrmUser, OwnField, Refused
from hub.crm_sync.connectors.amocrm.api import PAGE, Api, Query, Row, embedded
from hub.crm_sync.connectors.amocrm.bodies import number, one_line
from hub.crm_sync.connectors.amocrm.fields import FieldBook, read_book
from hub.crm_sync.connectors.amocrm.snapshots import COMPANY, CONTACT, ENTITIES, LEAD, OUTCOMES
from hub.domain.crm import CrmRef
from hub.domain.errors import OutcomeUnknown, PermanentFailure, ProviderError
from hub.domain.ports import Clock
from hub.net.payloads import Json

_KEPT = timedelta(minutes=10)


class Account:
    """One account as its settings are; remembers lists for ten minutes."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._lists: dict[str, tuple[datetime, Sequence[Row]]] = {}
        self._own_user = self._chat_account = ""

    async def describe(self) -> CrmSchema:
        """Return users, stages and fields, asked for anew."""
        self._lists.clear()
        return CrmSchema(
            users=await self._users(),
            stages=_stages(await self._pipelines()),
            fields=(*await self._own_fields(CONTACT), *await self._own_fields(LEAD)),
            own_user=await self.own_user(),
        )

    async def book(self, kind: str) -> FieldBook:
        """Return the fields of cards, companies or leads."""
        return read_book(await self._kept(f"/api/v4/{kind}/custom_fields", "custom_fields"))

    async def own_user(self) -> str:
        """Return the user whose token we have."""
        if not self._own_user:
            self._own_user = str((await self._api.read("/api/v4/account")).get("current_user_id") or "")
        return self._own_user

    async def chat_account(self) -> str:
        """Return the account's id in the chats.

        Raises:
            PermanentFailure: the account has none, so it has no chats.
        """
        if not self._chat_account:
            told = await self._api.read("/api/v4/account", [("with", "amojo_id")])
            self._chat_account = str(told.get("amojo_id") or "")
        if not self._chat_account:
            raise PermanentFailure("the account has no chats", reason=Refused.plan)
        return self._chat_account

    async def chat_user(self, user: str) -> str:
        """Return a user's id in the chats, empty if that is not known."""
        return next((next(iter(each.also), "") for each in await self._users() if each.id == user), "")

    async def place(self, stage: str, pipeline: str) -> dict[str, Json]:
        """Return where a lead goes. A stage belongs to one pipeline, won and lost to all."""
        where: dict[str, Json] = {"status_id": number(stage)} if stage else {}
        found = pipeline if stage in OUTCOMES or not stage else await self._pipeline_of(stage) or pipeline
        return {**where, "pipeline_id": number(found)} if found else where

    async def company(self, name: str) -> str:
        """Return the number of the company of this name, made if there is none."""
        wanted = one_line(name)
        rows = await self._api.rows(f"/api/v4/{COMPANY}", COMPANY, [("query", wanted), ("limit", str(PAGE))])
        same = [row for row in rows if str(row.get("name", "")).casefold() == wanted.casefold() and row.get("id")]
        made = same[0] if same else await self._api.write_one(f"/api/v4/{COMPANY}", COMPANY, {"name": wanted})
        return str(made["id"])

    async def link_company(self, ref: CrmRef, company: str) -> None:
        """Make a company a card's; repeating it changes nothing."""
        link = [{"to_entity_id": number(company), "to_entity_type": COMPANY}]
        await self._api.write("POST", f"/api/v4/{ref.kind}/{number(ref.id)}/link", link)

    async def link_made(self, ref: CrmRef, company: str) -> None:
        """Link a card just made; whatever goes wrong, the card has to be found then and not made again."""
        try:
            await self.link_company(ref, company)
        except ProviderError as error:
            raise OutcomeUnknown(f"the card is made, its company is not linked: {error}", error.status) from error

    async def with_company_name(self, record: Row) -> Row:
        """Return a card with the name of its company, which the card itself does not tell."""
        box, companies = record.get("_embedded"), embedded(record, COMPANY)
        if not companies or not isinstance(box, dict) or not str(companies[0].get("id")).isdigit():
            return record
        company = await self._api.read(f"/api/v4/{COMPANY}/{companies[0]['id']}")
        return {**record, "_embedded": {**box, COMPANY: [{**companies[0], "name": company.get("name") or ""}]}}

    async def _users(self) -> tuple[CrmUser, ...]:
        """Return the users, none where the token's user may not see them: `check` says that."""
        try:
            rows = await self._kept("/api/v4/users", "users", [("with", "phone_number,amojo_id")])
        except PermanentFailure as error:
            if error.reason != Refused.forbidden:
                raise
            return ()
        return tuple(_user(row) for row in rows if row.get("id"))

    async def _own_fields(self, kind: str) -> tuple[OwnField, ...]:
        rows = (await self.book(kind)).rows
        return tuple(OwnField(ENTITIES[kind], row.code or row.id, row.name) for row in rows)

    async def _pipeline_of(self, stage: str) -> str:
        for row in await self._pipelines():
            if stage in {str(status.get("id")) for status in embedded(row, "statuses")}:
                return str(row.get("id") or "")
        return ""

    async def _pipelines(self) -> Sequence[Row]:
        return await self._kept("/api/v4/leads/pipelines", "pipelines")

    async def _kept(self, path: str, name: str, query: Query = ()) -> Sequence[Row]:
        kept = self._lists.get(path)
        if kept is None or self._clock.now() - kept[0] > _KEPT:
            kept = self._clock.now(), await self._api.all_rows(path, name, query)
            self._lists[path] = kept
        return kept[1]


def _stages(pipelines: Sequence[Row]) -> tuple[CrmStage, ...]:
    found: dict[str, CrmStage] = {}
    for row in pipelines:
        for status in embedded(row, "statuses"):
            stage = str(status.get("id"))
            outcome = OUTCOMES.get(stage, "open")
            pipeline = str(row.get("id") or "") if outcome == "open" else ""
            found.setdefault(stage, CrmStage(stage, _stage_name(status, row, outcome), outcome, pipeline))
    return tuple(found.values())


def _stage_name(status: Row, pipeline: Row, outcome: str) -> str:
    name = str(status.get("name") or "")
    return f"{pipeline.get('name')}: {name}" if outcome == "open" else name


def _user(row: Row) -> CrmUser:
    rights: Mapping[str, Json] = row["rights"] if isinstance(row.get("rights"), dict) else {}
    return CrmUser(
        id=str(row["id"]),
        name=str(row.get("name") or ""),
        email=str(row.get("email") or ""),
        phone=str(row.get("phone_number") or ""),
        is_active=bool(rights.get("is_active", True)),
        also=(str(row["amojo_id"]),) if row.get("amojo_id") else (),
    )
