"""Binds the form behind a link to connect: what is asked for, and what becomes of what was typed.

The same as `hub connect` does at a terminal: the adapter's own model says what is wrong, the settings are tried before
they are saved, and encrypted. A link is used up by a connection that works, in the same commit; until then, and within
its fifteen minutes, what was wrong can be corrected. Secrets are never shown again, not even to who just typed them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bots.screens.admin_connect import kind_name
from bots.screens.quoting import one_line
from bots.texts import Texts
from hub.app.adapters import UNSAVED, channel_class, check_connection, public_address
from hub.app.connecting import NameTaken, NewConnection, Wanted, save_connection
from hub.app.office import Building
from hub.app.setup_steps import list_setup_steps
from hub.channels.base import Subscribes
from hub.channels.typed_settings import find_wrong_fields, read_value
from hub.crm_sync.calling import CrmContext
from hub.domain.delivery import Lane
from hub.domain.errors import ConfigError, HubError, NotFound, RateExceeded
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.inbox.connect_links import LinkOver, Made, OpenLink, open_link, use_link
from hub.store.pool import Connection
from hub.web.connect_page import ConnectField, ConnectPage, Input

REQUESTS_PER_SECOND = 0.2
REQUESTS_AT_ONCE = 30
_NAME_LIMIT = 60
_NAME, _LINE, _SETTING = "name", "line", "s."
_ON = "on"
_NO_RATES = LocalRates()
_log = structlog.get_logger()
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form as it was typed: the link, what stands in it, and what is wrong: with settings, the whole, the name."""

    link: OpenLink
    typed: Typed
    faults: Mapping[str, str]
    fault: str = ""
    fault_of_name: str = ""


