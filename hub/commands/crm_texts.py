"""What `hub crm`, and `hub connect` of a CRM, say to people, in Russian and English."""

from collections.abc import Mapping

from hub.commands.texts import Sentence

TEXTS: Mapping[str, Sentence] = {
    "none": Sentence(
        "CRM не подключена; как это сделать: hub connect ВИД, есть: {kinds}.",
        "No CRM is connected; how to do it: hub connect KIND, there are: {kinds}.",
    ),
    # status
    "status.since": Sentence("подключена", "connected"),
    "status.state": Sentence("состояние", "state"),
    "status.queue": Sentence("ждут обмена", "waiting"),
    "status.written": Sentence("записано в CRM", "written there"),
    "status.refused": Sentence("CRM не приняла", "refused"),
    "status.unsure": Sentence("неизвестно, записано ли", "perhaps written"),
    "status.frozen": Sentence("остановлены поля", "fields stopped"),
    "status.stale": Sentence("изменено там, не прочитано", "changed there, not read"),
    "status.drift": Sentence("найдено без вебхуков", "found without webhooks"),
    "status.expires": Sentence("токен", "token"),
    "status.at": Sentence("{at} ({zone})", "{at} ({zone})"),
    "status.nothing": Sentence("нет", "none"),
    "status.records": Sentence("записей: {count}", "records: {count}"),
    "status.works": Sentence("работает", "works"),
    "status.rests": Sentence("пауза до {until}: {reason}", "resting until {until}: {reason}"),
    "status.stopped": Sentence(
        "{state}: {reason}; что нажать там, скажет hub check, затем: hub connect {kind} --name {name} --again",
        "{state}: {reason}; hub check says what to press there, then: hub connect {kind} --name {name} --again",
    ),
    "status.nobody": Sentence("никто", "nobody"),
    "status.clients": Sentence("клиентов: {count}, дольше всего {age}", "{count} clients, the oldest {age}"),
    "status.refused_some": Sentence(
        "записей: {count}; ниже причины, исправьте и повторите: hub crm resync {name} --contact НОМЕР",
        "{count}; reasons below, correct them and try again: hub crm resync {name} --contact NUMBER",
    ),
    "status.unsure_some": Sentence(
        "записей: {count}; посмотрите в CRM; если нет, то: hub crm resync {name} --contact НОМЕР",
        "{count}; look in the CRM; if it is not there: hub crm resync {name} --contact NUMBER",
    ),
    "status.frozen_some": Sentence(
        "записей: {count}; их меняет и другая программа: {records}; уберите её правило, затем hub crm resync",
        "{count} records; another program changes them too: {records}; end its rule, then hub crm resync",
    ),
    "status.drift_some": Sentence(
        "записей: {count}; если вебхуки настроены, проверьте их: hub attempts {name}",
        "{count}; if webhooks are set up, look at them: hub attempts {name}",
    ),
    "status.lasts": Sentence("действует до {until}", "good until {until}"),
    "status.ends": Sentence(
        "кончится {until}, осталось дней: {days}; сделайте там новый и: hub connect {kind} --name {name} --again",
        "runs out {until}, {days} days left; make a new one there, then: hub connect {kind} --name {name} --again",
    ),
    "status.ended": Sentence(
        "кончился {until}; сделайте там новый и: hub connect {kind} --name {name} --again",
        "ran out {until}; make a new one there, then: hub connect {kind} --name {name} --again",
    ),
    "status.wrong": Sentence("Не принято или неизвестно, новые сверху:", "Refused or unknown, the newest first:"),
    "age.seconds": Sentence("{count} с", "{count} s"),
    "age.minutes": Sentence("{count} мин", "{count} min"),
    "age.hours": Sentence("{count} ч", "{count} h"),
    "age.days": Sentence("{count} дн.", "{count} d"),
    "column.at": Sentence("когда ({zone})", "at ({zone})"),
    "column.client": Sentence("клиент", "client"),
    "column.thing": Sentence("что", "what"),
    "column.reason": Sentence("что ответила CRM", "what the CRM said"),
    "column.link": Sentence("ссылка", "link"),
    "column.user": Sentence("в CRM", "in the CRM"),
    "column.number": Sentence("№ там", "No there"),
    "column.email": Sentence("почта", "e-mail"),
    "column.person": Sentence("у нас", "here"),
    "column.todo": Sentence("что сделать", "what to do"),
    "column.stage": Sentence("этап у нас", "stage here"),
    "column.stage_there": Sentence("этап в CRM", "stage there"),
    "entity.contact": Sentence("карточка", "card"),
    "entity.company": Sentence("компания", "company"),
    "entity.request": Sentence("лид", "lead"),
    "entity.entry": Sentence("запись истории", "history"),
    "entity.task": Sentence("задача", "task"),
    "no_answer": Sentence("ответа не было", "no answer came"),
    # resync
    "resync.running": Sentence("Ставлю в очередь", "Queueing"),
    "resync.one": Sentence(
        "{client}: сверка с {crm} поставлена в очередь, записей там: {records}. Как прошло: hub crm status {crm}.",
        "{client} is queued to be held against {crm}, {records} records there. How it went: hub crm status {crm}.",
    ),
    "resync.all": Sentence(
        "Поставлено в очередь клиентов: {clients}, записей там: {records}. Как идёт: hub crm status {crm}.",
        "{clients} clients are queued, {records} records there. How it goes: hub crm status {crm}.",
    ),
    "resync.nobody": Sentence(
        "С этого дня никто не писал, и в {crm} никого нет.", "Nobody wrote since that day, and nobody is in {crm}."
    ),
    # link
    "link.done": Sentence(
        "{client} в {crm} — карточка {card}. {url}\nСверка поставлена в очередь; как прошло: hub crm status {crm}.",
        "{client} is card {card} in {crm}. {url}\nQueued to be held against it; how it went: hub crm status {crm}.",
    ),
    "link.former": Sentence(
        "Раньше была {card}: она осталась там, объедините её с этой средствами самой CRM.",
        "It was {card} before: that one is still there, join it with this one by the CRM's own means.",
    ),
    # users
    "users.own": Sentence("от его имени работает хаб", "the hub works as this user"),
    "users.told": Sentence("указано вручную", "as you said"),
    "users.mail": Sentence("совпала почта", "same e-mail"),
    "users.left": Sentence("там больше не работает", "no longer works there"),
    "users.unknown": Sentence("кто это?", "who?"),
    "users.unknown_clients": Sentence(
        "кто это? отвечает за клиентов: {clients}", "who? responsible for {clients} clients"
    ),
    "users.say_who": Sentence(
        "Скажите, кто это: hub crm users {name} --link {user}=КЛЮЧ. Ключи наших людей: {keys}.",
        "Say who that is: hub crm users {name} --link {user}=KEY. Keys of our people: {keys}.",
    ),
    "users.absent": Sentence(
        "В {name} не найдены: {people}. Их клиенты будут там без ответственного. Если они там есть: "
        "hub crm users {name} --link НОМЕР=КЛЮЧ, либо укажите их почту: hub people address КЛЮЧ email АДРЕС.",
        "Not found in {name}: {people}. Their clients have no responsible there. If they are there: "
        "hub crm users {name} --link NUMBER=KEY, or tell their mail: hub people address KEY email ADDRESS.",
    ),
    "users.all_known": Sentence("Все сотрудники узнаны.", "Everybody is known."),
    "users.nobody_there": Sentence("{name} не называет сотрудников.", "{name} names no users."),
    "users.stale": Sentence(
        "{name} сейчас не отвечает ({reason}); показано то, что было {at} ({zone}).",
        "{name} does not answer now ({reason}); this is as of {at} ({zone}).",
    ),
    "users.linked": Sentence("№ {user} в {crm} это {name}.", "No {user} in {crm} is {name}."),
    "users.linked_clients": Sentence(
        "№ {user} в {crm} это {name}, там отвечает за клиентов: {clients}; их сверка поставлена в очередь.",
        "No {user} in {crm} is {name}, responsible for {clients} clients there: these are queued to be read again.",
    ),
    "users.unlinked": Sentence("№ {user} в {crm} больше ни с кем не связан.", "No {user} in {crm} is nobody's now."),
    # disconnect
    "disconnect.forgotten": Sentence(
        "Хаб забудет о «{name}» ({kind}): настройки и токены; где там чьи записи: {records}; кто там кто: "
        "{people}; что ждёт обмена, клиентов: {waiting}. Адрес вебхуков перестанет отвечать.",
        "The hub forgets of “{name}” ({kind}): settings and tokens; which records there are whose: {records}; who of "
        "its users is who: {people}; clients that wait for it: {waiting}. Its webhook address answers no more.",
    ),
    "disconnect.kept": Sentence(
        "Останутся: клиенты, разговоры, лиды и отчёты хаба; всё, что уже есть в самой CRM; раздел [crm.{name}] правил; "
        "записи о том, кто что сделал.",
        "What stays: clients, conversations, leads and reports of the hub; all that is in the CRM itself; the table "
        "[crm.{name}] of the rules; the record of who did what.",
    ),
    "disconnect.by_hand": Sentence(
        "В самой CRM удалите сами: вебхуки на адрес хаба и интеграцию с её токеном.",
        "In the CRM itself, take away by hand: webhooks to the hub's address, and the integration with its token.",
    ),
    "disconnect.again": Sentence(
        "Если потом подключить её снова, карточки найдутся по телефону и почте, а открытые лиды будут там дважды. "
        "Сменить токен или адрес можно без этого: hub connect {kind} --name {name} --again",
        "If it is connected again later, cards are found by phone and e-mail, but open leads will stand there twice. "
        "A new token or address needs none of this: hub connect {kind} --name {name} --again",
    ),
    "disconnect.asked": Sentence("Отключить «{name}»?", "Disconnect “{name}”?"),
    "disconnect.left": Sentence("«{name}» осталась подключена.", "“{name}” stays connected."),
    "disconnect.done": Sentence(
        "«{name}» отключена, её токены удалены. Запущенный хаб перестаёт обращаться к ней в течение нескольких секунд.",
        "“{name}” is disconnected, its tokens are deleted. A running hub stops calling it within seconds.",
    ),
    # connect
    "connect.who": Sentence("Кто есть кто:", "Who is who:"),
    "connect.stages": Sentence("Какой этап чем станет:", "Which stage becomes which:"),
    "connect.no_opinion": Sentence("не переносится", "not carried over"),
    "connect.how_to_map": Sentence(
        "Изменить: раздел [crm.{name}.stages] в файле правил, затем hub policy apply. Этапы там: {stages}",
        "To change it: the table [crm.{name}.stages] of the rules file, then hub policy apply. Stages there: {stages}",
    ),
    "connect.not_described": Sentence(
        "Сотрудников и этапы прочитать не удалось: {reason}. Хаб спросит ещё раз сам; посмотреть: hub crm users {name}",
        "Users and stages could not be read: {reason}. The hub asks again by itself; to see them: hub crm users {name}",
    ),
    "connect.polled": Sentence(
        "Ждать нечего: изменения хаб спрашивает у CRM сам. Как идёт обмен: hub crm status {name}",
        "Nothing to wait for: the hub asks the CRM itself what changed. How it goes: hub crm status {name}",
    ),
    "connect.change_something": Sentence(
        "Измените в CRM любую карточку, чтобы увидеть первое уведомление.",
        "Change any card in the CRM to see the first notification.",
    ),
}


def tell(language: str, key: str, /, **facts: object) -> str:
    """Return a sentence in `ru` or `en` with its facts put in."""
    sentence = TEXTS[key]
    return (sentence.en if language == "en" else sentence.ru).format(**facts)


def titles(language: str, *names: str, zone: object = "") -> list[str]:
    """Return the titles of a table; those over times name the zone."""
    return [tell(language, f"column.{name}", zone=zone) for name in names]
