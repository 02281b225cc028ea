"""What administrators and heads read of the rules: hours, targets, texts, changes and what they would do."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "rules.title": "📋 Правила: какой линии?",
    "rules.line": "📋 {name}",
    "rules.hours": "Часы работы",
    "rules.always": "круглосуточно",
    "rules.country": "праздники и переносы: {country}",
    "rules.no_days": "особых дней нет",
    "rules.closed": "выходной",
    "rules.no_text": "не отправляется",
    "rules.templates": "🗒 Шаблонов: {n}",
    "rules.shared": "Этот же календарь у линий: {names}. Часы изменятся и там.",
    "rules.ask_hours": "Часы линии {name} одной строкой, например: пн-пт 9-13 14-18, сб 10-15. Или: круглосуточно.",
    "rules.ask_days_off": (
        "Праздники и особые дни линии {name}, например: 1.01-8.01 выходной, 31.12 9-15. "
        "Вернуть обычный день: 31.12 убрать."
    ),
    "rules.ask_targets": (
        "За сколько отвечать на линии {name}, например: 15 мин, почта 2 ч, дальше 30 мин, перезвонить 10 мин. "
        "Каналы, которых нет в строке, получат общий срок."
    ),
    "rules.ask_text": "Новый текст для линии {name} одним сообщением. Убрать текст: минус (-).",
    "rules.ask_new_template": "Новый шаблон линии {name} в виде «Название: текст».",
    "rules.same": "В правилах уже так.",
    "rules.none": "Такой линии нет.",
    "wish.hours": "часы",
    "wish.days": "праздники",
    "wish.targets": "сроки",
    "wish.text": "текст",
    "wish.template": "шаблон",
    "wish.team": "команда",
    "wish.automation": "сценарий",
    "wish.document": "весь документ правил",
    "target.first_response": "первый",
    "target.next_response": "дальше",
    "target.callback": "перезвонить",
    "unit.d": " д",
    "unit.h": " ч",
    "unit.m": " мин",
    "unit.s": " с",
    "weekday.mon": "пн",
    "weekday.tue": "вт",
    "weekday.wed": "ср",
    "weekday.thu": "чт",
    "weekday.fri": "пт",
    "weekday.sat": "сб",
    "weekday.sun": "вс",
    "draft.title": "📋 Изменение правил: {what}",
    "draft.by": "Предлагает: {name}",
    "draft.changes": "Что изменится:",
    "draft.more": "…и ещё {n}",
    "draft.no_comments": "⚠️ Документ будет записан заново: комментарии в нём не сохранятся.",
    "draft.tried": "За 14 дней: обращений {n}; на другую линию ушло бы {lines}, другому человеку {people}.",
    "draft.deadlines": "Их сроки: раньше {earlier}, позже {later}.",
    "draft.no_requests": "За 14 дней обращений не было: сравнить не с чем.",
    "draft.open": "Открытых сроков сдвинется сразу: {n} (раньше {earlier}, позже {later}).",
    "draft.sent": "Ничего не изменилось: решает администратор, предложение у него.",
    "draft.list": "📋 Ждут решения:",
    "draft.none": "Предложений нет.",
    "draft.offered": "📋 {name} предлагает изменить правила: {what}",
    "draft.applied": "✅ Правила изменены, редакция {n}. Открытые сроки пересчитываются.",
    "draft.refused": "✖️ Не применено, правила прежние.",
    "draft.lapsed": (
        "📋 Ваше предложение изменить правила ({what}) больше не ждёт решения: за 14 дней его никто не принял и не "
        "отклонил. Если оно ещё нужно, предложите снова: /rules"
    ),
    "draft.lapsed_already": "Этому предложению больше 14 дней, применить его уже нельзя. Предложите изменение заново.",
    "draft.decided_already": "По этому изменению уже решили. Что ждёт решения сейчас: /draft",
    "draft.too_many": "Ваших предложений, которые ждут решения, уже 10. Отзовите лишние: /draft",
    "draft.written_over": (
        "⚠️ Документ написан поверх редакции {old}, а сейчас действует {n}: всё, что изменили с "
        "тех пор, он вернёт назад."
    ),
    "draft.moved": "Правила за это время изменил кто-то другой. Вот то же изменение поверх новых:",
    "button.rules": "📋 Правила линий",
    "button.drafts": "📋 Ждут решения: {n}",
    "button.read_draft": "📋 Посмотреть, что изменится",
    "button.apply": "✅ Применить",
    "button.no": "✖️ Нет",
    "button.take_back": "✖️ Отозвать",
    "button.hours": "🕘 Часы",
    "button.days_off": "🎌 Праздники",
    "button.targets": "⏱ Сроки ответа",
    "button.welcome": "Приветствие",
    "button.out_of_hours": "Вне часов",
    "button.missed_call": "После пропущенного звонка",
    "button.new_template": "➕ Шаблон",
    "help.rules": "📋 /rules — часы, праздники, сроки и тексты линии · /draft — изменения, которые ждут решения",
    "command.rules": "Часы, сроки и тексты линий",
}
