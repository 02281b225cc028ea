"""What a person has to press to connect a mailbox, step by step, in Russian and English."""

from collections.abc import Mapping

SETUP_STEPS: Mapping[str, tuple[str, ...]] = {
    "ru": (
        "1. Заведите для заявок отдельный ящик, например sales@ваш-домен: письма из него хаб читает, но "
        "никогда не помечает прочитанными и не удаляет.",
        "2. Включите доступ по IMAP. Яндекс 360: Настройки → Почтовые программы → «С сервера "
        "imap.yandex.ru по протоколу IMAP» и «Пароли приложений». Mail.ru: настройка не нужна. Gmail: "
        "Настройки → Пересылка и POP/IMAP.",
        "3. Создайте пароль для приложения: обычный пароль почты не подойдёт. Яндекс: Яндекс ID → "
        "Безопасность → Пароли приложений → Почта. Mail.ru: Настройки → Безопасность → Пароли для внешних"
        " приложений. Gmail: аккаунт Google → Безопасность → Двухэтапная аутентификация → Пароли "
        "приложений.",
        "4. Впишите серверы. Яндекс: imap.yandex.ru 993 и smtp.yandex.ru 465. Mail.ru: imap.mail.ru 993 и"
        " smtp.mail.ru 465. Gmail: imap.gmail.com 993 и smtp.gmail.com 465. Свой сервер: его имя, 993 и "
        "465 или 587.",
        "5. Логин – адрес целиком, пароль – пароль приложения. Нажмите «Проверить»: хаб войдёт на оба "
        "сервера, ничего не отправляя.",
        "6. Старые письма хаб не трогает. Нужна история – укажите, за сколько дней её взять: срочных "
        "задач из неё не будет.",
    ),
    "en": (
        "1. Use a mailbox of its own for requests, e.g. sales@your-domain: the hub reads its letters and "
        "never marks or deletes them.",
        "2. Switch on IMAP. Yandex 360: Settings → Email clients → “From the imap.yandex.ru server via "
        "IMAP” and “App passwords”. Mail.ru: nothing to do. Gmail: Settings → Forwarding and POP/IMAP.",
        "3. Make an app password; the usual one is refused. Yandex: Yandex ID → Security → App passwords "
        "→ Mail. Mail.ru: Settings → Security → Passwords for external applications. Gmail: Google "
        "account → Security → 2-Step Verification → App passwords.",
        "4. Enter the servers. Yandex: imap.yandex.ru 993 and smtp.yandex.ru 465. Mail.ru: imap.mail.ru "
        "993 and smtp.mail.ru 465. Gmail: imap.gmail.com 993 and smtp.gmail.com 465. Your own: its name, "
        "993 and 465 or 587.",
        "5. The login is the whole address, the password the app password. Press “Check”: the hub logs in"
        " on both servers and sends nothing.",
        "6. Old letters are left alone. If you want history, say how many days: it makes no urgent work.",
    ),
}
