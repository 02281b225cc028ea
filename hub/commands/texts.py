"""What commands say to people, in Russian and English by the setting `language`.

Errors and findings stand in `refusals`, help in `help_commands` and `help_options`.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence; facts stand in braces under the same names in both languages."""

    ru: str
    en: str


TEXTS: Mapping[str, Sentence] = {
    "policy.right": Sentence(
        "{file}: ошибок нет. Линии: {lines}; правил: {rules}.",
        "{file}: nothing is wrong. Lines: {lines}; rules: {rules}.",
    ),
    "policy.refused": Sentence(
        "{file} не принят, ничего не изменилось: {first}{more}", "{file} is refused, nothing changed: {first}{more}"
    ),
    "policy.more": Sentence(" (и ещё {count}, все перечислены выше)", " (and {count} more, all listed above)"),
    "policy.doubt": Sentence("{file}: внимание, {said}", "{file}: warning, {said}"),
    "policy.nobody_asked": Sentence(
        "Людей не сверяли: здесь нет хаба (--data, --dsn).", "Nobody was asked who works here: no hub (--data, --dsn)."
    ),
    "automations.key": Sentence("Сценарий", "Automation"),
    "automations.mode": Sentence("Сейчас", "Now"),
    "automations.name": Sentence("Что делает", "What it does"),
    "automations.helped": Sentence("За 30 дней", "In 30 days"),
    "automations.on": Sentence("включён", "on"),
    "automations.off": Sentence("выключен", "off"),
    "automations.dry": Sentence("проба", "dry run"),
    "automations.always": Sentence("всегда", "always"),
    "automations.times": Sentence(
        "помог бы {times} раз; включить: hub policy automations on {key}",
        "would have helped {times} times; turn it on: hub policy automations on {key}",
    ),
    "policy.same": Sentence("Различий нет.", "No differences."),
    "policy.proposed": Sentence(
        "Предложено: администратор увидит, что изменится, и решит в боте (/draft).",
        "Proposed: an administrator reads what it would do and decides in the bot (/draft).",
    ),
    "policy.applied": Sentence("Действует редакция {number}.", "Revision {number} is in force."),
    "hub.made": Sentence("Создан новый хаб, его данные в {data}.", "A new hub is made, its data is in {data}."),
    "down.used": Sentence(
        "Базой в {data} сейчас пользуются: {users}. Остановить всё равно?",
        "The database in {data} is in use by: {users}. Stop it all the same?",
    ),
    "down.hub": Sentence("хаб (соединений: {count}, с {since})", "the hub ({count} connections, since {since})"),
    "down.other": Sentence("{name} (соединений: {count}, с {since})", "{name} ({count} connections, since {since})"),
    "down.kept": Sentence("Ничего не остановлено.", "Nothing is stopped."),
    "ask.keeps": Sentence("Пустой ответ оставляет как было.", "An empty answer keeps what was."),
    "ask.yes_or_no": Sentence("[д/Н]", "[y/N]"),
    "report.verifying": Sentence("Сверяю", "Verifying"),
    "report.verified": Sentence(
        "Сверено по журналу: ожиданий {waits}, лидов {leads}, записей {facts}; расхождений {differences}.",
        "Told again from the ledger: {waits} waits, {leads} leads, {facts} facts; {differences} differences.",
    ),
    "report.unprovable": Sentence(
        "Открыты до полного журнала и не сверяются: {count}.",
        "Opened before the ledger was complete and not judged: {count}.",
    ),
    "down.stopped": Sentence("База в {data} остановлена.", "The database in {data} is stopped."),
    "down.nothing": Sentence("В {data} ничего не запущено.", "Nothing runs in {data}."),
    "parked.none": Sentence("Ничего не отложено.", "Nothing is parked."),
    "parked.back": Sentence(
        "Возвращено в работу: {count}. Запущенный хаб возьмёт их в течение секунды.",
        "Back in work: {count}. A running hub takes them within a second.",
    ),
    "connections.none": Sentence(
        "Пока ничего не подключено; как это сделать: hub connect --help.",
        "Nothing is connected yet; how to do it: hub connect --help.",
    ),
    "attempts.none": Sentence(
        "За сутки ни одного запроса: тот ли адрес указан в кабинете провайдера?",
        "No request within 24 hours: is the address in the provider's cabinet the right one?",
    ),
    "keys.rotated": Sentence(
        "Зашифровано заново подключений: {count}. Перезапустите все процессы хаба, затем {last}.",
        "Encrypted again: {count} connections. Restart every hub process, then {last}.",
    ),
    "keys.then_forget": Sentence("выполните hub keys forget", "run hub keys forget"),
    "keys.then_remove": Sentence("уберите старые ключи из HUB_SECRET_KEYS", "remove the old keys from HUB_SECRET_KEYS"),
    "keys.forgotten": Sentence("В {file} остался только новый ключ.", "Only the newest key is left in {file}."),
    "backup.saving": Sentence("Сохраняю в {target}", "Saving into {target}"),
    "backup.complete": Sentence(
        "{target} готова: строк {rows}, файлов {files} ({megabytes} МБ), хаб {hub}.",
        "{target} is complete: {rows} rows, {files} files ({megabytes} MB), hub {hub}.",
    ),
    "backup.damaged": Sentence(
        "Не вошли повреждённые на диске файлы: {count}; их имена в manifest.json.",
        "Left out, damaged on disk: {count} files; manifest.json names them.",
    ),
    "backup.no_key": Sentence(
        "Ключа в копии нет: храните {place} отдельно, без него токены не прочитать.",
        "The key is not in it: keep {place} elsewhere, without it tokens are lost.",
    ),
    "restore.running": Sentence("Восстанавливаю {source}", "Restoring {source}"),
    "restore.done": Sentence(
        "Восстановлено: строк {rows}, файлов {files} ({megabytes} МБ), хаб {hub}.",
        "Restored: {rows} rows, {files} files ({megabytes} MB), hub {hub}.",
    ),
    "restore.no_key": Sentence(
        "В копии нет ключа: верните {place} на место до запуска хаба.",
        "The backup has no key: put {place} back before starting the hub.",
    ),
    "restore.held": Sentence(
        "Хаб придержан: он принимает и читает, но ничего не отправляет и не запускает таймеры. Запустите его (hub up), "
        "дайте ему дочитать почту и ботов, затем посмотрите и отпустите: hub resume",
        "The hub is held: it receives and reads, but sends nothing and fires no timers. Start it (hub up), let it "
        "catch up with mailboxes and bots, then look and let it go on: hub resume",
    ),
    "resume.not_held": Sentence("Хаб ничего не придерживает.", "The hub holds nothing back."),
    "resume.held": Sentence(
        "Восстановлен {at} из копии, снятой {made} ({zone}). Если отпустить сейчас:",
        "Restored {at} from a backup made {made} ({zone}). If it goes on now:",
    ),
    "resume.nothing": Sentence("Ничего не ждёт.", "Nothing waits."),
    "resume.goes": Sentence("уйдут", "leave"),
    "resume.doubtful": Sentence(
        "не уйдут: могли уйти и раньше, авторы скажут, дошли ли", "stay: may have left before, their authors are asked"
    ),
    "resume.dropped": Sentence("не уйдут: автоматические, опоздали", "are dropped: automatic, too late"),
    "resume.missed": Sentence(
        "не сработают: нарушения запишутся, руководителям одна сводка",
        "do not fire: breaches are written, heads get one summary",
    ),
    "resume.unread": Sentence(
        "Ещё не обработано входящих: {count}. Пусть хаб сначала дочитает.",
        "Not processed yet: {count} payloads. Let the hub catch up first.",
    ),
    "resume.quiet": Sentence(
        "С восстановления ничего не пришло по подключениям: {names}. Работает ли хаб, дочитал ли он их?",
        "Nothing has come since the restore over: {names}. Does the hub run, has it caught up with them?",
    ),
    "resume.asked": Sentence("Отпустить хаб?", "Let the hub go on?"),
    "resume.kept": Sentence("Хаб остаётся придержанным.", "The hub stays held."),
    "resume.done": Sentence(
        "Хаб работает дальше; запущенные процессы заметят это за несколько секунд.",
        "The hub goes on; processes at work notice it within seconds.",
    ),
    "trial.running": Sentence("Проигрываю обращения", "Replaying requests"),
    "trial.none": Sentence("В эти дни обращений не было.", "There were no requests in these days."),
    "trial.requests": Sentence(
        "Обращений: {count}. Другая линия: {lines}, другой ответственный: {people}.",
        "Requests: {count}. Another line: {lines}, another person: {people}.",
    ),
    "trial.deadlines": Sentence("Срок раньше: {earlier}, позже: {later}.", "Due earlier: {earlier}, later: {later}."),
    "trial.agreeing": Sentence(
        "Действующие правила на том же прогоне называют того, кто получил на деле: {percent} %. "
        "Слова людей о смене, отказы и разговоры не повторяются.",
        "The rules in force, replayed alike, name who really got it: {percent} %. "
        "What people said of their shifts, refusals and talks are not replayed.",
    ),
    "trial.person": Sentence("  {name}: было {was}, стало бы {becomes}", "  {name}: was {was}, would be {becomes}"),
    "trial.moved": Sentence("срок {minutes} мин", "due {minutes} min"),
    "trial.queue": Sentence("очередь", "queue"),
    "trial.more": Sentence("… и ещё {count}; все: --json", "… and {count} more; all: --json"),
    "trial.crm": Sentence(
        "{crm}: что хаб записал бы о последних клиентах ({count}, иначе, чем сейчас: {changed}):",
        "{crm}: what the hub would write of the last clients ({count}, other than now: {changed}):",
    ),
    "trial.crm_nobody": Sentence("{crm}: клиентов пока нет.", "{crm}: there are no clients yet."),
    "trial.crm_first_stage": Sentence("первый этап", "first stage"),
    "trial.crm_pipeline": Sentence("воронка {pipeline}: {stage}", "pipeline {pipeline}: {stage}"),
    "people.none": Sentence(
        "Пока никого: hub people add КЛЮЧ ИМЯ --role admin.", "Nobody yet: hub people add KEY NAME --role admin."
    ),
    "people.added": Sentence(
        "Добавлено: {name}. Пригласить в бот менеджеров: hub people invite {key}.",
        "{name} is added. Invite to the manager bot: hub people invite {key}.",
    ),
    "people.invite": Sentence(
        "{name}: одноразовое приглашение до {until} ({zone}).",
        "{name}: an invitation for one use, until {until} ({zone}).",
    ),
    "people.link": Sentence("Откройте {link}", "Open {link}"),
    "people.start": Sentence("Отправьте боту менеджеров: /start {token}", "Send to the manager bot: /start {token}"),
    "people.removed": Sentence(
        "{name} больше не имеет доступа; история осталась. Передано обращений: {count}.",
        "{name} has no access any more; the history stays. Conversations handed over: {count}.",
    ),
    "people.saw_nothing": Sentence("За {days} дн. ничего не открывали.", "Nothing was opened in {days} days."),
    "deed.shown": Sentence("карточка была в чате", "a card stood in the chat"),
    "deed.card_read": Sentence("открыта карточка", "card opened"),
    "deed.read_along": Sentence("читает вместе до конца дня", "reads along until the day ends"),
    "deed.history_read": Sentence("прочитана история", "history read"),
    "deed.reasons_read": Sentence("прочитаны причины", "reasons read"),
    "deed.searched": Sentence("поиск", "search"),
    "deed.recording_heard": Sentence("запись разговора", "recording of a talk"),
    "deed.extension_set": Sentence("телефон на АТС", "telephone on a PBX"),
    "deed.report_read": Sentence("отчёт", "report"),
    "deed.invited": Sentence("приглашение", "invitation"),
    "deed.let_in": Sentence("вошёл по приглашению", "came in by invitation"),
    "deed.dismissed": Sentence("закрыт доступ", "access ended"),
    "deed.role_changed": Sentence("сменена роль", "role changed"),
    "deed.policy_proposed": Sentence("предложены правила", "rules proposed"),
    "deed.policy_changed": Sentence("изменены правила", "rules changed"),
    "deed.policy_refused": Sentence("отклонены правила", "rules refused"),
    "deed.connect_link_made": Sentence("ссылка для подключения", "link for connecting"),
    "deed.connected": Sentence("создано подключение", "connection made"),
    "deed.replayed": Sentence("отложенное возвращено в работу", "put back into work"),
    "deed.imported": Sentence("загружен файл клиентов", "clients imported"),
    "deed.import_undone": Sentence("загрузка отменена", "import taken back"),
    "deed.exported": Sentence("выгрузка", "export"),
    "deed.room_linked": Sentence("подключена комната команды", "team room linked"),
    "deed.room_unlinked": Sentence("отключена комната команды", "team room unlinked"),
    "deed.crm_resynced": Sentence("сверка с CRM", "synced again with a CRM"),
    "deed.crm_linked": Sentence("связь с сотрудником CRM", "linked with a CRM user"),
    "deed.crm_unlinked": Sentence("связь с сотрудником CRM снята", "unlinked from a CRM user"),
    "deed.crm_card_linked": Sentence("клиент связан с карточкой CRM", "linked with a card of a CRM"),
    "deed.crm_removed": Sentence("CRM отключена", "CRM disconnected"),
    "column.subject": Sentence("что именно", "of what"),
    "people.extension_off": Sentence(
        "Телефон на АТС убран: {name}. Звонить из карточек нельзя.",
        "The PBX telephone of {name} is taken away: no calls from cards.",
    ),
    "people.address": Sentence(
        "Звонки и ответы с {value} засчитываются: {name}.", "Calls and answers from {value} are credited to {name}."
    ),
    "column.number": Sentence("№", "No"),
    "column.kind": Sentence("вид", "kind"),
    "column.name": Sentence("имя", "name"),
    "column.line": Sentence("линия", "line"),
    "column.state": Sentence("состояние", "state"),
    "column.last_event": Sentence("последнее событие ({zone})", "last event ({zone})"),
    "column.since": Sentence("с ({zone})", "since ({zone})"),
    "column.what": Sentence("что", "what"),
    "column.count": Sentence("сколько", "how many"),
    "column.then": Sentence("что с ними будет", "what becomes of them"),
    "column.tries": Sentence("попыток", "tries"),
    "column.reason": Sentence("причина", "reason"),
    "column.at": Sentence("когда ({zone})", "at ({zone})"),
    "column.from": Sentence("откуда", "from"),
    "column.method": Sentence("метод", "method"),
    "column.status": Sentence("ответ", "status"),
    "column.bytes": Sentence("байт", "bytes"),
    "column.verdict": Sentence("итог", "verdict"),
    "column.fields": Sentence("поля", "fields"),
    "column.client": Sentence("клиент", "client"),
    "column.owner": Sentence("ответственный", "owner"),
    "column.stage": Sentence("этап", "stage"),
    "column.key": Sentence("ключ", "key"),
    "column.role": Sentence("роль", "role"),
    "column.works": Sentence("работает", "works"),
    "column.in_bot": Sentence("в боте", "in the bot"),
    "verified.wait": Sentence("ожидание", "wait"),
    "verified.lead": Sentence("лид", "lead"),
    "verified.a row": Sentence("строка есть", "a row"),
    "verified.no row": Sentence("строки нет", "no row"),
    "verified.its facts": Sentence("факты есть", "its facts"),
    "verified.no facts": Sentence("фактов нет", "no facts"),
    "verified.no opening fact": Sentence("нет факта об открытии", "no opening fact"),
    "state.active": Sentence("работает", "active"),
    "state.paused": Sentence("приостановлено", "paused"),
    "state.down": Sentence("не работает", "down"),
    "state.parked": Sentence("отложено", "parked"),
    "state.failed": Sentence("отказ", "failed"),
    "state.unknown": Sentence("неизвестно", "unknown"),
    "verdict.accepted": Sentence("принято", "accepted"),
    "verdict.answered": Sentence("проверка адреса", "address tried"),
    "role.manager": Sentence("менеджер", "manager"),
    "role.head": Sentence("руководитель", "head"),
    "role.admin": Sentence("администратор", "admin"),
    "lane.reply": Sentence("ответ", "reply"),
    "lane.notify": Sentence("уведомление", "notice"),
    "lane.media": Sentence("файл", "media"),
    "lane.crm": Sentence("обмен с CRM", "CRM"),
    "timer.first_response": Sentence("срок первого ответа", "first response"),
    "timer.next_response": Sentence("срок ответа", "next response"),
    "timer.accept": Sentence("срок принять", "acceptance"),
    "timer.callback": Sentence("срок перезвонить", "callback"),
    "timer.level": Sentence("напоминание о сроке", "escalation"),
    "timer.resolution": Sentence("срок решения", "resolution"),
    "timer.task": Sentence("напоминание о задаче", "task reminder"),
    "timer.call_confirmation": Sentence("проверка звонка", "confirmation of a call"),
    "timer.automation": Sentence("сценарий", "automation"),
    "thing.store": Sentence("хранилище", "store"),
    "thing.database": Sentence("база", "database"),
    "thing.keys": Sentence("ключи", "keys"),
    "thing.files": Sentence("файлы", "files"),
    "thing.people": Sentence("люди", "people"),
    "thing.account": Sentence("аккаунт сотрудника", "account"),
    "thing.parked": Sentence("отложенное", "parked"),
    "thing.public address": Sentence("внешний адрес", "public address"),
    "thing.role web": Sentence("роль web", "role web"),
    "thing.role work": Sentence("роль work", "role work"),
    "thing.role poll": Sentence("роль poll", "role poll"),
    "thing.role bot": Sentence("роль bot", "role bot"),
    "thing.in client": Sentence("входящее от клиентов", "in: clients"),
    "thing.in manager_bot": Sentence("входящее от менеджеров", "in: managers"),
    "thing.out reply": Sentence("ответы клиентам", "out: replies"),
    "thing.out notify": Sentence("уведомления менеджерам", "out: notices"),
    "thing.out call": Sentence("звонки", "out: calls"),
    "thing.out media": Sentence("файлы клиентов", "out: media"),
    "thing.out crm": Sentence("CRM", "out: CRM"),
    "thing.out webhook": Sentence("вебхуки наружу", "out: webhooks"),
    "thing.sending": Sentence("отправка", "sending"),
    "thing.spool": Sentence("накопитель", "spool"),
    "thing.disk data": Sentence("диск: данные", "disk: data"),
    "thing.disk files": Sentence("диск: файлы", "disk: files"),
    "thing.disk database": Sentence("диск: база", "disk: database"),
    "thing.CRM users": Sentence("сотрудники CRM", "CRM users"),
    "thing.CRM records": Sentence("записи в CRM", "CRM records"),
    "thing.CRM fields": Sentence("поля CRM", "CRM fields"),
    "thing.CRM credentials": Sentence("доступ к CRM", "CRM credentials"),
    "thing.leases": Sentence("взятое в работу", "leases"),
    "thing.clocks": Sentence("таймеры", "clocks"),
    "status.role": Sentence("процессов: {count}", "{count} at work"),
    "status.role_missing": Sentence(
        "никто не работает: запустите hub up или hub {role}", "nobody is at work: start hub up, or hub {role}"
    ),
    "status.process": Sentence("версия {version}, работает с {since}", "version {version}, at work since {since}"),
    "status.process_silent": Sentence(
        "молчит {silent} с (версия {version}): если никто не перезапустил, запустите снова",
        "silent for {silent} s (version {version}): if nobody has restarted it, start it again",
    ),
    "status.lane": Sentence("ждёт {waiting}, дольше всего {lag} с", "{waiting} waiting, the oldest {lag} s"),
    "status.held": Sentence(
        "придержана: хаб восстановлен {at} из копии от {made}; посмотрите и отпустите: hub resume",
        "held: the hub was restored {at} from a backup made {made}; look and let it go on: hub resume",
    ),
    "status.lane_held": Sentence("придержано, ждёт {waiting}", "held, {waiting} waiting"),
    "status.lane_behind": Sentence(
        "ждёт {waiting}, дольше всего {lag} с: работает ли hub work? если да, запустите ещё один, причина в журнале",
        "{waiting} waiting, the oldest {lag} s: does hub work run? if so start another; its log says why",
    ),
    "status.leases": Sentence("в работе {held}, дольше всего {age} с", "{held} in work, the oldest {age} s"),
    "status.leases_abandoned": Sentence(
        "брошено {overdue} с назад, и никто не подхватил: запустите или перезапустите hub work",
        "abandoned {overdue} s ago and taken over by nobody: start or restart hub work",
    ),
    "status.clocks": Sentence("ближайший {next}, опаздывают: {overdue}", "next {next}, overdue: {overdue}"),
    "status.clocks_held": Sentence("придержаны, наступило: {overdue}", "held, due: {overdue}"),
    "status.clocks_late": Sentence(
        "опаздывают: {overdue}, дольше всего {lag} с: работает ли hub work? если да, в его журнале ищите timer.failed",
        "overdue: {overdue}, the oldest {lag} s: does hub work run? if so look for timer.failed in its log",
    ),
    "status.parked": Sentence(
        "отложено входящих {payload_parked}, отправок {delivery_parked}; "
        "отказов {delivery_failed}, неизвестно {delivery_unknown}",
        "payloads: {payload_parked}, deliveries: {delivery_parked}; "
        "failed: {delivery_failed}, unknown: {delivery_unknown}",
    ),
    "status.parked_waiting": Sentence(
        "отложено отправок: {delivery_parked}; список: hub parked, отправить снова: hub replay",
        "deliveries set aside: {delivery_parked}; hub parked lists them, hub replay sends them again",
    ),
    "status.connection": Sentence("работает; последнее событие: {last}", "works; last event: {last}"),
    "status.connection_compared": Sentence(
        "работает; последнее событие: {last}; сверено с провайдером {compared}: ждут там {waiting}, "
        "найдено только сверкой {overlooked}",
        "works; last event: {last}; compared with the provider {compared}: {waiting} wait there, "
        "{overlooked} found only by comparing",
    ),
    "status.connection_down": Sentence(
        "{state} с {since}: {reason}; последнее событие: {last}; что делать, скажет hub check",
        "{state} since {since}: {reason}; last event: {last}; hub check says what to do",
    ),
    "status.crm": Sentence(
        "работает; дольше всего ждут обмена {lag} с; найдено без вебхуков {drift}",
        "works; the oldest client waits {lag} s; {drift} changes found without webhooks",
    ),
    "status.crm_rests": Sentence(
        "пауза до {until} ({zone}): {reason}; обмен ждёт {lag} с, клиентам это не мешает; подробно: "
        "hub crm status {name}",
        "resting until {until} ({zone}): {reason}; the exchange waits {lag} s, clients notice nothing; more: "
        "hub crm status {name}",
    ),
    "status.crm_refused": Sentence(
        "не приняла записей: {refused}; почему и что делать: hub crm status {name}",
        "has not taken {refused} records; why, and what to do: hub crm status {name}",
    ),
    "status.crm_ending": Sentence(
        "токен действует до {ends}: сделайте там новый и: hub connect {kind} --name {name} --again",
        "its token is good until {ends}: make a new one there, then: hub connect {kind} --name {name} --again",
    ),
    "status.spool": Sentence("пуст", "empty"),
    "status.spool_in_use": Sentence(
        "записей {records} ждут на диске этой машины, пока база не принимает их: почините базу, дальше всё само",
        "{records} payloads wait on the disk of this machine until the database takes them: mend it, the rest goes by "
        "itself",
    ),
    "status.spool_damaged": Sentence(
        "повреждённых файлов {files}: что с ними делать, сказано в docs/operations.md (HubSpoolDamaged)",
        "{files} damaged files: docs/operations.md says what to do (HubSpoolDamaged)",
    ),
    "status.disk": Sentence("свободно {percent}, {megabytes} МБ", "{percent} free, {megabytes} MB"),
    "status.disk_full": Sentence(
        "свободно лишь {percent}, {megabytes} МБ: освободите место, пока диск не полон",
        "only {percent} free, {megabytes} MB: make room before it is full",
    ),
    "status.database": Sentence("{megabytes} МБ", "{megabytes} MB"),
    "check.setting": Sentence("настройка", "setting"),
    "check.thing": Sentence("проверено", "looked at"),
    "connect.first": Sentence("Что сделать у провайдера:", "What to do at the provider:"),
    "connect.address_later": Sentence(
        "(адрес хаб скажет после сохранения)", "(the hub tells the address after saving)"
    ),
    "connect.saved": Sentence("Подключение «{name}» сохранено.", "The connection “{name}” is saved."),
    "connect.corrected": Sentence(
        "Подключение «{name}» исправлено; запущенный хаб заметит это за несколько секунд.",
        "The connection “{name}” is corrected; a running hub notices within seconds.",
    ),
    "connect.address": Sentence("Адрес для провайдера: {url}", "Address for the provider: {url}"),
    "connect.waiting": Sentence(
        "Жду первого события; хаб должен работать (hub up). Ctrl-C прекращает ждать, подключение остаётся.",
        "Waiting for the first event; the hub must be running (hub up). Ctrl-C ends waiting, the connection stays.",
    ),
    "connect.stopped": Sentence(
        "Больше не жду; подключение сохранено.", "Not waiting any more; the connection is saved."
    ),
    "connect.ping": Sentence(
        "{at} проверка адреса провайдером, отвечено", "{at} the provider tried the address, answered"
    ),
    "connect.refused": Sentence("{at} отклонено ({status}): {reason}", "{at} refused ({status}): {reason}"),
    "connect.signed": Sentence(
        "{at} получено, подпись верна, прочитано: {what}", "{at} received, signature valid, read as: {what}"
    ),
    "connect.fetched": Sentence("{at} получено, прочитано: {what}", "{at} received, read as: {what}"),
    "connect.unread": Sentence(
        "{at} получено, но не понято: {reason}; отложено, см. hub parked",
        "{at} received, but not understood: {reason}; parked, see hub parked",
    ),
    "connect.works": Sentence("Подключение работает.", "The connection works."),
    "read.nothing": Sentence("для хаба ничего нового", "nothing new for the hub"),
    "read.InboundMessage": Sentence("сообщение", "message"),
    "read.MessageEdited": Sentence("правка сообщения", "edited message"),
    "read.MessageDeleted": Sentence("удаление сообщения", "deleted message"),
    "read.FormSubmission": Sentence("заявка с формы", "form"),
    "read.DeliveryReport": Sentence("отчёт о доставке", "delivery report"),
    "read.ReachChanged": Sentence("клиент открыл или закрыл переписку", "the client opened or blocked the chat"),
    "read.CrmHint": Sentence("изменение в CRM", "change in the CRM"),
    "read.update": Sentence("действие в боте менеджеров", "update of the manager bot"),
    "read.ringing": Sentence("звонок, вызов идёт", "call, ringing"),
    "read.talking": Sentence("звонок, идёт разговор", "call, talking"),
    "read.ending": Sentence("звонок завершён", "call, ended"),
    "read.answered": Sentence("отвеченный звонок", "answered call"),
    "read.missed": Sentence("пропущенный звонок", "missed call"),
    "read.abandoned": Sentence("звонок, сброшенный в меню", "call given up in the menu"),
    "read.not_reached": Sentence("исходящий звонок без ответа", "outgoing call, nobody answered"),
    "read.unknown": Sentence("звонок с неизвестным концом", "call without a known end"),
}


def say(language: str, key: str, /, **facts: object) -> str:
    """Return a sentence in `ru` or `en` with its facts put in."""
    sentence = TEXTS[key]
    return (sentence.en if language == "en" else sentence.ru).format(**facts)


def word(language: str, group: str, value: str) -> str:
    """Return what people call a state, role or lane; what has no word of ours is shown as it is."""
    return say(language, f"{group}.{value}") if f"{group}.{value}" in TEXTS else value


def columns(language: str, *names: str, zone: object = "") -> list[str]:
    """Return the titles of a table; those over times name the zone."""
    return [say(language, f"column.{name}", zone=zone) for name in names]
