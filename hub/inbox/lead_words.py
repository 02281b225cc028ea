"""What people call the things of a lead: stages, fields, why it moved; Russian and English.

Stages, fields and reasons of loss have the names of the rules in force; what the rules have no more keeps its key.
"""

from collections.abc import Mapping

from hub.domain.inbound import START_COMMAND
from hub.domain.lead import MANUAL, StageFact
from hub.domain.policy import Policy
from hub.domain.stages import BuiltIn, LeadRules
from hub.domain.words import Words
from hub.inbox.call_results import CALL_RESULT
from hub.inbox.folds.lead_moves import FIRST_RESPONSE, OUTCOME
from hub.inbox.folds.leads import BY_HAND

_BUILT_IN: Mapping[str, Words] = {
    BuiltIn.source: Words("Источник", "Source"),
    BuiltIn.responsible: Words("Ответственный", "Responsible"),
    BuiltIn.next_step: Words("Следующий шаг", "Next step"),
    BuiltIn.next_contact: Words("Дата следующего контакта", "Date of the next contact"),
    BuiltIn.loss_reason: Words("Причина отказа", "Reason of loss"),
    BuiltIn.loss_note: Words("Слова к отказу", "Words about the loss"),
    "tags": Words("Метки", "Tags"),
}
_CAUSES: Mapping[str, Words] = {
    MANUAL: Words("вручную", "by hand"),
    BY_HAND: Words("заведён вручную", "started by hand"),
    START_COMMAND: Words("клиент нажал /start", "the client pressed /start"),
    FIRST_RESPONSE: Words("клиенту ответили", "the client was answered"),
    OUTCOME: Words("итог обращения", "outcome of the conversation"),
    CALL_RESULT: Words("итог разговора", "result of the talk"),
    "M-13": Words("новое обращение", "a new request"),
    "M-10": Words("объединение карточек отменено", "a merge was taken back"),
}
_AUTOMATION = Words("сценарий {id} «{name}»", "automation {id} “{name}”")
_BEGAN = Words("лид начат на этапе «{to}»", "a lead began on “{to}”")
_MOVED = Words("лид «{was}» → «{to}»", "the lead moved “{was}” → “{to}”")


def name_stage(rules: LeadRules, key: str) -> Words:
    """Return what people call a stage (L-2)."""
    stage = rules.find_stage(key)
    return stage.name if stage else Words(key, key)


def name_field(rules: LeadRules, key: str) -> Words:
    """Return what people call a field or a built-in thing of a lead (L-7)."""
    rule = rules.find_lead_field(key)
    return rule.name if rule else _BUILT_IN.get(key, Words(key, key))


def say_cause(policy: Policy, cause: str) -> Words:
    """Return why a lead moved or a task was cancelled: an event, a person's hand or an automation (L-6)."""
    automation = policy.automations.by_id.get(cause)
    if automation is None:
        return _CAUSES.get(cause, Words(cause, cause))
    return Words(
        _AUTOMATION.ru.format(id=cause, name=automation.name.ru),
        _AUTOMATION.en.format(id=cause, name=automation.name.en),
    )


def say_move(policy: Policy, fact: StageFact, *, who: str) -> Words:
    """Return a move of a lead as a sentence: who, from where, where to, why, and for an end its reason and amount."""
    return Words(_say_move(policy, fact, who, language="ru"), _say_move(policy, fact, who, language="en"))


def _say_move(policy: Policy, fact: StageFact, who: str, *, language: str) -> str:
    was, to = (name_stage(policy.leads, key).say(language) for key in (fact.from_stage, fact.to_stage))
    moved = (_MOVED if fact.from_stage else _BEGAN).say(language).format(was=was, to=to)
    end = [_reason(policy.leads, str(fact.facts.get("reason", ""))).say(language), str(fact.facts.get("amount", ""))]
    told = ", ".join(filter(None, [say_cause(policy, fact.cause).say(language), *end]))
    return f"{who}: {moved} ({told})" if who else f"{moved} ({told})"


def _reason(rules: LeadRules, key: str) -> Words:
    found = rules.find_reason(key) if key else None
    return found.name if found else Words(key, key)
