"""The portal's fields and sources, looked up before anything is written: it ignores unknown names in silence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.crm_sync.base import OwnField, Refused
from hub.crm_sync.connectors.bitrix24.records import ENTITIES, number_of, plain
from hub.crm_sync.connectors.bitrix24.wire import Portal
from hub.domain.errors import PermanentFailure, TemporaryFailure
from hub.net.payloads import Json

_WRITTEN_ALREADY = frozenset(
    {
        "id", "title", "name", "secondName", "lastName", "assignedById", "companyId", "companyIds", "contactId",
        "contactIds", "contacts", "stageId", "categoryId", "opportunity", "comments", "fm", "originatorId", "originId",
        "originVersion", "sourceId", "utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm",
    }
)  # fmt: skip
_SIMPLE = frozenset(
    {"string", "text", "char", "integer", "double", "boolean", "date", "datetime", "url", "enumeration"}
)


@dataclass(slots=True)
class OwnFields:
    """The fields of the portal's records, read once; a name that is not among them is looked for again."""

    portal: Portal
    _known: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)

    async def checked(self, kind: str, values: Mapping[str, str]) -> dict[str, object]:
        """Return `values` to be written.

        Raises:
            PermanentFailure: `invalid`, a name is no field of this kind of record that can be written.
        """
        if values and (kind not in self._known or any(code not in self._known[kind] for code in values)):
            self._known[kind] = await self._read(kind)
        for code in values:
            if _is_closed(self._known[kind].get(code)):
                raise PermanentFailure(f"Bitrix24: {kind} has no field {code} to write", reason=Refused.invalid)
        return dict(values)

    async def source_fields(self, source: str, *about: str) -> dict[str, object]:
        """Return where somebody came from: the portal's source of this code or name, else words beside it."""
        known = await self._source_id(source)
        words = "\n".join(part for part in ("" if known else source, *about) if part)
        return {"sourceDescription": plain(words), **({"sourceId": known} if known else {})}

    async def listed(self, kind: str) -> tuple[OwnField, ...]:
        """Return the fields that people may map: their own, and simple ones the hub has no word for."""
        known = self._known[kind] = await self._read(kind)
        return tuple(
            OwnField(ENTITIES[kind], code, str(about.get("title") or ""))
            for code, about in known.items()
            if not _is_closed(about) and code not in _WRITTEN_ALREADY and _is_simple(about)
        )

    async def _source_id(self, source: str) -> str:
        if source and not self._sources:
            asked = {"filter": {"ENTITY_ID": "SOURCE"}, "order": {"SORT": "ASC"}}
            for row in await self.portal.read_all("crm.status.list", asked):
                code = str(row.get("STATUS_ID") or "")
                self._sources |= {code.casefold(): code, str(row.get("NAME") or code).casefold(): code}
        return self._sources.get(source.casefold(), "")

    async def _read(self, kind: str) -> Mapping[str, Json]:
        asked = {"entityTypeId": number_of(kind), "useOriginalUfNames": "Y"}
        result = (await self.portal.read("crm.item.fields", asked))["result"]
        fields = result.get("fields") if isinstance(result, dict) else None
        if not isinstance(fields, dict):
            raise TemporaryFailure("the fields were answered in a form that is none")
        return {code: about for code, about in fields.items() if isinstance(about, dict)}


def _is_closed(about: Mapping[str, Json] | None) -> bool:
    return about is None or bool(about.get("isReadOnly"))


def _is_simple(about: Mapping[str, Json]) -> bool:
    return about.get("type") in _SIMPLE and not about.get("isMultiple")
