"""The shipped automations A-1 to A-19, in the words of the policy document, Russian and English.

Those of `BUILT_IN` are what the hub does anyway: they have no trigger here and cannot be switched. A policy document
names the others by their key and changes what it likes; their `mode` here is the default.
"""

import tomllib
from collections.abc import Mapping

from hub.domain.words import Words
from hub.routing.automations import AutomationSection

BUILT_IN: Mapping[str, Words] = {
    "A-1": Words(
        "форма на сайте: лид, ответственный и срок сразу", "a form: lead, responsible and deadline at once"
    ),
    "A-6": Words("письмо или сообщение: в открытое обращение и лид", "a letter or message joins what is open"),
    "A-7": Words("пропущенный звонок: перезвонить со сроком", "a missed call: a callback with its deadline"),
    "A-11": Words(
        "задача просрочена: ответственному, через день руководителю",
        "a task is late: the responsible is told, in a day the head",
    ),
    "A-12": Words("отказ: причина обязательна и видна в отчёте", "lost: the reason is required and reaches the report"),
}  # fmt: skip
"""What the hub does by its rules, whatever the document says."""

_TEMPLATES = r'''
[A-2]
name = "Новый клиент без ответа до срока: задача перезвонить"
name_en = "A new client has no answer by the deadline: a task to call back"
mode = "on"
trigger = { kind = "wait_breached", values = ["first_response"] }
[[A-2.then]]
kind = "task"
what = "Перезвонить: клиент ждёт первого ответа"
what_en = "Call back: the client waits for a first answer"
due = ["15m"]

[A-3]
name = "Предложение отправлено: проверить через 2 дня"
name_en = "A proposal was sent: ask in 2 days"
trigger = { kind = "stage_changed", values = ["proposal_sent"] }
[[A-3.then]]
kind = "task"
what = "Узнать решение по предложению"
what_en = "Ask what they think of the proposal"
due = ["2d"]

[A-4]
name = "Лид без движения 3 дня: руководителю"
name_en = "A lead stands still for 3 days: the head is told"
trigger = { kind = "no_activity", after = "3d", counting = "then_open" }
[[A-4.then]]
kind = "notify"
to = ["head"]
text = "Лид без движения 3 дня"
text_en = "A lead stands still for 3 days"

[A-5]
name = "Звонит клиент: карточка ответственному, пока звонит"
name_en = "A client calls: the card to the responsible while it rings"
trigger = { kind = "call_ringing" }
[[A-5.then]]
kind = "notify"
to = ["responsible"]
text = "Звонит клиент"
text_en = "The client is calling"

[A-8]
name = "Сделка: напомнить через 30 дней"
name_en = "Won: a reminder in 30 days"
trigger = { kind = "stage_changed", values = ["won"], after = "30d", counting = "then_open" }
[[A-8.then]]
kind = "task"
what = "Узнать, всё ли хорошо после покупки"
what_en = "Ask whether all is well after the purchase"
due = ["1d"]

[A-9]
name = "Клиент молчит 60 дней: напомнить о себе"
name_en = "A client is silent for 60 days: get in touch"
trigger = { kind = "contact_silent", after = "60d", counting = "then_open" }
[[A-9.then]]
kind = "task"
what = "Напомнить клиенту о себе"
what_en = "Get in touch with the client"
due = ["2d"]

[A-10]
name = "Сделка с продуктом: предложить подходящее к нему"
name_en = "Won with a product: offer what goes with it"
trigger = { kind = "stage_changed", values = ["won"] }
when = [{ kind = "field", name = "product" }]
[[A-10.then]]
kind = "task"
what = "Предложить то, что подходит к покупке"
what_en = "Offer what goes with the purchase"
due = ["7d"]

[A-13]
name = "Клиент не ответил за 24 часа: напомнить менеджеру"
name_en = "The client has not answered for 24 hours: the manager is reminded"
trigger = { kind = "no_reply", after = "24h", counting = "then_open" }
[[A-13.then]]
kind = "notify"
to = ["responsible"]
text = "Клиент не ответил за сутки"
text_en = "The client has not answered for a day"

[A-14]
name = "Не дозвонились: следующая попытка через 15 минут, час, утром"
name_en = "Nobody answered our call: the next attempt in 15 minutes, an hour, in the morning"
trigger = { kind = "call_not_reached" }
[[A-14.then]]
kind = "task"
what = "Позвонить ещё раз"
what_en = "Call again"
due = ["15m", "1h", "next_morning"]

[A-15]
name = "День рождения клиента: поздравить"
name_en = "The client's birthday: congratulate"
trigger = { kind = "date_reached", field = "birthday", yearly = true }
[[A-15.then]]
kind = "task"
what = "Поздравить клиента с днём рождения"
what_en = "Congratulate the client on the birthday"
due = ["4h"]

[A-16]
name = "Через час после нового лида: сообщение клиенту"
name_en = "An hour after a new lead: a message to the client"
trigger = { kind = "lead_created", after = "1h" }
[[A-16.then]]
kind = "send"
text = """
{{client.first_name|Здравствуйте}}, мы получили ваше обращение. \
Если появятся вопросы, пишите сюда."""
text_en = """
{{client.first_name|Hello}}, we have your request. \
If you have questions, write to us here."""

[A-17]
name = "Крупная сумма: руководителю"
name_en = "A large amount: the head is told"
trigger = { kind = "field_set", values = ["amount"] }
when = [{ kind = "amount", over = 100000 }]
[[A-17.then]]
kind = "notify"
to = ["head"]
text = "Крупная сумма в лиде"
text_en = "A lead with a large amount"

[A-18]
name = "Срок счёта: проследить за оплатой"
name_en = "An invoice falls due: follow the payment"
trigger = { kind = "date_reached", field = "invoice_date", of = "lead" }
[[A-18.then]]
kind = "task"
what = "Проверить оплату счёта"
what_en = "See whether the invoice is paid"
due = ["1d"]

[A-19]
name = "Отказ, прошло 90 дней: новое предложение"
name_en = "Lost 90 days ago: a new offer"
trigger = { kind = "stage_changed", values = ["lost"], after = "90d", counting = "then_open" }
[[A-19.then]]
kind = "task"
what = "Сделать клиенту новое предложение"
what_en = "Make the client a new offer"
due = ["2d"]
'''


def _read() -> dict[str, AutomationSection]:
    tables = tomllib.loads(_TEMPLATES)
    return {key: AutomationSection.model_validate({"mode": "off", **table}) for key, table in tables.items()}


TEMPLATES: Mapping[str, AutomationSection] = _read()
"""By key; off where the table of defaults says offered."""
