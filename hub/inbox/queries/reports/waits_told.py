"""A wait as a row of a list: which conversation, whose, on which line, how and when the client asked."""

from collections.abc import Sequence

from hub.domain.wait import Wait
from hub.domain.words import Words
from hub.inbox.queries.reports.asking import Question
from hub.inbox.queries.reports.tables import Column, Form, Row
from hub.store import reports
from hub.store.pool import Connection

WAIT_COLUMNS = (
    Column("number", Words("№", "no."), Form.number),
    Column("client", Words("клиент", "client")),
    Column("line", Words("линия", "line")),
    Column("channel", Words("канал", "channel")),
    Column("started_at", Words("обратился", "asked"), Form.instant),
)


async def list_wait_rows(connection: Connection, question: Question, waits: Sequence[Wait]) -> list[Row]:
    """Return rows of `WAIT_COLUMNS`, in the given order."""
    known = await reports.list_conversations(connection, [int(wait.conversation_id) for wait in waits])
    return [
        (
            *known.get(int(wait.conversation_id), (None, "")),
            question.line_name(wait.line),
            wait.channel,
            wait.started_at,
        )
        for wait in waits
    ]
