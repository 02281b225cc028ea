"""Facts of the ledger in words, Russian and English; `{who}` is a manager, other names come from the fact itself."""

from collections.abc import Mapping

from hub.domain.ledger import Fact, LedgerEntry
from hub.domain.words import Words

_FACTS: Mapping[Fact, Words] = {
    Fact.bot_began: Words("с клиентом говорит бот", "a bot talks to the client"),
    Fact.handed_over: Words("бот передал клиента людям", "the bot handed the client over"),
    Fact.clock_started: Words("дело нужно закрыть до {due_at}", "the matter is to be settled by {due_at}"),
    Fact.paused: Words("{who}: ждём клиента, срок дела стоит", "{who}: the client has to act, the clock stands"),
    Fact.resumed: Words("клиент ответил, срок дела идёт до {due_at}", "the client is back, the matter is due {due_at}"),
    Fact.shift_ended: Words("смена закончилась: {who}", "the shift of {who} is over"),
    Fact.number_left: Words("номер клиента теперь у другого: {other}", "the client's number now belongs to {other}"),
    Fact.number_came: Words("номер перешёл от другого клиента: {other}", "the number was another client's: {other}"),
    Fact.address_shared: Words("{who}: адрес {address} не общий", "{who}: {address} is not shared"),
    Fact.wait_opened: Words("клиент ждёт ответа, срок {deadline_at}", "the client waits, answer due {deadline_at}"),
    Fact.request_added: Words("клиент написал ещё, срок прежний", "the client wrote again, the deadline stays"),
    Fact.start_corrected: Words(
        "нашлось более раннее обращение: срок теперь {deadline_at}, был {old_deadline}",
        "an earlier request came in: due {deadline_at} now, was {old_deadline}",
    ),
    Fact.deadline_changed: Words("срок изменён: {deadline_at}", "the deadline has changed: {deadline_at}"),
    Fact.missed_call: Words(
        "пропущенный звонок, перезвонить до {callback_due_at}", "missed call, call back by {callback_due_at}"
    ),
    Fact.call_attempt: Words("{who}: не дозвонились, срок идёт", "{who}: no answer to our call, the clock runs on"),
    Fact.call_answered: Words("{who}: поговорили по телефону", "{who}: talked on the phone"),
    Fact.assigned: Words("назначено: {who}", "assigned to {who}"),
    Fact.offered: Words("предложено взять: {offered_to}", "offered to {offered_to}"),
    Fact.queued: Words("в очереди: взять некому", "queued: nobody can take it"),
    Fact.taken: Words("{who}: берёт в работу", "{who} takes it"),
    Fact.released: Words("{who}: возвращает в очередь", "{who} gives it back"),
    Fact.declined: Words("{who}: отказ", "{who} declines"),
    Fact.offer_expired: Words("{who}: время на принятие вышло", "{who}: the time to accept ran out"),
    Fact.transferred: Words("{who}: передаёт коллеге {to}. {note}", "{who} hands it to {to}. {note}"),
    Fact.snoozed: Words(
        "{who}: откладывает до {until}, срок ответа не сдвигается", "{who} snoozes it until {until}; the deadline stays"
    ),
    Fact.woken: Words("отложенное вернулось", "back from snooze"),
    Fact.answered: Words("{who}: ответ через {seconds} ({channel})", "{who} answers after {seconds} ({channel})"),
    Fact.send_failed: Words("{who}: ответ не отправлен. {reason}", "{who}: the answer was not sent. {reason}"),
    Fact.send_unknown: Words("неизвестно, дошёл ли ответ", "nobody knows whether the answer arrived"),
    Fact.send_confirmed: Words("{who}: ответ дошёл", "{who} confirms that the answer arrived"),
    Fact.dismissed: Words("{who}: ответ не нужен. {note}", "{who}: no reply needed. {note}"),
    Fact.declared: Words("{who}: со слов менеджера, ответ дан. {note}", "{who} says the client was answered. {note}"),
    Fact.cancelled: Words("ожидание снято. {note}", "the wait is cancelled. {note}"),
    Fact.restored: Words("ожидание восстановлено", "the wait is restored"),
    Fact.level_sent: Words("{to}: напоминание, прошло {percent} % срока", "{to}: reminded at {percent} % of the time"),
    Fact.breached: Words("срок ответа нарушен", "the deadline is missed"),
    Fact.breach_withdrawn: Words("нарушение снято: ответ был вовремя", "not missed after all: the answer was in time"),
    Fact.joined: Words("{who}: карточки объединены", "{who} joined the cards"),
    Fact.unjoined: Words("{who}: объединение отменено", "{who} took the merge back"),
    Fact.closed: Words("{who}: обращение закрыто ({outcome}). {note}", "{who} closes it ({outcome}). {note}"),
    Fact.reopened: Words("обращение открыто снова", "opened again"),
    Fact.split_off: Words("{who}: отдельное обращение «{subject}»", "{who} splits “{subject}” off"),
    Fact.matched: Words("{who}: чья карточка: {evidence}", "{who}: whose card: {evidence}"),
    Fact.task_made: Words(
        "{who}: задача «{task_id}» до {due_at}, делает {responsible_id}",
        "{who}: the task “{task_id}”, due {due_at}, for {responsible_id}",
    ),
    Fact.task_done: Words("{who}: задача «{task_id}» сделана. {result}", "{who} did the task “{task_id}”. {result}"),
    Fact.task_postponed: Words(
        "{who}: задача «{task_id}» перенесена на {due_at}", "{who} put the task “{task_id}” off until {due_at}"
    ),
    Fact.task_given: Words(
        "{who}: задача «{task_id}» передана: {was_responsible_id} → {responsible_id}",
        "{who}: the task “{task_id}” was handed over: {was_responsible_id} → {responsible_id}",
    ),
    Fact.task_cancelled: Words(
        "{who}: задача «{task_id}» снята ({why})", "{who}: the task “{task_id}” is cancelled ({why})"
    ),
    Fact.task_reminded: Words(
        "напоминание о задаче «{task_id}»: {to}", "a reminder of the task “{task_id}” was sent to {to}"
    ),
    Fact.lead_changed: Words("{who}: поля лида: {changed}", "{who} set fields of the lead: {changed}"),
    Fact.lead_held: Words(
        "лид не перешёл на этап «{to_stage}», не хватает: {missing}",
        "the lead did not move to “{to_stage}”, missing: {missing}",
    ),
    Fact.result_asked: Words("{who}: спросили об итоге разговора", "{who} was asked how the talk ended"),
    Fact.result_given: Words("{who}: итог разговора. {note}", "{who} says how the talk ended. {note}"),
    Fact.rating_asked: Words("клиента попросили оценить ответ ({who})", "the client was asked to rate {who}"),
    Fact.rated: Words("клиент поставил оценку {mark} из 5 ({who})", "the client rates {who} {mark} of 5"),
    Fact.automation_fired: Words(
        "сценарий {automation} «{name_ru}»: {why_ru} → {did_ru}",
        "automation {automation} “{name_en}”: {why_en} → {did_en}",
    ),
    Fact.automation_cut: Words(
        "сценарии остановлены: больше {most} срабатываний за час", "automations cut off: more than {most} in an hour"
    ),
    Fact.read_along: Words("{who}: читает вместе с ответственным", "{who} reads along with who has it"),
}  # fmt: skip
_VARIANTS = (
    ("ended", Fact.read_along, Words("{who}: больше не читает", "{who} no longer reads along")),
    ("shared", Fact.address_shared, Words("{who}: адрес {address} общий", "{who}: {address} is a shared address")),
    (
        "dry",
        Fact.automation_fired,
        Words("проба сценария {automation}: {why_ru} → {did_ru}", "dry run of {automation}: {why_en} → {did_en}"),
    ),
    ("to_line", Fact.transferred, Words("{who}: передаёт линии «{line}». {note}", "{who} hands it to {line}. {note}")),
    ("withdrawn", Fact.transferred, Words("{who}: больше не передаёт: {to}", "{who} no longer hands it to {to}")),
    ("assisted", Fact.answered, Words(
        "{who}: одобренный ответ помощника через {seconds} ({channel})",
        "{who} approves the assistant's answer after {seconds} ({channel})",
    )),
    ("tried_at", Fact.answered, Words(
        "{who}: ответ через {seconds} ({channel}); канал не принимал его с {tried_at}",
        "{who} answers after {seconds} ({channel}); the channel had not taken it since {tried_at}",
    )),
    ("unconfirmed", None, Words("звонок на АТС не найден", "the PBX shows no such call")),
    ("absorbed_wait_id", Fact.joined, Words("присоединено ожидание другой карточки", "another card's wait is joined")),
    ("kept_wait_id", Fact.joined, Words("ожидание стало частью более раннего", "the wait is part of an earlier one")),
    ("became", Fact.joined, Words("ожидание перешло в общую карточку", "the wait moved to the joined card")),
    ("became", Fact.unjoined, Words("ожидание снова идёт само по себе", "the wait stands by itself again")),
)  # fmt: skip
"""What a fact is called that bears a certain name, of one kind or of any."""
_NOBODY_TOLD = Words("прошло {percent} % срока, напомнить некому", "{percent} % of the time is gone, nobody to remind")


class _Missing(dict[str, str]):
    """Names a fact may lack are left out of its sentence."""

    def __missing__(self, name: str) -> str:
        return ""


def say_fact(entry: LedgerEntry, values: Mapping[str, str], *, language: str) -> str:
    """Return one fact as a sentence without its time."""
    special = (words for name, kind, words in _VARIANTS if entry.facts.get(name) and kind in (None, entry.kind))
    is_untold = entry.kind is Fact.level_sent and not entry.facts.get("to")
    words = _NOBODY_TOLD if is_untold else next(special, _FACTS[entry.kind])
    sentence = words.en if language == "en" else words.ru
    filled = sentence.format_map(_Missing(values)).replace("()", "").strip(" :,")
    return filled.removesuffix(".") if filled.endswith("..") else filled
