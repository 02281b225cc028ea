"""Calls from cards, the manager's own telephone, recordings of talks."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "button.call": "📞 Перезвонить",
    "button.call_first": "📞 Позвонить",
    "button.call_again": "📞 Ещё раз",
    "button.listen": "▶️ Запись",
    # --- on the card
    "card.calling": "📞 Звоним вам на {extension}, потом клиенту",
    "card.calling_other": "📞 Сейчас звонят клиенту с {extension}",
    # --- after the press
    "call.ordered": "📞 #{number}: снимите трубку {extension}, потом соединим с клиентом",
    "call.under_way": "📞 Уже звоним вам на {extension}",
    "call.failed": "⛔ #{number}, {name}: не позвонили. {reason}",
    "call.unknown": "❔ #{number}, {name}: АТС не ответила, звонит ли она. Если {extension} молчит, нажмите ещё раз",
    "call.dial": "Наберите номер сами или нажмите ещё раз.",
    # --- why not, with the next step
    "call.why.bad_extension": "АТС не знает {extension}. Проверьте: /extension",
    "call.why.bad_number": "АТС не может набрать этот номер.",
    "call.why.no_money": "На счёте АТС нет денег, скажите администратору.",
    "call.why.forbidden": "АТС не разрешает такой звонок, скажите администратору.",
    "call.why.credentials": "АТС не принимает ключ хаба, скажите администратору.",
    "call.why.not_configured": "АТС подключена не до конца, скажите администратору.",
    "call.why.no_pbx": "Подключение к АТС убрали.",
    "call.why.too_late": "Заказ звонка опоздал.",
    "call.why.busy": "АТС сейчас перегружена или не отвечает.",
    "call.why.other": "АТС отказала: {reason}.",
    # --- no call at all
    "call.cannot.no_number": "У клиента нет телефона.",
    "call.cannot.no_pbx": "Из карточки звонить нечем: ни одна АТС не подключена для звонков. Скопируйте номер.",
    "call.cannot.no_extension": "Не знаю ваш телефон на АТС. Напишите /extension и номер, например /extension 101",
    # --- the own telephone
    "command.extension": "Мой внутренний номер на АТС",
    "extension.none": "Ваш телефон на АТС не указан. Напишите: /extension 101",
    "extension.list": "☎️ Ваш телефон на АТС: {list}. Сменить: /extension 101, убрать: /extension off",
    "extension.one": "{extension} ({pbx})",
    "extension.set": "☎️ Записано: {extension} ({pbx}). Звонки с него – ваши, кнопка «📞» звонит на него",
    "extension.removed": "☎️ Убрано: звонить из карточек нельзя, пока не укажете номер",
    "extension.which": "Какая АТС? Напишите её имя после номера: /extension 101 {pbx}",
    "extension.no_pbx": "Ни одна АТС не подключена.",
    "extension.wrong": "«{extension}» не подходит для {pbx}: нужен внутренний номер или логин, как в кабинете АТС",
    "extension.taken": "{extension} ({pbx}) уже записан за {name}. Попросите администратора перенести",
    # --- recordings
    "recording.coming": "⏳ Запись загружается, придёт сюда",
    "recording.caption": "▶️ {name} · разговор {time} · #{number}",
    "recording.failed": "⛔ Записи разговора #{number} нет: {reason}",
    "recording.none": "У обращения #{number} нет записей разговоров",
    "recording.why.not_found": "АТС её больше не хранит",
    "recording.why.expired": "ссылка АТС устарела; откройте запись в кабинете АТС",
    "recording.why.too_large": "она больше 50 МБ; откройте её в кабинете АТС",
    "recording.why.not_audio": "АТС прислала не звук; откройте запись в кабинете АТС",
    "recording.why.not_ready": "АТС её так и не отдала; попробуйте позже",
    "recording.why.private_address": "ссылка АТС ведёт внутрь нашей сети, скажите администратору",
    "recording.why.other": "АТС не отдаёт её; откройте запись в кабинете АТС",
    "deed.recording_heard": "прослушана запись разговора",
    "deed.extension_set": "указан телефон на АТС",
    "help.calls": "/call позвонить клиенту · /listen запись разговора · /extension мой внутренний номер",
}
