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
    "'{}' is no number of a card: it stands in the address of the card's page there": (
        "«{}» — не номер карточки: он стоит в адресе её страницы в CRM"
    ),
    "{} has no card {}": "в {} нет карточки {}",
    "this client is no more: another card has absorbed them, or their data was erased": (
        "этого клиента больше нет: его карточку присоединили к другой или данные стёрты"
    ),
    "card {} of {} is another client's, {}: join the two here instead": (
        "карточка {} в {} принадлежит другому клиенту, {}: объедините этих двоих в хабе"
    ),
    "this client is being held against the CRM at this moment: say it again in a few seconds": (
        "этого клиента как раз сверяют с CRM: повторите через несколько секунд"
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
    # what CRMs answer, in our words before theirs
    "the CRM does not accept the token: {}": "CRM не принимает токен: {}",
    "the CRM gives no new token, connect it again: {}": "CRM не выдаёт новый токен, подключите её заново: {}",
    "the CRM refuses the record: {}": "CRM не принимает запись: {}",
    "the CRM has this switched off: {}": "в CRM это отключено: {}",
    "the CRM has had too many requests": "CRM получила слишком много запросов",
    "the CRM has blocked the account for too many requests": "CRM заблокировала аккаунт за слишком частые запросы",
    "the CRM lets only listed addresses in: {}": "CRM пускает только с разрешённых адресов: {}",
    "the CRM: the token's user has no right to this: {}": "у пользователя токена нет на это прав в CRM: {}",
    "the CRM says: {}": "CRM отвечает: {}",
    "the CRM answered {}: {}": "CRM ответила {}: {}",
    "the CRM answered {}": "CRM ответила {}",
    "the CRM is overloaded": "CRM перегружена",
    "the CRM's limit '{}' is used up": "лимит CRM «{}» исчерпан",
    "the CRM's limit is reached: {}": "достигнут лимит CRM: {}",
    "the token was not renewed: {}": "токен не обновлён: {}",
    "a token renewed just now is refused: {}": "только что обновлённый токен не принят: {}",
    "there is no access token yet": "токена доступа ещё нет",
    "there is no account at this address": "по этому адресу нет аккаунта",
    "the server of tokens does not answer now": "сервер токенов сейчас не отвечает",
    "no answer from {}: {}": "нет ответа от {}: {}",
    "'{}' is an address inside our own network": "«{}» — адрес внутри своей сети",
    # what settings of CRMs want
    "a secret is whsec_ and base64: {}": "секрет — это whsec_ и base64: {}",
    "write the address of the account, like {}": "укажите адрес аккаунта, например {}",
    "write the address of the account like {} or {}": "укажите адрес аккаунта, например {} или {}",
    "the address must begin with https://: the key would travel in the open": (
        "адрес должен начинаться с https://: иначе ключ уйдёт в открытом виде"
    ),
    "the address must begin with https://, unless own_network says it is inside ours": (
        "адрес должен начинаться с https://, если own_network не говорит, что он внутри своей сети"
    ),
    "write the whole address, like {}": "укажите адрес целиком, например {}",
    "make one: whsec_ and the output of `openssl rand -base64 32`": (
        "сделайте его: whsec_ и вывод `openssl rand -base64 32`"
    ),
    "the address of an incoming webhook looks like {}": "адрес входящего вебхука выглядит так: {}",
    "give the address of an incoming webhook, or portal, client_id, client_secret and refresh_token of an "
    "application": ("укажите адрес входящего вебхука или portal, client_id, client_secret и refresh_token приложения"),
    "give the token of an outgoing webhook, or - to do without: changes are then polled": (
        "укажите токен исходящего вебхука или «-», чтобы обойтись без него: тогда изменения берутся опросом"
    ),
    "open_line is for application mode, and answers are proved by application_token: give it": (
        "open_line работает в режиме приложения, а ответы доказывает application_token: укажите его"
    ),
    "give access_token, or client_id with client_secret, redirect_uri and auth_code": (
        "укажите access_token или client_id вместе с client_secret, redirect_uri и auth_code"
    ),
    "OAuth needs client_id, client_secret and redirect_uri together": (
        "для OAuth нужны вместе client_id, client_secret и redirect_uri"
    ),
    "OAuth needs auth_code or refresh_token": "для OAuth нужен auth_code или refresh_token",
    "the chats need chat_channel, chat_secret and chat_bot together": (
        "для чатов нужны вместе chat_channel, chat_secret и chat_bot"
    ),
}
