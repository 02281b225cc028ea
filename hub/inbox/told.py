"""What happened to a conversation as one time line: the ledger, routing, stages, questions, merges, failed sends.

Lines stand in the order of the times that are shown; within a minute in the order in which the hub wrote them down.
Each comes from a stored row. Masking and the rest of the story are left to `explain`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain.contact import MatchCandidate, Merge
from hub.domain.lead import StageFact
from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.policy import Policy
from hub.domain.words import Words
from hub.domain.workset import Decision
from hub.inbox.lead_words import name_field, name_stage, say_cause, say_move
from hub.inbox.ledger_words import say_fact
from hub.inbox.match_words import say_match
from hub.inbox.state_words import say_failure, say_outcome, say_send
from hub.inbox.viewer import Viewed
from hub.store.explanations import FailedSend

_ROUTED = Words("маршрут: {why}", "routing: {why}")
_ASKED = Words("вопрос: один ли это клиент с «{others}»? {why}", "question: is this the same client as “{others}”?")
_APART = Words("{who}: с «{others}» это разные клиенты", "{who}: not the same client as “{others}”")
_MERGED = Words("{who}: карточки объединены: «{kept}» и «{others}»", "{who} joined the cards “{kept}” and “{others}”")
_UNDONE = Words("{who}: объединение с «{others}» отменено", "{who} took the merge with “{others}” back")
_LANES = {
    "notify": Words(
        "{who}: уведомление не доставлено ({state}). {reason}", "{who}: notice not delivered ({state}). {reason}"
    ),
    "reply": Words(
        "сообщение клиенту не доставлено ({state}). {reason}", "message to the client not delivered ({state}). {reason}"
    ),
}
_OTHER_LANE = Words("не доставлено: {lane} ({state}). {reason}", "not delivered: {lane} ({state}). {reason}")
_NOBODY = "—"
_OWN_FACTS = frozenset({Fact.send_failed, Fact.send_unknown})


@dataclass(frozen=True, slots=True)
class Told:
    """One line: when it was true, when and as which row it was written down, what it says."""

    at: datetime
    recorded_at: datetime
    id: int
    text: str

    @property
    def place(self) -> tuple[datetime, datetime, int]:
        """Return what lines are ordered by."""
        return self.at.replace(second=0, microsecond=0), self.recorded_at, self.id


@dataclass(frozen=True, slots=True)
class Happened:
    """What is stored of a conversation; `names` are managers', `contacts` cards', `tasks` what they say, each by id."""

    viewed: Viewed
    entries: Sequence[LedgerEntry]
    decisions: Sequence[Decision]
    questions: Sequence[MatchCandidate]
    merges: Sequence[Merge]
    failures: Sequence[FailedSend]
    stages: Sequence[StageFact]
    policy: Policy
    tasks: Mapping[int, str]
    names: Mapping[int, str]
    contacts: Mapping[int, str]

    def clock(self, moment: datetime) -> str:
        """Return an instant by the line's clock."""
        return f"{moment.astimezone(self.viewed.line.calendar.zone):%d.%m %H:%M}"

    def who(self, manager_id: int | None) -> str:
        """Return a manager's name, empty for nobody."""
        return self.names.get(manager_id or 0, "")

    def cards(self, ids: Iterable[int]) -> str:
        """Return the names of cards; one without a name is its number."""
        return ", ".join(self.contacts.get(each) or f"№{each}" for each in ids)


def list_told(happened: Happened) -> list[Told]:
    """Return everything that happened, in order."""
    every = (_facts, _routing, _stages, _questions, _merges, _failures)
    return sorted((line for each in every for line in each(happened)), key=lambda line: line.place)


def _receivers(told: object) -> list[int]:
    """Return whom a fact names as receivers: one colleague of a transfer, everybody a level of the ladder told."""
    return [int(str(each)) for each in (told if isinstance(told, (list, tuple)) else [told]) if each]


def list_absorbed(merge: Merge) -> list[int]:
    """Return the cards that became part of another."""
    absorbed = merge.map.get("absorbed")
    return [int(each) for each in absorbed] if isinstance(absorbed, list) else [merge.absorbed_id]