class ConnectForm:
    """Answers for the links of this installation."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._default = Texts(building.ground.config.language)

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach us by https."""
        return self._building.ground.config.public_url.startswith("https:")

    @property
    def public_host(self) -> str:
        """Return host and port of the public address; empty without one."""
        return urlsplit(self._building.ground.config.public_url.lower()).netloc

    async def show(self, token: str, remote: str) -> ConnectPage:
        """Return what is asked for; changes nothing. Raises: RateExceeded."""
        found = await self._find(token, remote)
        return found if isinstance(found, ConnectPage) else self._form(_Filled(found, {}, {}))

    async def save(self, token: str, given: Typed, remote: str) -> ConnectPage:
        """Try what was typed, save it and tell the person's chat, or return what is wrong. Commits.

        Raises: as `show`.
        """
        found = await self._find(token, remote)
        if isinstance(found, ConnectPage):
            return found
        model = channel_class(found.kind).settings_model
        try:
            settings = _read(model, given)
            wrong = find_wrong_fields(model, settings, set())
        except ConfigError as error:
            return self._form(_Filled(found, given, {}, self._say(found, str(error))))
        if wrong:
            return self._form(_Filled(found, given, {name: self._said(found, name, wrong[name]) for name in wrong}))
        return await self._connect(found, settings, given)

    async def _find(self, token: str, remote: str) -> OpenLink | ConnectPage:
        """Return the link of a token, or the page that says why there is none; guessing is slowed down by address."""
        bucket = f"connect:{remote}"
        rates = self._building.hints.rates
        wait = await rates.take(bucket, per_second=REQUESTS_PER_SECOND, burst=REQUESTS_AT_ONCE)
        if wait.total_seconds() > 0:
            raise RateExceeded("too many requests for links to connect from one address", wait)
        try:
            return await open_link(self._building.office, token)
        except LinkOver:
            return ConnectPage(self._default("connect.over"), self._default.language, status=410)
        except NotFound:
            return ConnectPage(self._default("connect.unknown"), self._default.language, status=404)

    async def _connect(self, link: OpenLink, settings: Mapping[str, Any], given: Typed) -> ConnectPage:
        """Try and save; where that fails, however it does, the link may be used again."""
        texts = Texts(link.manager.language)
        try:
            new = await self._try_and_save(link, settings, given)
        except LinkOver:
            return ConnectPage(texts("connect.busy"), texts.language, status=409)
        except NotFound:
            return ConnectPage(texts("connect.unknown"), texts.language, status=404)
        except NameTaken as error:
            self._refused(link, error)
            return self._form(_Filled(link, given, {}, fault_of_name=texts("connect.name_taken")))
        except HubError as error:
            self._refused(link, error)
            return self._form(_Filled(link, given, {}, self._say(link, str(error))))
        self._building.office.wakeup.wake(Lane.notify)
        _log.info("connect.connected", kind=link.kind, manager_id=link.manager.id, connection_id=new.id)
        return await self._done(link, new)

    async def _try_and_save(self, link: OpenLink, settings: Mapping[str, Any], given: Typed) -> NewConnection:
        """Try the settings and save the connection, if whoever tries them still may.

        Raises: ConfigError, ProviderError, NotFound, LinkOver: it cannot be, and why.
        """
        ground, office = self._building.ground, self._building.office
        tried = await check_connection(ground, link.kind, settings, self._building.http)
        if not tried.is_ok:
            raise ConfigError("; ".join(tried.say(link.manager.language)) or "the test failed")
        line = given.get(_LINE, "")
        name = one_line(given.get(_NAME, ""), _NAME_LIMIT) or link.kind
        wanted = Wanted(link.kind, name, settings, line if line in office.policy().lines else "")

        async def use(connection: Connection, new: NewConnection) -> None:
            await use_link(connection, office, link, made=Made(new.id, new.name))

        return await save_connection(ground, wanted, use)

    async def _done(self, link: OpenLink, new: NewConnection) -> ConnectPage:
        """Return that it is connected, with what is left to press at the provider, or to do where that did not go."""
        texts = Texts(link.manager.language)
        lines = [texts("connect.told"), *([texts("connect.address", url=new.url)] if new.url else []), *new.steps]
        try:
            lines += await self._introduce(new, texts.language)
        except HubError as error:
            _log.warning("connect.not_introduced", connection_id=new.id, code=error.code)
            lines += [texts("connect.untold_provider", reason=self._say(link, str(error))), texts("connect.next_step")]
        return ConnectPage(texts("connect.done", name=new.name), texts.language, tuple(lines))

    async def _introduce(self, new: NewConnection, language: str) -> Sequence[str]:
        """Start using a connection here and tell the provider our address; returns what it says.

        Raises: HubError: it was not taken, and why; or the connection could not be read again.
        """
        await self._building.connections.reload()
        channel: object = self._building.connections.channel_of(new.id)
        if not isinstance(channel, Subscribes):
            return ()
        told = await channel.subscribe()
        if not told.is_ok:
            raise ConfigError("; ".join(told.say(language)))
        return told.say(language)

    def _refused(self, link: OpenLink, error: HubError) -> None:
        _log.info("connect.refused", kind=link.kind, manager_id=link.manager.id, code=error.code)

    def _form(self, filled: _Filled) -> ConnectPage:
        """Return the form with what was typed; what is needed or wrong comes first, the rest may be left alone."""
        link, texts = filled.link, Texts(filled.link.manager.language)
        fields = channel_class(link.kind).settings_model.model_fields
        asked = {name: self._ask(filled, name, field) for name, field in fields.items()}
        first = [name for name, field in fields.items() if field.is_required() or name in filled.faults]
        is_marked = bool(filled.faults or filled.fault_of_name)
        return ConnectPage(
            title=texts("connect.title", kind=kind_name(texts, link.kind)),
            language=texts.language,
            lines=self._steps(link),
            fault=filled.fault or (texts("connect.wrong") if is_marked else ""),
            fields=(*self._named(filled, texts), *(asked[name] for name in first)),
            more=tuple(field for name, field in asked.items() if name not in first),
            more_label=texts("connect.more"),
            button=texts("connect.button"),
            status=422 if is_marked or filled.fault else 200,
        )

    def _steps(self, link: OpenLink) -> tuple[str, ...]:
        ground = self._building.ground
        url = public_address(ground.config.public_url, link.kind, UNSAVED)
        context = CrmContext(
            ConnectionId(0), link.kind, ground.clock, self._building.http, _NO_RATES, ground.files.read, public_url=url
        )
        return list_setup_steps(link.kind, {}, context, link.manager.language)

    def _named(self, filled: _Filled, texts: Texts) -> Sequence[ConnectField]:
        lines = self._building.office.policy().lines
        choices = (("", texts("connect.by_rules")), *((str(key), line.name) for key, line in lines.items()))
        name = filled.typed.get(_NAME, filled.link.kind)
        return (
            ConnectField(_NAME, texts("connect.name"), value=name, is_required=True, fault=filled.fault_of_name),
            ConnectField(_LINE, texts("connect.line"), Input.choice, filled.typed.get(_LINE, ""), choices),
        )

    def _ask(self, filled: _Filled, name: str, field: FieldInfo) -> ConnectField:
        question = self._building.speech.ask(name, field, filled.link.manager.language)
        shown = _input_of(field)
        typed = filled.typed.get(f"{_SETTING}{name}", "")
        value = "" if shown is Input.hidden else typed if filled.typed else _default_of(field)
        fault = filled.faults.get(name, "")
        return ConnectField(f"{_SETTING}{name}", question, shown, value, _choices_of(field), field.is_required(), fault)

    def _say(self, link: OpenLink, text: str) -> str:
        return self._building.speech.say(text, link.manager.language)

    def _said(self, link: OpenLink, name: str, fault: str) -> str:
        """Return what is wrong with a setting, without its name: it stands at its question."""
        told = self._say(link, fault)
        return told.rpartition(f"{name}: ")[2] or told


def _read(model: type[BaseModel], given: Typed) -> dict[str, Any]:
    """Return what was typed as settings; what is empty is left to its default. Raises: ConfigError."""
    settings: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        shown, typed = _input_of(field), given.get(f"{_SETTING}{name}", "")
        if shown is Input.check:
            settings[name] = typed == _ON
        elif shown is Input.hidden and typed:
            settings[name] = typed
        elif typed.strip():
            settings[name] = read_value(model, name, typed.strip())
    return settings


def _input_of(field: FieldInfo) -> Input:
    kinds = (field.annotation, *get_args(field.annotation))
    if SecretStr in kinds:
        return Input.hidden
    if field.annotation is bool:
        return Input.check
    return Input.choice if _choices_of(field) else Input.text


def _choices_of(field: FieldInfo) -> tuple[tuple[str, str], ...]:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        values = [str(each) for each in get_args(annotation)]
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        values = [str(each.value) for each in annotation]
    else:
        return ()
    return tuple((value, value) for value in values)


def _default_of(field: FieldInfo) -> str:
    """Return the default as it would be typed; what is no plain value is left empty."""
    default = field.get_default(call_default_factory=True) if not field.is_required() else None
    match default:
        case bool():
            return _ON if default else ""
        case Enum():
            return str(default.value)
        case str() | int() | float():
            return str(default)
        case tuple() | list() | frozenset() if all(isinstance(each, str) for each in default):
            return ", ".join(sorted(default) if isinstance(default, frozenset) else default)
        case _:
            return ""
