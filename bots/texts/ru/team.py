"""What a head reads of the people of their lines."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "card.whisper": "📝 Заметка коллеги о клиенте",
    "team.title": "👥 Команда сейчас, {time}",
    "team.load": "открыто {n} · ждут {waiting}",
    "team.oldest": "дольше всех ждут {amount}",
    "team.answers": "сегодня первых ответов {n}, медиана {median}",
    "team.no_answers": "сегодня первых ответов нет",
    "team.more": "…и ещё {n}",
    "team.queue": "⏳ Никто не взял: {n}",
    "team.held": "👤 {name}: открытые обращения",
    "team.nobody_waits": "{name}: никто не ждёт, передавать некого.",
    "team.relieve_ask": {
        "one": "Передать {n} клиента, который ждёт ({name}), другим по правилам линий? Сроки не изменятся.",
        "few": "Передать {n} клиентов, которые ждут ({name}), другим по правилам линий? Сроки не изменятся.",
        "many": "Передать {n} клиентов, которые ждут ({name}), другим по правилам линий? Сроки не изменятся.",
        "other": "Передать {n} клиента, которые ждут ({name}), другим по правилам линий? Сроки не изменятся.",
    },
    "team.relieved": {
        "one": "⚖️ {name}: передан {n} клиент",
        "few": "⚖️ {name}: передано {n} клиента",
        "many": "⚖️ {name}: передано {n} клиентов",
        "other": "⚖️ {name}: передано {n} клиента",
    },
    "team.kept": {
        "one": "У менеджера {name} остаётся {n} клиент: сейчас его некому взять.",
        "few": "У менеджера {name} остаются {n} клиента: сейчас их некому взять.",
        "many": "У менеджера {name} остаются {n} клиентов: сейчас их некому взять.",
        "other": "У менеджера {name} остаются {n} клиента: сейчас их некому взять.",
    },
    "button.back_to_team": "👥 Команда",
    "button.refresh": "🔄 Обновить",
    "button.read": "👁 Читать #{number}",
    "button.take_over": "🫴 Забрать #{number}",
    "button.relieve": "⚖️ Разгрузить ({n})",
    "button.relieve_yes": "⚖️ Передать",
    "help.team": "👥 /team — кто на смене, нагрузка, ответы · /relieve Анна — передать ждущих другим",
    "command.team": "Команда и нагрузка",
}
