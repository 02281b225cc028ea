"""Every report there is: its number, the word by which people ask for it, and what makes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hub.domain.audit import Deed
from hub.domain.errors import NotFound
from hub.domain.rights import Person
from hub.domain.words import Words
from hub.inbox.auditing import note
from hub.inbox.office import Office
from hub.inbox.queries.reports import (
    acceptance,
    calls,
    clients,
    fairness,
    funnel,
    grading,
    health,
    losses,
    lost,
    people,
    quality,
    response,
    sources,
)
from hub.inbox.queries.reports.asking import Asked, Question, resolve
from hub.inbox.queries.reports.tables import Report, beside
from hub.store.pool import Connection
from hub.store.reports import Period, reading

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kind:
    """A report by its rule and its word. `is_of_all_time`: without dates it is about everything there ever was."""

    rule: str
    word: str
    name: Words
    build: Callable[[Connection, Question], Awaitable[Report]]
    is_of_all_time: bool = False


REPORTS = (
    Kind("rp-1", "response", response.NAME, response.build),
    Kind("rp-2", "funnel", funnel.NAME, funnel.build),
    Kind("rp-3", "sources", sources.NAME, sources.build),
    Kind("rp-4", "losses", losses.NAME, losses.build),
    Kind("rp-5", "managers", people.NAME, people.build),
    Kind("rp-6", "calls", calls.NAME, calls.build),
    Kind("rp-7", "lost", lost.NAME, lost.build, is_of_all_time=True),
    Kind("rp-8", "quality", quality.NAME, quality.build),
    Kind("rp-9", "health", health.NAME, health.build),
    Kind("rp-10", "clients", clients.NAME, clients.build),
    Kind("rp-11", "acceptance", acceptance.NAME, acceptance.build),
    Kind("rp-12", "grading", grading.NAME, grading.build),
    Kind("r-14", "fairness", fairness.NAME, fairness.build),
)


def get_kind(name: str) -> Kind:
    """Return a report by its word or its rule, however that is spelt: `RP-1`, `rp1`, `response`.

    Raises:
        NotFound: there is none; the message lists those there are.
    """
    wanted = name.lower().replace("-", "")
    for kind in REPORTS:
        if wanted in (kind.word, kind.rule.replace("-", "")):
            return kind
    there_are = ", ".join((*(kind.word for kind in REPORTS), "verify"))
    raise NotFound(f"there is no report '{name}'; there are: {there_are}")


async def run_report(office: Office, actor: Person, name: str, asked: Asked) -> tuple[Report, Question]:
    """Return a report with the question it answers; an earlier period stands beside it if one is named.

    Reads only, all of it as of one instant; that it was read is an audit fact (RG-6), committed at the end.

    Raises:
        NotFound: no such report, line or manager for the actor (RG-2).
        PermissionDenied: a manager asks (RG-1).
    """
    report, question = await _build(office, actor, get_kind(name), asked)
    await note(office, actor, Deed.report_read, f"report:{name}")
    return report, question


async def _build(office: Office, actor: Person, kind: Kind, asked: Asked) -> tuple[Report, Question]:
    before = asked.earlier()
    async with reading(office.pool) as connection:
        question = await resolve(connection, office, actor, asked)
        if kind.is_of_all_time and asked.since is None:
            question = replace(question, period=Period(_LONG_AGO, question.period.until))
        if before is None:
            return await kind.build(connection, question), question
        earlier = await resolve(connection, office, actor, before)
        question = replace(question, compared=earlier.period)
        report = await kind.build(connection, question)
        return beside(report, await kind.build(connection, earlier), language=asked.language), question
