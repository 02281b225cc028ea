"""What the sandbox's terminal says that the manager bot does not: clients and the clock are only here."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "ready": "{address}  песочница готова за {seconds:.1f} с, остановить: Ctrl-C",
        "welcome": "Вы {name}, менеджер магазина «Лампа и Полка». Хаб настоящий, клиенты выдуманные.\n"
        "client — пришёл новый клиент · /help — что набирать · Ctrl-C — закончить\n",
        "help": "Только здесь, в песочнице:\n"
        "client — приходит новый клиент (Telegram, форма, письмо, пропущенный звонок по очереди)\n"
        "client new текст — новый клиент пишет это в Telegram\n"
        "client текст — последний клиент пишет ещё\n"
        "clock 15 — прошло 15 минут · clock morning — до утра\n"
        "/quit — закончить",
        "clock": "🕘 {time}",
        "clock_how": "На сколько минут? clock 15 или clock morning",
        "refused": "Не получилось: {reason}",
    },
    "en": {
        "ready": "{address}/?lang=en  the sandbox is ready after {seconds:.1f} s, stop it with Ctrl-C",
        "welcome": "You are {name}, a manager of a shop. The hub is real, the clients are made up.\n"
        "client — a new client comes · /help — what to type · Ctrl-C — the end\n",
        "help": "Only here, in the sandbox:\n"
        "client — a new client comes (Telegram, form, letter, missed call in turn)\n"
        "client new text — a new client writes this in Telegram\n"
        "client text — the last client writes again\n"
        "clock 15 — 15 minutes pass · clock morning — until the morning\n"
        "/quit — the end",
        "clock": "🕘 {time}",
        "clock_how": "How many minutes? clock 15 or clock morning",
        "refused": "That did not work: {reason}",
    },
}
