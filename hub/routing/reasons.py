"""Why a decision was made, as a code for machines and a sentence for people in Russian and English (invariant 12)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.words import Words


class ReasonCode(StrEnum):
    """Every step a decision can take; the value is stored for ever."""

    rule_matched = "rule_matched"
    topic_chosen = "topic_chosen"
    line_of_connection = "line_of_connection"
    default_line = "default_line"
    kept_by_assignee = "kept_by_assignee"
    client_of_owner = "client_of_owner"
    client_of_last_responder = "client_of_last_responder"
    client_of_company = "client_of_company"
    over_capacity_for_owner = "over_capacity_for_owner"
    waits_for_owner = "waits_for_owner"
    returns_to_owner = "returns_to_owner"
    not_in_team = "not_in_team"
    inactive = "inactive"
    off_shift = "off_shift"
    paused = "paused"
    unreachable = "unreachable"
    lacks_skill = "lacks_skill"
    at_capacity = "at_capacity"
    declined = "declined"
    preferred_skills = "preferred_skills"
    turn = "turn"
    least_loaded = "least_loaded"
    first_in_order = "first_in_order"
    offered_to_all = "offered_to_all"
    assigned_by_hand = "assigned_by_hand"
    asked_again = "asked_again"
    nobody_eligible = "nobody_eligible"
    duty_told = "duty_told"


_WORDS = {
    ReasonCode.rule_matched: Words("правило «{who}»: {detail}", "rule '{who}': {detail}"),
    ReasonCode.topic_chosen: Words("клиент выбрал тему «{who}»", "the client chose '{who}' in the menu"),
    ReasonCode.line_of_connection: Words("линия подключения «{who}»", "line of the connection '{who}'"),
    ReasonCode.default_line: Words("ни одно правило не подошло, линия по умолчанию", "no rule fits: the default line"),
    ReasonCode.kept_by_assignee: Words("{who} уже ведёт это обращение", "{who} already has this conversation"),
    ReasonCode.client_of_owner: Words("{who}: ответственный за клиента в CRM", "{who} is responsible in the CRM"),
    ReasonCode.client_of_last_responder: Words("{who}: последним отвечал клиенту", "{who} answered this client last"),
    ReasonCode.client_of_company: Words("{who}: ведёт эту компанию", "{who} has this company"),
    ReasonCode.over_capacity_for_owner: Words(
        "{who}: нагрузка {detail}, своего клиента получает сверх нормы", "{who}: load {detail}, own client comes on top"
    ),
    ReasonCode.waits_for_owner: Words(
        "{who} не на смене, но начнёт до срока: ждём", "{who} is off shift but back before the deadline: kept"
    ),
    ReasonCode.returns_to_owner: Words(
        "{who} получит клиента обратно с началом смены", "goes back to {who} when their shift begins"
    ),
    ReasonCode.not_in_team: Words("{who}: не из команды линии", "{who}: not in the line's team"),
    ReasonCode.inactive: Words("{who}: доступ отключён", "{who}: access switched off"),
    ReasonCode.off_shift: Words("{who}: не на смене", "{who}: off shift"),
    ReasonCode.paused: Words("{who}: перерыв", "{who}: on a break"),
    ReasonCode.unreachable: Words("{who}: бот менеджеров не достаёт", "{who}: out of the manager bot's reach"),
    ReasonCode.lacks_skill: Words("{who}: нет навыка {detail}", "{who}: lacks the skill {detail}"),
    ReasonCode.at_capacity: Words("{who}: нагрузка {detail}", "{who}: load {detail}"),
    ReasonCode.declined: Words("{who}: отказ или не взято в срок", "{who}: declined or let it expire"),
    ReasonCode.preferred_skills: Words("лучше подходят по навыку {detail}", "better suited by the skill {detail}"),
    ReasonCode.turn: Words("{who}: очередь по кругу", "{who}: next in turn"),
    ReasonCode.least_loaded: Words("{who}: меньше всех загружен", "{who}: the least loaded"),
    ReasonCode.first_in_order: Words("{who}: первый по списку линии", "{who}: first on the line's list"),
    ReasonCode.offered_to_all: Words("предложено всем, кто может: {detail}", "offered to all who can: {detail}"),
    ReasonCode.assigned_by_hand: Words("на этой линии назначает руководитель", "the head assigns on this line"),
    ReasonCode.asked_again: Words("никто не взял, снова всем: {detail}", "nobody took it, to all again: {detail}"),
    ReasonCode.nobody_eligible: Words("пока взять некому: в очереди линии", "nobody can take it yet: queued"),
    ReasonCode.duty_told: Words("сообщено дежурному: {who}", "the duty person is told: {who}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision. `who` names managers, a rule or a connection; the words are made when asked for."""

    code: ReasonCode
    who: str = ""
    detail: str = ""
    detail_en: str = ""

    @property
    def ru(self) -> str:
        return _WORDS[self.code].ru.format(who=self.who, detail=self.detail)

    @property
    def en(self) -> str:
        return _WORDS[self.code].en.format(who=self.who, detail=self.detail_en or self.detail)

    def to_record(self) -> dict[str, str]:
        """Return what is stored with the decision."""
        return {"code": self.code.value, "ru": self.ru, "en": self.en}
