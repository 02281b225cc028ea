"""RP-9: how the exchange with the outside is, as it is now: the period does not matter, nor do filters.

What works and what does not, how long the oldest waits in each lane, what was set aside, and what was found only by
comparing: events that telephony had not reported, changes that no webhook of a CRM had told of. The same facts as
`hub status`, kept as figures; there is nothing of clients in it.
"""

from collections.abc import Mapping

from hub.domain.health import ConnectionHealth, Health, LaneHealth
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.tables import Column, Form, Report, Row, Table, upright
from hub.store import receipts
from hub.store.pool import Connection
from hub.store.status import read_health

NAME = Words("Здоровье подключений", "Health of connections")
_SHOWN = 100
_VALUE = Column("value", Words("сейчас", "now"), Form.whole)
_DIFFERENCES = Words("найдено только сверкой", "found only by comparing")
_LAG = Words("ждёт дольше всего", "waits longest")
_STATES: Mapping[str, Words] = {
    "active": Words("работает", "active"),
    "paused": Words("приостановлено", "paused"),
    "down": Words("не работает", "down"),
}
_LANES: Mapping[str, Words] = {
    "in client": Words("от клиентов", "from clients"),
    "in manager_bot": Words("от менеджеров", "from managers"),
    "out reply": Words("ответы клиентам", "replies"),
    "out notify": Words("уведомления менеджерам", "notices"),
    "out call": Words("звонки", "calls"),
    "out media": Words("файлы клиентов", "files of clients"),
    "out crm": Words("CRM", "CRM"),
    "out webhook": Words("вебхуки наружу", "webhooks"),
}
_CONNECTIONS = (
    Column("name", Words("подключение", "connection")),
    Column("kind", Words("вид", "kind")),
    Column("state", Words("состояние", "state")),
    Column("since", Words("с", "since"), Form.instant),
    Column("last", Words("последнее", "last"), Form.instant),
    Column("lag", _LAG, Form.seconds),
    Column("differences", _DIFFERENCES, Form.whole),
    Column("refused", Words("не принято CRM", "refused by the CRM"), Form.whole),
    Column("reason", Words("причина", "reason"), Form.reason),
)
_LANE_COLUMNS = (
    Column("lane", Words("очередь", "lane")),
    Column("waiting", Words("ждут", "waiting"), Form.whole),
    Column("lag", _LAG, Form.seconds),
)
_PARKED_COLUMNS = (
    Column("id", Words("№", "no."), Form.whole),
    Column("name", Words("подключение", "connection")),
    Column("at", Words("пришло", "came"), Form.instant),
    Column("reason", Words("причина", "reason"), Form.reason),
)


async def build(connection: Connection, question: Question) -> Report:
    """Return the report (RP-9)."""
    health = await read_health(connection, now=question.now)
    parked = await receipts.list_parked(connection, limit=_SHOWN)
    tables = (
        _summary(health),
        Table(
            "connections",
            Words("Подключения", "Connections"),
            _CONNECTIONS,
            tuple(_connection(each, question.language) for each in health.connections),
        ),
        Table(
            "lanes",
            Words("Очереди", "Lanes"),
            _LANE_COLUMNS,
            tuple(_lane(each, question.language) for each in health.lanes),
        ),
        Table(
            "parked",
            Words("Отложенные сообщения", "Payloads set aside"),
            _PARKED_COLUMNS,
            tuple((each.id, each.connection, each.received_at, each.reason) for each in parked),
        ),
    )
    return Report("rp-9", NAME, tuple(each for each in tables if each.rows))


def _summary(health: Health) -> Table:
    wrong = health.wrong
    lag = max((each.lag.total_seconds() for each in health.lanes), default=0.0)
    figures: tuple[tuple[Column, Row], ...] = (
        (Column("connections", Words("подключений", "connections"), Form.whole), (len(health.connections),)),
        (
            Column("not_working", Words("из них не работают", "of them not working"), Form.whole),
            (sum(not each.is_up for each in health.connections),),
        ),
        (Column("lag", _LAG, Form.seconds), (lag,)),
        (Column("parked", Words("отложено сообщений", "payloads set aside"), Form.whole), (wrong["payload parked"],)),
        (
            Column("unsent", Words("не отправлено или неизвестно", "not sent, or nobody knows"), Form.whole),
            (sum(count for what, count in wrong.items() if what.startswith("delivery")),),
        ),
        (Column("differences", _DIFFERENCES, Form.whole), (sum(map(_differences, health.connections)),)),
    )
    return upright("summary", NAME, figures, (_VALUE,))


def _connection(each: ConnectionHealth, language: str) -> Row:
    state = _STATES.get(each.state, Words(each.state, each.state)).say(language)
    lag = each.crm.lag.total_seconds() if each.crm else None
    refused = each.crm.refused if each.crm else None
    reason = each.reason or (each.crm.rest_reason if each.crm else "")
    return (
        *(each.name, each.kind, state, each.since, each.last_success_at),
        *(lag, _differences(each), refused, reason),
    )


def _differences(each: ConnectionHealth) -> int:
    """Return what only comparing has found so far: with telephony, or with a CRM."""
    return each.overlooked + (each.crm.drift if each.crm else 0)


def _lane(each: LaneHealth, language: str) -> Row:
    named = f"{each.way} {each.lane}"
    return _LANES.get(named, Words(named, named)).say(language), each.waiting, each.lag.total_seconds()
