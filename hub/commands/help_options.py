"""What options and arguments mean, in Russian, by their English; `{}` stands for what the code puts in."""

from collections.abc import Mapping

OPTIONS: Mapping[str, str] = {
    # of every command
    "Show this message and exit.": "Показать эту справку.",
    "Show where an error comes from.": "Показать, откуда взялась ошибка.",
    "Language of what commands say; ru if left out.": "Язык команд: ru или en; без неё ru.",
    "Settings file; hub.toml here if left out.": "Файл настроек; без неё hub.toml в этом каталоге.",
    "PostgreSQL to use instead of the embedded one: postgresql://user:pass@host/db.": (
        "PostgreSQL вместо встроенного: postgresql://user:pass@host/db."
    ),
    "Directory of the embedded database, files and the key file.": "Каталог хаба: встроенная база, файлы, файл ключей.",
    "Language of what the command line says.": "Язык команд: ru или en.",
    "Print JSON for scripts.": "Напечатать JSON для программ.",
    "Redis or Valkey for several processes: redis://host:6379/0. Optional.": (
        "Redis или Valkey для нескольких процессов: redis://host:6379/0. Не обязателен."
    ),
    "Address at which providers reach us, https://hub.example.ru.": (
        "Адрес, по которому нас находят провайдеры: https://hub.example.ru."
    ),
    "Port to listen at; 0 takes a free one.": "Порт; 0 берёт свободный.",
    "Address to listen at.": "На каком адресе слушать.",
    "Directory of files; several machines share one mount.": "Каталог файлов; у нескольких машин он общий.",
    "Do not ask.": "Не спрашивать.",
    "File; standard input if left out.": "Файл; без него читается стандартный ввод.",
    # the sandbox
    "Directory to keep the play in; forgotten at the end if left out.": (
        "Каталог, где сохранить игру; без него в конце всё забудется."
    ),
    "Manage here by typed lines as well; works with a script on standard input.": (
        "Быть менеджером и здесь, строками; можно подать сценарий на стандартный ввод."
    ),
    "Language at the start and at the terminal.": "Язык при запуске и в терминале.",
    "Do not ask, though somebody uses the database.": "Не спрашивать, даже если базой пользуются.",
    # connecting
    "telegram, email, webform, a PBX or a CRM (any other word lists them); manager_bot: that of the managers.": (
        "telegram, email, webform, АТС или CRM (любое другое слово перечислит их); manager_bot: бот менеджеров."
    ),
    "A setting as name=value; may be repeated.": "Настройка вида имя=значение; можно несколько раз.",
    "TOML or JSON file with settings.": "Файл с настройками, TOML или JSON.",
    "Ask for every setting, not only for what is needed.": "Спросить обо всех настройках, а не только о нужных.",
    "Name for people; the kind if left out.": "Имя для людей; без него вид канала.",
    "Key of the line its requests go to; rules decide if empty.": (
        "Ключ линии, куда идут обращения; без него решают правила."
    ),
    "Save although the test fails.": "Сохранить, даже если проверка не прошла.",
    "Do not wait for the first event.": "Не ждать первого события.",
    "Correct a connection there is: what is not given stays, secrets are asked.": (
        "Исправить имеющееся подключение: что не задано, остаётся, токены спросятся."
    ),
    "With --again: the same account of a CRM, which has a new address now.": (
        "Вместе с --again: тот же аккаунт CRM, у которого теперь новый адрес."
    ),
    "Name or number of one connection.": "Имя или номер подключения.",
    "Name or number of the connection, as `hub connections` shows it.": (
        "Имя или номер подключения, как в `hub connections`."
    ),
    "Name or number of the CRM, as `hub connections` shows it.": "Имя или номер CRM, как в `hub connections`.",
    "Name or number of the CRM; may be left out if there is one.": "Имя или номер CRM; если она одна, не нужно.",
    "Name or number of the CRM if there are several.": "Имя или номер CRM, если их несколько.",
    "Number of a conversation of the client, 1042 or #1042.": "Номер обращения клиента, 1042 или #1042.",
    "Everybody who is in the CRM or wrote since it was connected.": (
        "Все, кто есть в CRM или писал после её подключения."
    ),
    "With --all: those who wrote since this day, e.g. 2026-11-22.": (
        "Вместе с --all: кто писал с этого дня, например 2026-11-22."
    ),
    "Number of the card in the CRM; it stands in the address of its page.": (
        "Номер карточки в CRM; он стоит в адресе её страницы."
    ),
    "Whose account a user there is: 7=ivan; may be repeated.": "Чей там пользователь: 7=ivan; можно несколько раз.",
    "Take such a link back: 7.": "Убрать такую связь: 7.",
    # people
    "Short name for the rules: a-z, 0-9, - and _; for instance anna.": (
        "Короткое имя для правил: a-z, 0-9, - и _; например anna."
    ),
    "Name as clients and colleagues read it.": "Имя, каким его видят клиенты и коллеги.",
    "What the person may see and do.": "Что человеку видно и можно.",
    "ru or en.": "ru или en.",
    "What kind of address.": "Вид адреса.",
    "The address: 101, +79161234567, anna@example.ru.": "Адрес: 101, +79161234567, anna@example.ru.",
    "Extension, login or employee id, as the PBX account shows it; off.": (
        "Добавочный, логин или номер сотрудника, как в кабинете АТС; или off."
    ),
    "How far back.": "За сколько дней.",
    "Name of the PBX, for its extensions and logins.": "Имя АТС, если это её добавочный или логин.",
    # rules
    "TOML file, for instance examples/shop.toml.": "Файл TOML, например examples/shop.toml.",
    "Why, for the list of revisions.": "Зачем; останется в списке редакций.",
    "Choose the targets of open waits anew; they keep theirs otherwise.": (
        "Пересчитать сроки тех, кто уже ждёт; без неё они остаются."
    ),
    "With it a deadline may get later too.": "С ней срок может стать и позже.",
    "Show so many clients for a CRM whose section changed.": "Сколько клиентов показать у CRM с изменённым разделом.",
    "How many changed requests to list.": "Сколько изменившихся обращений показать.",
    "Switch one on or off, or to a dry run that is only logged.": (
        "Включить, выключить или поставить на пробу, которая только пишется в журнал."
    ),
    "Its key, for instance A-3.": "Ключ сценария, например A-3.",
    # reports
    "One of: {}; or verify: tell everything again from the facts.": (
        "Один из: {}; или verify: вывести всё заново из журнала."
    ),
    "First day, 2026-11-22 or 22.11.2026; 30 days if left out.": (
        "Первый день, 2026-11-22 или 22.11.2026; без него 30 дней."
    ),
    "Last day, included.": "Последний день, включительно.",
    "First day of an earlier period beside it.": "Первый день прежнего отрезка, для сравнения.",
    "Last day of that period.": "Последний день того отрезка.",
    "Key of a line.": "Ключ линии.",
    "Channel by which clients asked.": "Канал, по которому обратились.",
    "Where they came from.": "Откуда пришли.",
    "utm_campaign.": "Кампания, utm_campaign.",
    "Key of a manager.": "Ключ менеджера.",
    "Key of a line whose team is meant.": "Ключ линии, чья команда нужна.",
    "Print CSV for spreadsheets.": "Напечатать CSV для таблиц.",
    # clients in and out
    "Show the first rows and count; write nothing.": "Показать первые строки и посчитать; ничего не записать.",
    'What a column means: --map "Номер=phone"; a column to leave out: --map "Город=-".': (
        'Что значит столбец: --map "Номер=phone"; пропустить: --map "Город=-".'
    ),
    "Key of the line whose leads they are; the default one.": "Ключ линии, чьи это лиды; без неё основная.",
    "Make a lead of every row, not only of those with a stage or an amount.": (
        "Завести лид из каждой строки, а не только со стадией или суммой."
    ),
    "New CSV file for the rows that were not taken, with the reasons.": (
        "Новый файл CSV для непринятых строк с причинами."
    ),
    "Number of an import to take back as a whole.": "Номер загрузки, которую отменить целиком.",
    "Number of an import to tell again, and to write --refused of.": (
        "Номер загрузки, о которой рассказать снова и чьи непринятые записать."
    ),
    "List what was imported.": "Показать, что загружали.",
    "CSV or XLSX with a row of headers.": "CSV или XLSX со строкой заголовков.",
    "New file, or new directory for all; the standard output if left out.": (
        "Новый файл, для all новый каталог; без неё на экран."
    ),
    "csv if left out, or what the name of the file says.": "Без неё csv или как говорит имя файла.",
    "One of: {}; or all, each into a file of its own.": "Одно из: {}; или all, каждое в свой файл.",
    # what was set aside
    "How many at most, oldest first.": "Сколько самое большее; сначала старые.",
    "Numbers as `hub parked` shows them.": "Номера, как их показывает `hub parked`.",
    "Everything that is parked; failed deliveries only by number.": (
        "Всё отложенное; неудавшиеся отправки только по номеру."
    ),
    "Number as people say it: 1042 or #1042.": "Номер, как его называют: 1042 или #1042.",
    "Kind of the connection, for instance webform.": "Вид подключения, например webform.",
    "TOML or JSON file with the settings of the connection.": "Файл с настройками подключения, TOML или JSON.",
    "Address the request came from, where settings list networks.": (
        "С какого адреса запрос, если в настройках перечислены сети."
    ),
    # backups
    "New directory; appears complete or not at all.": "Новый каталог; появится целиком или никак.",
    "Put the key file in too: whoever has the backup can then read every token.": (
        "Положить и файл ключей: тогда у кого копия, тот прочтёт все токены."
    ),
    "Directory that `hub backup` made.": "Каталог, который создал `hub backup`.",
}
