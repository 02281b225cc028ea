"""What each command is for, in Russian, by the English sentences of its docstring or of the catalogue.

Options and arguments stand in `help_options`, who puts both into the commands is `helping`.
"""

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    # the program
    "Every request of a business in one place: Telegram, e-mail, forms, calls. One owner, one clock, nothing lost.": (
        "Все обращения бизнеса в одном месте: Telegram, почта, формы, звонки. У каждого один ответственный и срок, "
        "ничего не теряется."
    ),
    # the list
    "Run the whole hub in this process.": "Запустить весь хаб в одном процессе.",
    "Stop the embedded database if it still runs.": "Остановить встроенную базу, если она ещё работает.",
    "Play with the hub in the browser or at the terminal: no token, no Internet.": (
        "Поиграть с хабом в браузере или в терминале: без токенов и Интернета."
    ),
    "Test database, files, address and every connection; say what to do.": (
        "Проверить базу, файлы, адрес и все подключения; сказать, что делать."
    ),
    "Show who is at work, what waits and for how long, and what needs you.": (
        "Показать, кто работает, что ждёт и сколько, где нужны вы."
    ),
    "Connect a bot, mailbox, form, PBX or CRM and wait for its first event.": (
        "Подключить бот, почту, форму, АТС или CRM и дождаться первого события."
    ),
    "Take a CRM away: says what is forgotten and what stays, and asks.": (
        "Отключить CRM: сказать, что забудется и что останется, и спросить."
    ),
    "List connections and how they are.": "Показать подключения и их состояние.",
    "Show the last requests of a provider and why they were refused.": (
        "Показать последние запросы провайдера и почему их не приняли."
    ),
    "Watch the CRMs: what waits, what was refused, who is who; hold clients against one anew.": (
        "Следить за CRM: что ждёт, что не принято, кто есть кто; сверить клиентов заново."
    ),
    "Add managers, invite them to the bot, take them away.": (
        "Добавить менеджеров, пригласить их в бот, закрыть доступ."
    ),
    "Read, check, compare and apply the rules of the business.": (
        "Правила бизнеса: прочитать, проверить, сравнить, применить."
    ),
    "Say in words why a conversation is whose it is and when it is due.": (
        "Сказать словами, почему обращение у этого менеджера и откуда его срок."
    ),
    "Print a report: response times, funnel, managers, lost clients; or prove them.": (
        "Показать отчёт: скорость ответа, воронка, менеджеры, отказы; или доказать его."
    ),
    "Bring in contacts and leads from CSV or XLSX, tried out first; take an import back.": (
        "Загрузить клиентов и лиды из CSV или XLSX, сначала на пробу; отменить загрузку."
    ),
    "Write clients, leads, conversations and messages into CSV, JSON Lines or XLSX.": (
        "Выгрузить клиентов, лиды, обращения и сообщения в CSV, JSON Lines или XLSX."
    ),
    "List payloads that could not be understood and deliveries that did not succeed.": (
        "Показать непонятое входящее и то, что не удалось отправить."
    ),
    "Put parked payloads and deliveries back into work.": "Вернуть отложенное в работу.",
    "Read a letter or a webhook from a file as the hub would; touches no database.": (
        "Прочитать письмо или вебхук из файла, как прочёл бы хаб; базу не трогает."
    ),
    "Make and change the keys that encrypt secrets.": "Создать и сменить ключи, которыми зашифрованы токены.",
    "Save database and files into a new directory.": "Сохранить базу и файлы в новый каталог.",
    "Bring a backup into an empty hub.": "Восстановить копию в пустой хаб.",
    "Let a restored hub send again, after a look at what would leave.": (
        "Разрешить восстановленному хабу снова отправлять, посмотрев, что уйдёт."
    ),
    "Run only webhooks, forms and API.": "Запустить только вебхуки, формы и API.",
    "Run only processing, delivery and timers.": "Запустить только обработку, отправку и таймеры.",
    "Run only mailboxes and long polling.": "Запустить только почту и опрос Telegram.",
    "Run only the receiving side of the manager bot.": "Запустить только приём бота менеджеров.",
    # running
    "Run the whole hub in this process, with an embedded database unless --dsn is given.": (
        "Запустить весь хаб в одном процессе, со встроенной базой, если не задан --dsn."
    ),
    "Run only webhooks, forms and API; other processes do the rest over the same database.": (
        "Запустить только вебхуки, формы и API; остальное делают другие процессы над той же базой."
    ),
    "Run only processing, delivery and timers; start as many as needed.": (
        "Запустить только обработку, отправку и таймеры; можно несколько."
    ),
    "Run only mailboxes and long polling; a second one waits until the first is gone.": (
        "Запустить только почту и опрос Telegram; второй ждёт, пока не станет первого."
    ),
    "Stop the embedded database if it still runs; asks first if a hub or anybody else is using it.": (
        "Остановить встроенную базу, если она ещё работает; спросит, если ею пользуется хаб или кто-то ещё."
    ),
    "Play with the hub in the browser or at the terminal: you are client and manager; no token, no Internet.": (
        "Поиграть с хабом в браузере или в терминале: вы и клиент, и менеджер; без токенов и Интернета."
    ),
    "Test database, Redis, files, disks, address and every connection; show the settings in force without secrets.": (
        "Проверить базу, Redis, файлы, диски, адрес и все подключения; показать действующие настройки без секретов."
    ),
    "Show who is at work, what waits in every lane, clocks, leases, connections; say what needs you and what to do.": (
        "Показать, кто работает, что и где ждёт, таймеры и подключения; сказать, где нужны вы и что делать."
    ),
    # connections
    "Connect a bot, mailbox, form, PBX or CRM and wait for its first event. Asks for the settings the channel needs, "
    "tests them, saves them encrypted, and prints the exact address and the fields of the provider's cabinet. Of a CRM "
    "also who is who there, and which stage becomes which.": (
        "Подключить бот, почту, форму, АТС или CRM и дождаться первого события.\n\nСпрашивает настройки канала, "
        "проверяет их, сохраняет зашифрованными и печатает точный адрес и поля кабинета провайдера. У CRM ещё и кто "
        "там кто, и какой этап станет каким."
    ),
    "Take a CRM away: its secrets are deleted, clients and their history stay; says what is forgotten, and asks.": (
        "Отключить CRM: её токены удаляются, клиенты и история остаются; скажет, что забудется, и спросит."
    ),
    "List connections and how they are; with a name print the address its provider calls (keep it secret).": (
        "Показать подключения и их состояние; с именем напечатать адрес для провайдера (держите его в тайне)."
    ),
    "Show the last 50 requests of a connection within 24 hours: names, sizes and why one was refused, never values.": (
        "Показать последние 50 запросов подключения за сутки: имена полей, размеры, причину отказа; значений нет."
    ),
    "Watch the CRMs, hold clients against one anew, say whose card and account is whose.": (
        "Следить за CRM, сверять с ней клиентов, говорить, чья карточка и чей аккаунт."
    ),
    "Show how each CRM is: what waits, what it refused and why, what came unheard, how long its token lasts.": (
        "Показать, как дела у каждой CRM: что ждёт, что и почему не приняла, что пришло мимо вебхуков, долго ли жить "
        "токену."
    ),
    "Hold a client, or all of them, against the CRM anew: read everything there again, try what was refused again.": (
        "Сверить клиента или всех с CRM заново: прочитать там всё снова, повторить непринятое."
    ),
    "Say which card of the CRM is a client's where no phone or e-mail tells; the two are then brought together.": (
        "Сказать, какая карточка CRM у клиента, если ни телефон, ни почта не говорят; дальше они вместе."
    ),
    "Show who is who: users of the CRM and people of the business, matched by e-mail or as you say.": (
        "Показать, кто есть кто: сотрудники в CRM и люди хаба, по почте или как скажете вы."
    ),
    # people
    "List everybody, those who left included.": "Перечислить всех, и тех, кто ушёл.",
    "Add a person; `hub people invite` lets them into the bot.": (
        "Добавить человека; в бот его впустит `hub people invite`."
    ),
    "Print an invitation to the manager bot for one use within two days.": (
        "Напечатать приглашение в бот менеджеров: на один раз, на два дня."
    ),
    "Take a person's access away at once and hand their clients over; what they did stays in the history.": (
        "Сразу закрыть человеку доступ и передать его клиентов; сделанное им остаётся в истории."
    ),
    "List what a person read, exported or changed, and whose cards stood in their chat.": (
        "Показать, что человек читал, выгружал и менял и чьи карточки были у него в чате."
    ),
    "Set which telephone of a person the PBX rings for calls from cards: an extension, a login; off takes it away.": (
        "Сказать, на какой телефон человека звонит АТС при звонке из карточки: добавочный или логин; off убирает."
    ),
    "Credit calls and answers from an address to a person: an extension, own mobile, own mailbox.": (
        "Засчитывать человеку звонки и ответы с адреса: добавочного, своего мобильного, своей почты."
    ),
    # rules
    "Replay stored requests under a file: who would have got what, which deadlines would move; writes nothing. For a "
    "CRM whose section changed: what would be written there of the last clients.": (
        "Проиграть прошлые обращения по файлу: кому что досталось бы, какие сроки сдвинулись бы; ничего не меняет.\n\n"
        "У CRM, чей раздел изменён: что там записалось бы о последних клиентах."
    ),
    "List what the hub does by itself and how often what is off would have helped; switch one with `on A-3`.": (
        "Показать, что хаб делает сам и сколько раз помог бы выключенный сценарий; включить: `on A-3`."
    ),
    "Print the rules in force as TOML, as they were written.": "Напечатать действующие правила, как они написаны.",
    "Check a file without applying it; where there is a hub, also whether everybody and every CRM it names is here.": (
        "Проверить файл, не применяя; если хаб есть, то и есть ли в нём все названные люди и CRM."
    ),
    "Show what a file would change against the rules in force.": "Показать, что файл изменит в действующих правилах.",
    "Put a file into force as the next revision; nothing changes if anything in it is wrong.": (
        "Ввести файл в действие новой редакцией; если в нём ошибка, не меняется ничего."
    ),
    "Leave a file for an administrator to read as a dry run in the manager bot (/draft), and to decide there.": (
        "Предложить файл администратору: он увидит пробный прогон в боте менеджеров (/draft) и решит."
    ),
    # looking
    "Print the story of a conversation, a sentence a line.": "Рассказать историю обращения, по предложению в строке.",
    "Print a report, computed from the ledger alone; `verify` proves it and ends with 1 if anything differs.": (
        "Показать отчёт, посчитанный только по журналу; `verify` доказывает его и кончается кодом 1 при расхождениях."
    ),
    "Bring in contacts and leads from a file; the same file again goes on where it was broken off.": (
        "Загрузить клиентов и лиды из файла; тот же файл снова продолжает с места обрыва."
    ),
    "Write what the hub holds, as it is at one instant; an audit fact is kept of it.": (
        "Выгрузить то, что есть в хабе, на один миг; в журнале остаётся запись об этом."
    ),
    "List payloads and deliveries that were set aside or failed, with the reason; nothing of them is lost.": (
        "Показать входящее и отправки, которые отложены или не удались, и почему; ничего не потеряно."
    ),
    "Put parked payloads and deliveries back into work; what they already caused is not caused again.": (
        "Вернуть отложенное в работу; что уже сделано, второй раз не делается."
    ),
    "Print a raw letter (.eml) as one JSON object.": "Напечатать письмо (.eml) одним объектом JSON.",
    "Print what the hub makes of a raw HTTP request: is it proven, its id and order, its events. The exit code is 0 "
    'for a refused request too: the verdict stands in "verification".': (
        "Напечатать, что хаб понял бы из запроса HTTP: доказан ли он, его номер и порядок, события.\n\nКод возврата 0 "
        "и для непринятого: приговор стоит в «verification»."
    ),
    # keeping
    "Print a fresh key for HUB_SECRET_KEYS; stores nothing.": (
        "Напечатать новый ключ для HUB_SECRET_KEYS; ничего не сохраняет."
    ),
    "Encrypt everything under a new key: of the key file, or the one put first in HUB_SECRET_KEYS.": (
        "Зашифровать всё новым ключом: из файла ключей или первым из HUB_SECRET_KEYS."
    ),
    "End the old keys of the key file, after every hub process was restarted; keep a copy for older backups.": (
        "Убрать старые ключи из файла, когда перезапущены все процессы хаба; для прежних копий сохраните их."
    ),
    "Save database and files while the hub runs.": "Сохранить базу и файлы, не останавливая хаб.",
    "Bring a backup into an empty hub, a new --data directory or the empty database of --dsn; `hub resume` is next.": (
        "Восстановить копию в пустой хаб: в новый каталог --data или пустую базу --dsn; дальше `hub resume`."
    ),
    "Show what a restored hub holds back, ask, and let it go on; answers of the backup are not sent by themselves.": (
        "Показать, что придержал восстановленный хаб, спросить и отпустить; ответы из копии сами не уходят."
    ),
}