def say_span(span: timedelta, viewed: Viewed) -> str:
    """Return a length of time as people say it: `2 ч 5 мин`, below a minute in seconds."""
    seconds = max(int(span.total_seconds()), 0)
    hours, minutes = divmod(seconds // 60, 60)
    if seconds < 60:
        return viewed.say(Words(f"{seconds} с", f"{seconds} s"))
    parts = [viewed.say(Words(f"{hours} ч", f"{hours} h"))] if hours else []
    parts += [viewed.say(Words(f"{minutes} мин", f"{minutes} min"))] if minutes else []
    return " ".join(parts)


def _facts(happened: Happened) -> Iterator[Told]:
    """Yield the ledger, without what the rows of the merges say better."""
    merges = {merge.id for merge in happened.merges}
    for entry in happened.entries:
        if entry.facts.get("merge_id") in merges and "became" not in entry.facts:
            continue
        text = say_fact(entry, _values(happened, entry), language=happened.viewed.language)
        yield Told(entry.occurred_at, entry.recorded_at, entry.id, text)


def _values(happened: Happened, entry: LedgerEntry) -> dict[str, str]:
    """Return what a fact's sentence may name: instants in local time, spans and managers in words."""
    values = {name: _value(happened, name, value) for name, value in entry.facts.items()}
    return values | {"who": happened.who(entry.manager_id)}


def _value(happened: Happened, name: str, value: object) -> str:
    if name.endswith("responsible_id"):
        return (happened.who(value) if isinstance(value, int) else "") or _NOBODY
    if name in _OF_LEADS and value is not None:
        return _OF_LEADS[name](happened, value)
    return "" if value is None else _plain_value(happened, name, value)


def _fields(happened: Happened, keys: object) -> str:
    """Return fields of a lead as people call them (L-7)."""
    named = keys if isinstance(keys, list) else [keys]
    return ", ".join(name_field(happened.policy.leads, str(key)).say(happened.viewed.language) for key in named)


_OF_LEADS: Mapping[str, Callable[[Happened, Any], str]] = {
    "task_id": lambda happened, value: happened.tasks.get(value, ""),
    "changed": _fields,
    "missing": _fields,
    "to_stage": lambda happened, value: name_stage(happened.policy.leads, value).say(happened.viewed.language),
    "why": lambda happened, value: say_cause(happened.policy, value).say(happened.viewed.language),
}
"""How facts of leads and tasks are said, by their name."""


def _plain_value(happened: Happened, name: str, value: object) -> str:
    if name in {"to", "offered_to"}:
        return ", ".join(filter(None, map(happened.who, _receivers(value))))
    if name == "evidence":
        return say_match(str(value), language=happened.viewed.language)
    if name == "reason":
        return happened.viewed.say(say_failure(str(value)))
    if name == "outcome":
        return happened.viewed.say(say_outcome(str(value)))
    if name == "seconds":
        return say_span(timedelta(seconds=float(str(value))), happened.viewed)
    if name.startswith("assignee_"):
        return happened.who(value) if isinstance(value, int) else ""
    if name == "until" or name.endswith(("_at", "_deadline", "_start")):
        return happened.clock(datetime.fromisoformat(str(value)))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _routing(happened: Happened) -> Iterator[Told]:
    key = "en" if happened.viewed.language == "en" else "ru"
    for decision in happened.decisions:
        why = "; ".join(reason[key] for reason in decision.reasons)
        text = happened.viewed.say(_ROUTED).format(why=why)
        yield Told(decision.decided_at, decision.decided_at, decision.id, text)


def _stages(happened: Happened) -> Iterator[Told]:
    """Yield every move of the leads: who, from where, where to, why (L-6)."""
    for fact in happened.stages:
        said = say_move(happened.policy, fact, who=happened.who(fact.manager_id))
        yield Told(fact.occurred_at, fact.occurred_at, fact.id, said.say(happened.viewed.language))


def _questions(happened: Happened) -> Iterator[Told]:
    """Yield questions whether two cards are one client (M-5), and those that were answered with no."""
    say, own = happened.viewed.say, happened.viewed.card.conversation.contact_id
    for question in happened.questions:
        others = happened.cards([each for each in (question.contact_id, *question.candidates) if each != own])
        why = "; ".join(say_match(each, language=happened.viewed.language) for each in question.reasons)
        text = say(_ASKED).format(others=others, why=why)
        yield Told(question.created_at, question.created_at, question.id, text.strip())
        if question.state == "apart" and question.decided_at is not None:
            text = say(_APART).format(who=happened.who(question.decided_by), others=others)
            yield Told(question.decided_at, question.decided_at, question.id, text.strip(" :"))


def _merges(happened: Happened) -> Iterator[Told]:
    say = happened.viewed.say
    for merge in happened.merges:
        others = happened.cards(list_absorbed(merge))
        facts = {"kept": _name_before(merge) or happened.cards([merge.kept_id]), "others": others}
        text = say(_MERGED).format(who=happened.who(merge.manager_id), **facts)
        yield Told(merge.merged_at, merge.merged_at, merge.id, text.strip(" :"))
        if merge.undone_at is not None:
            undone_by = _who_undid(happened, merge)
            yield Told(
                merge.undone_at, merge.undone_at, merge.id, say(_UNDONE).format(who=undone_by, **facts).strip(": ")
            )


def _name_before(merge: Merge) -> str:
    """Return what the card that stayed was called before the merge gave it another name (M-11); empty if it did not."""
    changes: Any = merge.map.get("changes", {})
    was, _ = changes.get("contacts", {}).get(str(merge.kept_id), {}).get("name", ("", ""))
    return str(was)


def _who_undid(happened: Happened, merge: Merge) -> str:
    """Return who took a merge back: the ledger of this conversation knows it if the conversation was open."""
    told = (entry for entry in happened.entries if entry.kind is Fact.unjoined)
    return next((happened.who(each.manager_id) for each in told if each.facts.get("merge_id") == merge.id), "")


def _failures(happened: Happened) -> Iterator[Told]:
    """Yield what could not be sent; an answer whose failure stands in the ledger is not told twice."""
    told = {entry.facts.get("message_id") for entry in happened.entries if entry.kind in _OWN_FACTS}
    say = happened.viewed.say
    for failure in happened.failures:
        if failure.message_id is not None and failure.message_id in told:
            continue
        facts = {
            "who": happened.who(failure.manager_id),
            "lane": failure.lane,
            "reason": say(say_failure(failure.reason)),
        }
        sentence = say(_LANES.get(failure.lane, _OTHER_LANE)).format(state=say(say_send(failure.state)), **facts)
        yield Told(failure.at, failure.at, failure.id, sentence.strip(" :"))
