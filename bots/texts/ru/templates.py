"""What is said about the texts that managers send by a press."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "template.title": "🗒 Шаблоны, #{number}. Нажмите — уйдёт клиенту.",
    "template.none": "У линии нет шаблонов: их добавляет администратор в правилах.",
    "template.nothing": "Ни один шаблон не подходит: «{words}»",
    "template.changed": "Текст шаблона тем временем изменился. Вот как он читается сейчас.",
    "template.sent": "Этот шаблон отсюда уже отправлен: второй раз он не уходит.",
    "template.item": "{n}. {name}",
    "template.page": "страница {n} из {of}",
    "template.preview": "🗒 {name}, #{number}",
    "template.which": "Какой из шаблонов #{number} изменить?",
    "template.edit": "✏️ Напишите свой вариант одной строкой: он уйдёт клиенту #{number} вместо шаблона. "
    "Начните с «{mark}», и строка добавится к шаблону. Нажатие на текст ниже копирует его.",
    "template.as_written": "✉️ Отправить как написано",
    "button.template_edit": "✏️ Изменить",
    "button.template_choose": "✏️ Изменить…",
    "button.template_search": "🔎 Найти по слову",
    "button.template_fill": "⌨️ В поле ввода",
    "button.tpl": "🗒 Шаблоны",
    "button.template_whole": "👁 {label}",
    "button.template_send": "✉️ Отправить",
    "button.earlier_templates": "⟨ Назад",
    "button.more_templates": "Ещё ⟩",
    "help.templates": "🗒 /tpl — шаблоны ответов · /tpl 1042 цена · /channel — другой канал ответа",
    "command.tpl": "Шаблоны ответов",
}
