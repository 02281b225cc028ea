"""What clients say beside their words: a mark after the close, a file too large, many messages at once, an edit."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.low_rating": "⭐ Клиент поставил низкую оценку",
    "card.rating": "⭐ Оценка клиента: {mark} из 5",
    "message.burst": {
        "one": "⚠️ ещё {n} сообщение за минуту",
        "few": "⚠️ ещё {n} сообщения за минуту",
        "many": "⚠️ ещё {n} сообщений за минуту",
        "other": "⚠️ ещё {n} сообщения за минуту",
    },
    "message.burst_rest": {
        "one": "…и ещё {n} сообщение: оно в истории",
        "few": "…и ещё {n} сообщения: они в истории",
        "many": "…и ещё {n} сообщений: они в истории",
        "other": "…и ещё {n} сообщения: они в истории",
    },
    "message.taken_back": "🗑 удалено у клиента",
    "button.asklink": "🔗 Попросить ссылку",
    "asklink.nothing": "В этом обращении нет файла, который не дошёл.",
    "asklink.sent": "Ссылку у клиента уже попросили.",
    "help.asklink": "🔗 /asklink — попросить ссылку на файл больше 20 МБ",
}
