"""What a terminal says of itself: how a manager works with typed lines."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "terminal.help": "Что набирать",
    "terminal.help_press": "12 — нажать кнопку с этим номером",
    "terminal.help_answer": "любая строка — ответ клиенту, чья карточка показана последней (он назван в приглашении)",
    "terminal.help_number": "#1042 — карточка · 1042: текст — ответ её клиенту",
    "terminal.help_note": "// текст — заметка для коллег, клиент её не увидит",
    "terminal.help_lists": "/my мои · /queue очередь · /overdue просрочено · /next самое срочное · /find поиск · "
    "/desk день",
    "terminal.help_work": "/card · /client · /history · /why · /take · /release · /transfer · /snooze · /note · "
    "/close · /reopen · /dismiss — с номером (/card 1042) или о показанной карточке",
    "terminal.help_end": "/shift off — конец смены",
    "terminal.which": "О каком обращении? Добавьте номер: /{command} 1042",
}
