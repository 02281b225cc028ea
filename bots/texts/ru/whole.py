"""Everything whole: the history as a file, a long letter, the files of a client."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "button.transcript": "📄 Файлом",
    "button.files": "📎 Файлы",
    "button.whole": "📄 Целиком",
    "button.original": "✉️ Исходное письмо",
    "button.file_number": "📎 {n}",
    "button.newer_files": "⟨ Новее",
    "button.older_files": "Старше ⟩",
    "message.cut": {
        "one": "✂️ Здесь только начало: {shown} из {n} знака",
        "few": "✂️ Здесь только начало: {shown} из {n} знаков",
        "many": "✂️ Здесь только начало: {shown} из {n} знаков",
        "other": "✂️ Здесь только начало: {shown} из {n} знаков",
    },
    "transcript.title": "История клиента: {name}",
    "transcript.company": "Компания: {name}",
    "transcript.period": "Период: {span}",
    "transcript.zone": "Время: {zone}",
    "transcript.counts": "Сообщений: {messages}, обращений: {conversations}",
    "transcript.made": "Составлено: {at}, для: {name}",
    "transcript.cut": "ВНИМАНИЕ: более ранние сообщения не поместились, их видно в «🕘 История».",
    "transcript.client": "{name} (клиент)",
    "transcript.note": "ЗАМЕТКА, клиент не видит · {name}",
    "transcript.activity": "событие",
    "transcript.chapter_open": "Обращение #{number} · {line} · открыто {opened}",
    "transcript.chapter_closed": "Обращение #{number} · {line} · {opened} – {closed}",
    "transcript.name": "istoriya-{number}.txt",
    "transcript.caption": "📄 История #{number} · {name} · {span}",
    "transcript.caption_cut": "📄 История #{number} · {name} · {span}; более ранние сообщения не поместились",
    "whole.head": "Обращение #{number} · {name}",
    "whole.quoted": "--- ниже прежняя переписка, которую цитирует письмо ---",
    "whole.name": "soobshchenie-{number}-{time}",
    "whole.caption": "📄 Целиком · {name} · {time} · #{number}",
    "whole.original": "✉️ Исходное письмо · {name} · {time} · #{number}",
    "whole.not_kept": "Исходного письма у нас уже нет: письма хранятся три месяца. Весь текст: /whole",
    "whole.no_letter": "Это не письмо: исходного документа у сообщения нет. Весь текст: /whole",
    "source.order": "заказ {number}",
    "files.title": "📎 Файлы клиента {name}",
    "files.empty": "Файлов в переписке нет.",
    "files.row": "{n}. {name} · {time} · {who}",
    "files.row_size": "{n}. {name} ({size}) · {time} · {who}",
    "files.coming": "{row} · ещё не пришёл",
    "files.not_here": "Этого файла у нас нет: {reason}",
    "files.not_here_yet": "Этот файл ещё не пришёл от клиента. Попробуйте чуть позже.",
    "files.too_large": "Файл «{name}» больше 50 МБ, Telegram не даст его переслать.",
    "deed.history_saved": "история выгружена файлом",
    "deed.message_saved": "сообщение прочитано целиком",
    "deed.original_saved": "выгружено исходное письмо",
    "deed.file_read": "открыт файл клиента",
    "button.botlink": "🔗 Ссылка на бота",
    "button.copy_link": "📋 Скопировать ссылку",
    "client_link.title": "🔗 Ссылка на бота для клиента #{number} · {name}",
    "client_link.what": (
        "Работает один раз и 7 дней. Отправьте её клиенту сами: СМС, письмом, в другом мессенджере. "
        "Когда он откроет бота и напишет, спрошу, объединить ли карточки: ссылку могли и переслать."
    ),
    "client_link.no_bot": "Бота для клиентов нет: его подключает администратор, /connect.",
    "deed.client_link_made": "выдана ссылка на бота",
    "help.whole": (
        "/transcript история файлом · /whole сообщение целиком · /original письмо · /files файлы · /file · "
        "/botlink ссылка клиенту на бота"
    ),
}
