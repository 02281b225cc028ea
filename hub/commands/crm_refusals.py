"""Errors and findings of `hub crm`, and of CRMs in other commands, in Russian; see `hub.commands.refusals`."""

from collections.abc import Mapping

CRM_REFUSALS: Mapping[str, str] = {
    "what it answered and what to press stands above": "что ответили и что нажать, сказано выше",
    "no CRM is connected; connect one with `hub connect KIND`, there are: {}": (
        "CRM не подключена; подключите: `hub connect ВИД`, есть: {}"
    ),
    "this account is connected already as '{}', and everything would be there twice: correct that one with --again "
    "--name {}": "этот аккаунт уже подключён как «{}», всё стояло бы там дважды: исправьте его через --again --name {}",
    "these settings are of {}, and '{}' is {}, whose records are known by their numbers there: if it is the same "
    "account under a new address, add --renamed; connect another account under a name of its own with --name": (
        "это настройки {}, а «{}» — это {}: записи известны по номерам там; если это тот же аккаунт под новым адресом, "
        "добавьте --renamed; другой аккаунт подключите под своим именем через --name"
    ),
    "--renamed goes with --again: it corrects the address of a CRM that is connected": (
        "--renamed идёт вместе с --again: так исправляют адрес уже подключённой CRM"
    ),
    "nothing was taken away: nobody can be asked here; look at what is shown above, then give --yes": (
        "ничего не отключено: спросить здесь некого; посмотрите, что показано выше, и повторите с --yes"
    ),
    "'{}' is no CRM but {}, over which clients write: their conversations need it": (
        "«{}» — не CRM, а {}: по нему пишут клиенты, и он нужен их разговорам"
    ),
    "several CRMs are connected: say which of {}": "подключено несколько CRM: скажите, какая из {}",
    "{} cannot be opened: {}": "{} не открывается: {}",
    "say whom: --contact NUMBER for one client, or --all for everybody": (
        "скажите, кого: --contact НОМЕР одного клиента или --all всех"
    ),
    "--since goes with --all: leave it out, or give --all instead of --contact": (
        "--since идёт вместе с --all: уберите его или дайте --all вместо --contact"
    ),
    "'{}' is no number of a client: write it as `hub crm status` and the cards do, #1042": (
        "«{}» — не номер клиента: пишите как `hub crm status` и карточки, #1042"
    ),
    "there is no client {}; numbers stand on the managers' cards and in `hub crm status`": (
        "клиента {} нет; номера стоят на карточках менеджеров и в `hub crm status`"
    ),
    "--link {}: write the number there, =, and the key here, like 7=ivan": (
        "--link {}: пишите номер там, = и ключ у нас, как 7=ivan"
    ),
    "{} is to be linked and unlinked at once: say one of the two": (
        "{} и связать, и отвязать сразу нельзя: скажите что-то одно"
    ),
    "{} has no user {}; there are: {}": "в {} нет сотрудника {}; есть: {}",
    "user {} of {} is known by e-mail: --link {}=KEY says it is somebody else": (
        "сотрудник {} в {} узнан по почте: --link {}=КЛЮЧ скажет, что это другой человек"
    ),
    "nobody said whose account user {} of {} is: there is nothing to take back": (
        "сотрудник {} в {} ни с кем не связан: отменять нечего"
    ),
    "{}: responsible for clients there, and nobody here knows who that is; say it: hub crm users {} --link {}=KEY": (
        "{}: отвечают там за клиентов, но кто это у нас, неизвестно; скажите: hub crm users {} --link {}=КЛЮЧ"
    ),
    "{} records are not taken; the latest, of {}: {}; all with reasons: hub crm status {}": (
        "не принято записей: {}; последняя, клиент {}: {}; все с причинами: hub crm status {}"
    ),
    "{} records have fields that another program changes too, so the hub has stopped: {}; "
    "end its rule, then: hub crm resync {} --contact NUMBER": (
        "в {} записях поля меняет и другая программа, хаб остановился: {}; уберите её правило, затем: "
        "hub crm resync {} --contact НОМЕР"
    ),
    "good until {}: make new ones there, then: hub connect {} --name {} --again": (
        "действуют до {}: сделайте там новые, затем: hub connect {} --name {} --again"
    ),
    "good until {}": "действуют до {}",
    "{} users there are people of ours": "наших среди сотрудников там: {}",
    "all {} are taken": "приняты все: {}",
    "none is stopped": "ни одно не остановлено",
    "{} does not say who works there: {}": "{} не называет сотрудников: {}",
}
