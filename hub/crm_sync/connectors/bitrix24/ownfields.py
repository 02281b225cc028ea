"""The portal's fields and sources, looked up before anything is written: it ignores unknown names in silence.

Values go as text. Of a list the portal wants the number of a choice, where it names them; a date comes back with the
time of its midnight, a whole number perhaps with a point: both are read as they were written.
"""

from collections.abc import Collection, Mapping, Sequence
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
_SIMPLE = frozenset({"string", "text", "char", "integer", "double", "date", "url"})
_LIST, _DATE = "enumeration", "date"


@dataclass(slots=True)
class OwnFields:
    """The fields of the portal's records, read once; a name that is not among them is looked for again."""

    portal: Portal
    _known: dict[str, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)

    async def checked(self, kind: str, values: Mapping[str, str]) -> dict[str, object]:
        """Return `values` to be written.

        Raises:
            PermanentFailure: `invalid`, a name is no field of this kind of record that can be written.
        """
        known = await self._fields(kind, values)
        for code in values:
            if _is_closed(known.get(code)):
                raise PermanentFailure(f"Bitrix24: {kind} has no field {code} to write", reason=Refused.invalid)
        return {code: _as_written(known[code], value) for code, value in values.items()}

    async def read(self, kind: str, item: Mapping[str, Json], codes: Sequence[str]) -> dict[str, str]:
        """Return the values of own fields as text."""
        known = await self._fields(kind, codes)
        return {code: _as_read(known.get(code, {}), item.get(code)) for code in codes}

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

    async def _fields(self, kind: str, codes: Collection[str]) -> Mapping[str, Mapping[str, Json]]:
        """Return what is known of fields, asked for again if one of `codes` is not among them."""
        if codes and (kind not in self._known or any(code not in self._known[kind] for code in codes)):
            self._known[kind] = await self._read(kind)
        return self._known.get(kind, {})

    async def _source_id(self, source: str) -> str:
        if source and not self._sources:
            asked = {"filter": {"ENTITY_ID": "SOURCE"}, "order": {"SORT": "ASC"}}
            for row in await self.portal.read_all("crm.status.list", asked):
                code = str(row.get("STATUS_ID") or "")
                self._sources |= {code.casefold(): code, str(row.get("NAME") or code).casefold(): code}
        return self._sources.get(source.casefold(), "")

    async def _read(self, kind: str) -> Mapping[str, Mapping[str, Json]]:
        asked = {"entityTypeId": number_of(kind), "useOriginalUfNames": "Y"}
        result = (await self.portal.read("crm.item.fields", asked))["result"]
        fields = result.get("fields") if isinstance(result, dict) else None
        if not isinstance(fields, dict):
            raise TemporaryFailure("the fields were answered in a form that is none")
        return {code: about for code, about in fields.items() if isinstance(about, dict)}


def _is_closed(about: Mapping[str, Json] | None) -> bool:
    return about is None or bool(about.get("isReadOnly"))


def _is_simple(about: Mapping[str, Json]) -> bool:
    is_known = about.get("type") in _SIMPLE or (about.get("type") == _LIST and bool(_choices(about)))
    return is_known and not about.get("isMultiple")


def _as_written(about: Mapping[str, Json], value: str) -> str:
    """Return a value as the portal takes it.

    Raises:
        PermanentFailure: `invalid`, it is none of the choices of a list.
    """
    choices = _choices(about)
    if about.get("type") != _LIST or not choices or not value:
        return value
    found = next((number for number, words in choices.items() if words.casefold() == value.strip().casefold()), None)
    if found is None:
        raise PermanentFailure(f"Bitrix24: '{about.get('title')}' has no such choice", reason=Refused.invalid)
    return found


def _as_read(about: Mapping[str, Json], value: Json) -> str:
    """Return a value as it would be written."""
    if isinstance(value, list):
        return ", ".join(_as_read(about, each) for each in value)
    text = "" if value is None else str(value)
    if about.get("type") == _LIST:
        return _choices(about).get(text, text)
    if about.get("type") == _DATE:
        return text.partition("T")[0]
    return text.removesuffix(".0") if isinstance(value, float) else text


def _choices(about: Mapping[str, Json]) -> dict[str, str]:
    """Return the choices of a list by their numbers, none where the portal does not name them."""
    items = about.get("items")
    rows = items if isinstance(items, list) else []
    return {str(row["ID"]): str(row.get("VALUE") or "") for row in rows if isinstance(row, dict) and "ID" in row}
