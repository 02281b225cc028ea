"""What administrators read while they connect something: in the chat, and on the page behind the link."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "connect.which": "🔌 Что подключаем? CRM и бот менеджеров подключаются на сервере: hub connect.",
    "connect.link": "🔌 {kind}: откройте форму в браузере. Пароли и токены пишите только там, не в чат.",
    "connect.link_once": "Ссылка действует 15 минут и для одного подключения. Никому её не пересылайте.",
    "connect.no_address": (
        "У хаба нет внешнего адреса (HUB_PUBLIC_URL), поэтому форму не открыть. Подключите на сервере командой "
        "hub connect, например: hub connect email"
    ),
    "connect.connected": "✅ Подключено: {kind} «{name}»",
    "connect.title": "Подключение: {kind}",
    "connect.name": "Название для людей",
    "connect.line": "Линия, на которую идут обращения",
    "connect.by_rules": "по правилам",
    "connect.more": "Ещё настройки",
    "connect.button": "Проверить и подключить",
    "connect.wrong": "Исправьте отмеченное. Пароли и токены введите ещё раз.",
    "connect.done": "Подключено: {name}",
    "connect.told": "Бот написал об этом в чат. Страницу можно закрыть.",
    "connect.address": "Адрес для кабинета провайдера: {url}",
    "connect.name_taken": "Так уже называется другое подключение. Придумайте другое название.",
    "connect.untold_provider": "⚠️ Подключение сохранено, но настроить сервис с той стороны не вышло: {reason}",
    "connect.next_step": (
        "Заново создавать его не нужно. Если выше есть шаги, сделайте их в кабинете сервиса; через пару минут "
        "посмотрите /health в боте."
    ),
    "connect.over": "Ссылка уже использована или её время вышло. Новая: /connect в боте.",
    "connect.busy": "По этой ссылке уже подключили. Что получилось, смотрите в чате с ботом.",
    "connect.unknown": "Такой ссылки нет.",
    "button.connect": "🔌 Подключить канал",
    "help.connect": "🔌 /connect email — подключить почту, бота, форму или телефонию по одноразовой ссылке",
    "command.connect": "Подключить канал",
}
