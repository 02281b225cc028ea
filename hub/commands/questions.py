"""What a person is asked for while connecting, in Russian, by the English description of the adapter's setting.

A setting of an adapter that is not here is asked for in English: a new channel needs nothing in this room. No
provider is named here: a setting that names one brings its Russian along, as `json_schema_extra={"ru": …}`.
"""

from collections.abc import Mapping

from pydantic.fields import FieldInfo

QUESTIONS: Mapping[str, str] = {
    # email
    "Address clients write to and see as the sender, e.g. sales@example.ru": (
        "Адрес, на который пишут клиенты и с которого им отвечают, например sales@example.ru"
    ),
    "Name beside the address, e.g. Ромашка, отдел продаж": "Имя рядом с адресом, например: Ромашка, отдел продаж",
    "IMAP server, e.g. imap.yandex.ru": "Сервер IMAP, например imap.yandex.ru",
    "Port with TLS from the first byte, usually 993": "Порт с TLS с первого байта, обычно 993",
    "SMTP server, e.g. smtp.yandex.ru": "Сервер SMTP, например smtp.yandex.ru",
    "465: TLS from the first byte; any other port: STARTTLS is required": (
        "465: TLS с первого байта; на любом другом порту обязателен STARTTLS"
    ),
    "Login, usually the whole address": "Логин, обычно адрес целиком",
    "Password for applications, made in the provider's cabinet; not the main one": (
        "Пароль для приложений из кабинета провайдера, не основной"
    ),
    "Login for sending if it differs from `user`": "Логин для отправки, если он не тот же, что `user`",
    "Password for sending if it differs": "Пароль для отправки, если он другой",
    "Folder to read, e.g. INBOX": "Какую папку читать, например INBOX",
    "Our other addresses that arrive in this mailbox, groups included; they are no clients": (
        "Другие наши адреса, письма на которые приходят в этот ящик, с групповыми; это не клиенты"
    ),
    "The provider delivers sales+anything@example.ru to this mailbox (Yandex 360 and Gmail do): answers then "
    "carry a reply address that finds its conversation even when a mail program drops the references": (
        "Провайдер доставляет в этот ящик sales+что-угодно@example.ru (Яндекс 360 и Gmail так делают): тогда ответ "
        "клиента найдёт своё обращение, даже если почтовая программа потеряла ссылки на письмо"
    ),
    "Name our own receiving server writes first in Authentication-Results, e.g. mx.example.ru; empty: no sender "
    "is taken as proven": (
        "Имя, которое наш принимающий сервер пишет первым в Authentication-Results, например mx.example.ru; пусто: "
        "ни один отправитель не считается подтверждённым"
    ),
    "Days of old letters to import at first contact, without waits; 0: none": (
        "За сколько дней взять старые письма при первом подключении, без сроков ответа; 0: не брать"
    ),
    "Letters over this many megabytes are shown by their headers alone": (
        "От писем больше стольких мегабайт показываются только заголовки"
    ),
    "Hosts that may be spoken to without TLS, e.g. 127.0.0.1; never a host on the Internet": (
        "С какими серверами можно говорить без TLS, например 127.0.0.1; только не с серверами в Интернете"
    ),
    "File with the certificates of your own authority, for servers inside": (
        "Файл с сертификатами своего удостоверяющего центра, для внутренних серверов"
    ),
    # telephony
    "IANA zone of the account, for times without offset.": (
        "Часовой пояс кабинета, например Europe/Moscow: для времени без смещения."
    ),
    "Country of numbers without plus (ISO 3166), e.g. RU.": "Страна номеров без плюса (ISO 3166), например RU.",
    "international: 79161234567; national: 89161234567 or 9161234567.": (
        "international: 79161234567; national: 89161234567 или 9161234567."
    ),
    "Numbers of the business: calls between them make no items.": (
        "Номера компании: звонки между ними не становятся обращениями."
    ),
    "Short numbers of employees, e.g. 101.": "Короткие номера сотрудников, например 101.",
    "Networks the provider calls from, e.g. 192.0.2.0/24; empty: any.": (
        "Из каких сетей обращается провайдер, например 192.0.2.0/24; пусто: из любых."
    ),
    "Unique code of your PBX, from the API page of the cabinet.": (
        "Уникальный код вашей АТС, со страницы API в кабинете."
    ),
    "Key for creating the signature, from the same page.": "Ключ для создания подписи, с той же страницы.",
    "The code before, while it is being changed.": "Прежний код, пока его меняют.",
    "The signing key before, during a change.": "Прежний ключ подписи, пока его меняют.",
    "Address of the provider's API.": "Адрес API провайдера.",
    "Secret that the PBX sends with each request.": "Секрет, который АТС присылает с каждым запросом.",
    "The secret before, while it is being changed.": "Прежний секрет, пока его меняют.",
    "Where the secret stands: header:NAME, query:NAME or body:PATH.": (
        "Где стоит секрет: header:ИМЯ, query:ИМЯ или body:ПУТЬ."
    ),
    "Path of the id of the call, e.g. data.call_id.": "Путь к номеру звонка, например data.call_id.",
    "Path of the word that names the event, e.g. event.": "Путь к слову, которое называет событие, например event.",
    "What each event word means, e.g. call_end = completed.": (
        "Что значит каждое слово события, например call_end = completed."
    ),
    "Event words that tell nothing of a call.": "Слова событий, которые ничего не говорят о звонке.",
    "Path of the direction; empty: all calls are inbound.": "Путь к направлению; пусто: все звонки входящие.",
    "Words for calls from us.": "Слова для исходящих звонков.",
    "Words for calls between employees.": "Слова для звонков между сотрудниками.",
    "Path of the number that calls, e.g. caller.": "Путь к номеру, который звонит, например caller.",
    "Path of the number that is called, e.g. callee.": "Путь к номеру, на который звонят, например callee.",
    "Path of our number, e.g. gateway.": "Путь к нашему номеру, например gateway.",
    "Path of the employee's short number.": "Путь к короткому номеру сотрудника.",
    "Path of the id of one leg, where a call has several.": "Путь к номеру плеча, если в звонке их несколько.",
    "Path of the time of the event; empty: the time of arrival.": "Путь ко времени события; пусто: время получения.",
    "unix, unix_ms, unix_us, iso, or a pattern such as %Y-%m-%d %H:%M:%S.": (
        "unix, unix_ms, unix_us, iso или образец вроде %Y-%m-%d %H:%M:%S."
    ),
    "Path of the seconds spoken.": "Путь к длительности разговора в секундах.",
    "Path of the provider's word for the end.": "Путь к слову провайдера о том, чем кончился звонок.",
    "Path of the address of the recording.": "Путь к адресу записи разговора.",
    "Body of the answer, where the PBX wants one.": "Тело ответа, если АТС его ждёт.",
    "Key for your CRM: the PBX puts it into each request.": (
        "Ключ для авторизации в вашей CRM: АТС кладёт его в каждый запрос."
    ),
    "The key before, while it is being changed.": "Прежний ключ, пока его меняют.",
    "Address of the PBX for commands (for calling from cards), from the cabinet.": (
        "Адрес АТС для команд (звонки с карточек), из кабинета."
    ),
    "Key of the PBX for commands, from the same page.": "Ключ АТС для команд, с той же страницы.",
    "Number of the account in the API (user), for calling from cards, e.g. 012345.": (
        "Номер кабинета в API (user), для звонков с карточек, например 012345."
    ),
    "Key of the API, for calling from cards.": "Ключ API, для звонков с карточек.",
    "Our secret: header X-Hub-Secret of each notification.": (
        "Наш секрет: заголовок X-Hub-Secret в каждом уведомлении."
    ),
    "Key of the Call API, for calling from cards.": "Ключ Call API, для звонков с карточек.",
    "Number of the account that clients see on calls from cards.": (
        "Номер кабинета, который видят клиенты при звонках с карточек."
    ),
    "Key of the API page, for calling from cards and recordings.": (
        "Ключ со страницы API, для звонков с карточек и записей."
    ),
    "Secret of the API page: it signs both directions.": (
        "Секрет со страницы API: им подписаны запросы в обе стороны."
    ),
    "Seconds the responsible manager rings first.": "Сколько секунд сначала звонит ответственному.",
    # telegram
    "Token of the bot as @BotFather gave it, for instance 123456:AAE…": (
        "Токен бота, как его выдал @BotFather, например 123456:AAE…"
    ),
    "polling: we ask; webhook: Telegram calls our public address.": (
        "polling: спрашиваем мы; webhook: Telegram обращается на наш внешний адрес."
    ),
    "Secret of the header X-Telegram-Bot-Api-Secret-Token, 16 to 256 of A-Z a-z 0-9 _ -; webhook only.": (
        "Секрет заголовка X-Telegram-Bot-Api-Secret-Token, от 16 до 256 знаков A-Z a-z 0-9 _ -; только для webhook."
    ),
    "The secret before, accepted beside the new one while it is being changed.": (
        "Прежний секрет: принимается наравне с новым, пока его меняют."
    ),
    "Address of the Bot API: Telegram's own, a relay or a local server, without trailing slash.": (
        "Адрес Bot API: Telegram, ретранслятор или свой сервер, без косой черты в конце."
    ),
    "HTTP proxy for this bot alone, for instance http://user:pass@10.0.0.5:3128.": (
        "HTTP-прокси только для этого бота, например http://user:pass@10.0.0.5:3128."
    ),
    "Country of telephone numbers written without a code (ISO 3166).": (
        "Страна телефонов, записанных без кода (ISO 3166)."
    ),
    # CRMs
    "Long-lived token of the integration (tab «Keys»).": "Долгосрочный токен интеграции (вкладка «Ключи»).",
    "OAuth only: ID of the integration.": "Только для OAuth: ID интеграции.",
    "OAuth only: secret key of the integration.": "Только для OAuth: секретный ключ интеграции.",
    "OAuth only: redirect address exactly as the integration has it.": (
        "Только для OAuth: адрес перенаправления в точности как в интеграции."
    ),
    "OAuth only: authorization code, good for 20 minutes.": "Только для OAuth: код авторизации, действует 20 минут.",
    "OAuth only: refresh token, if you have one.": "Только для OAuth: refresh token, если он есть.",
    "Further secret at the end of the webhook's address.": "Ещё один секрет в конце адреса вебхука.",
    "Application mode: client_id of the local application, e.g. local.5f….": (
        "Режим приложения: client_id локального приложения, например local.5f…."
    ),
    "Application mode: client_secret of the application.": "Режим приложения: client_secret приложения.",
    "Application mode: refresh_token of the installation.": "Режим приложения: refresh_token установки.",
    "Application mode: access_token of the installation, good for an hour: the test uses it.": (
        "Режим приложения: access_token установки, действует час: им проверяют подключение."
    ),
    "The application_token before, while it is being changed.": "Прежний application_token, пока его меняют.",
    "IANA zone of the account: its times come without one.": (
        "Часовой пояс аккаунта, например Europe/Moscow: время оттуда приходит без пояса."
    ),
    "IANA zone of times in notes, e.g. Europe/Moscow.": (
        "Часовой пояс для времени в примечаниях, например Europe/Moscow."
    ),
    "IANA zone of times in texts.": "Часовой пояс для времени в текстах.",
    "Language of what is written there: ru or en.": "Язык того, что пишется туда: ru или en.",
    "Language of what we write for people: ru or en.": "Язык того, что мы пишем для людей: ru или en.",
    "API key: Settings → Integration → API access keys.": ("Ключ API: Настройки → Интеграция → Ключи доступа к API."),
    "Code of the shop new records belong to; needed if the key sees several.": (
        "Код магазина для новых записей; нужен, если ключ видит несколько."
    ),
    "Access token of a private app: begins with pat-.": "Токен закрытого приложения: начинается с pat-.",
    "Client secret of the app, which signs webhooks; empty: none are taken.": (
        "Client secret приложения, им подписаны вебхуки; пусто: вебхуки не принимаются."
    ),
    "Signs what we send: whsec_ and base64 of 24 to 64 bytes.": (
        "Подписывает то, что шлём мы: whsec_ и base64 от 24 до 64 байт."
    ),
    "Where questions are posted; empty: one way, nothing comes back.": (
        "Куда слать вопросы; пусто: только в одну сторону, обратно ничего не приходит."
    ),
    "Signs what you send us; empty: nothing is taken.": (
        "Подписывает то, что шлёте нам вы; пусто: ничего не принимается."
    ),
    "The one before, while both are in force.": "Прежний, пока действуют оба.",
    "Address of the API.": "Адрес API.",
    "Code or number of the text field with our key.": ("Код или номер текстового поля с нашим ключом."),
    "Number of the pipeline for new leads; empty: the main one.": ("Номер воронки для новых сделок; пусто: основная."),
    "New leads go to «Неразобранное» (incoming leads) first.": ("Новые сделки сначала попадают в «Неразобранное»."),
    "query, or filter where the account has paid for it.": ("query или filter, если он оплачен в аккаунте."),
    "Number of the task type; 1 is «Связаться» (follow-up).": ("Номер типа задачи; 1 — «Связаться»."),
    "The token's user is the hub's alone: no person works as it.": (
        "Пользователь токена только для хаба: никто из людей под ним не работает."
    ),
    "Chats API: secret of the channel.": ("API чатов: секрет канала."),
    "Chats API: ID of the channel's bot, for answers of people unknown there.": (
        "API чатов: ID бота канала, для ответов людей, которых там не знают."
    ),
    "Chats API: address if it is another than the account's; https only.": (
        "API чатов: адрес, если он не тот же, что у аккаунта; только https."
    ),
    "Address of the API if it is another than the account's; https only.": (
        "Адрес API, если он не тот же, что у аккаунта; только https."
    ),
    "The portal's member_id; if given, events of other portals are refused.": (
        "member_id портала; если задан, события других порталов отклоняются."
    ),
    "lead, deal, or auto: leads if the portal has them.": ("lead, deal или auto: лиды, если они есть на портале."),
    "Pipeline of new deals by its number, 0 for the general one.": ("Номер воронки новых сделок, 0 — общая."),
    "IANA zone of times in comments, which cannot be dated back.": (
        "Часовой пояс для времени в комментариях, например Europe/Moscow."
    ),
    "Language of what stands around our entries: ru or en.": ("Язык того, что пишется вокруг записей: ru или en."),
    "User whose calls are those nobody answered, e.g. 1.": (
        "На какого пользователя писать звонки без ответа, например 1."
    ),
    "The webhook's employee is the hub's alone: what they changed, the hub did.": (
        "Сотрудник вебхука только для хаба: что изменил он, изменил хаб."
    ),
    "Application mode: read the portal's queue of offline events (wants an administrator).": (
        "Режим приложения: читать очередь офлайн-событий портала (нужен администратор)."
    ),
    "Application mode: number of the open line whose chats show the messages.": (
        "Режим приложения: номер открытой линии, в чатах которой видны сообщения."
    ),
    "Calls a second in the long run: under 2, under 5 on Enterprise, own on a box.": (
        "Вызовов в секунду в среднем: до 2, на Enterprise до 5, в коробке свои."
    ),
    "Calls at once: under 50, under 250 on Enterprise.": ("Вызовов подряд: до 50, на Enterprise до 250."),
    "Address to call instead of the portal's, e.g. through a gateway.": (
        "Адрес для вызовов вместо адреса портала, например через шлюз."
    ),
    "Server that renews tokens.": ("Сервер, который обновляет токены."),
    "Number of the app: webhooks of our own changes are left.": (
        "Номер приложения: вебхуки о своих же изменениях пропускаются."
    ),
    "Number of the account, for links to records.": ("Номер аккаунта, для ссылок на записи."),
    "Version in paths: 2026-03 or v3.": ("Версия в путях: 2026-03 или v3."),
    "Property with unique values that holds our key.": ("Свойство с уникальными значениями, где лежит наш ключ."),
    "Id of the pipeline of new deals; empty: the first one.": ("ID воронки новых сделок; пусто: первая."),
    "Contact property for messengers and our link; empty: not written.": (
        "Свойство контакта для мессенджеров и нашей ссылки; пусто: не писать."
    ),
    "Write utm_source … into contact properties of the same names.": (
        "Писать utm_source … в одноимённые свойства контакта."
    ),
    "Contact properties asked for a phone.": ("Свойства контакта, где искать телефон."),
    "The plan's limit: 100 free, 190 Professional.": ("Лимит тарифа: 100 на бесплатном, 190 на Professional."),
    "Code of the order method of new orders; empty: the account's default.": (
        "Код способа оформления новых заказов; пусто: как в аккаунте."
    ),
    "Code of the order type of new orders; empty: the account's default.": (
        "Код типа новых заказов; пусто: как в аккаунте."
    ),
    "Status groups that mean a sale, e.g. complete.": ("Группы статусов, которые значат продажу, например complete."),
    "Status groups that mean no sale, e.g. cancel.": ("Группы статусов, которые значат отказ, например cancel."),
    "Code of a customer's text field for the company; empty: not written.": (
        "Код текстового поля клиента для компании; пусто: не писать."
    ),
    "Code of a customer's text field for messengers and our link; or empty.": (
        "Код текстового поля клиента для мессенджеров и нашей ссылки; можно пусто."
    ),
    "telephony: into the log of calls; notes: as customer's notes.": (
        "telephony: в журнал звонков; notes: заметками клиента."
    ),
    "User id for tasks of people unknown there, e.g. 12.": (
        "Номер пользователя для задач людей, которых там не знают, например 12."
    ),
    "Another address of the API, for tests; empty: that of the account.": (
        "Другой адрес API, для проверок; пусто: адрес аккаунта."
    ),
    "Where events are posted, e.g. https://crm.example.com/hub/events.": (
        "Куда слать события, например https://crm.example.com/hub/events."
    ),
    "What is told; the others are left out.": ("О чём сообщать; остальное пропускается."),
    "The addresses are inside our own network, where http will do.": ("Адреса внутри своей сети, где хватит и http."),
    "How many calls a second the receiver bears.": ("Сколько вызовов в секунду выдерживает приёмник."),
    # webform
    "Name of the form for people; the form's own name comes first.": (
        "Имя формы для людей; собственное имя формы важнее."
    ),
    "Shared secret of a server that sends forms (the API key field of Tilda).": (
        "Общий секрет сервера, который шлёт заявки (поле API Key в Tilda)."
    ),
    "The secret before, accepted too while it is being changed.": (
        "Прежний секрет: тоже принимается, пока его меняют."
    ),
    "Header or form field that carries the secret; `Authorization: Bearer` works always.": (
        "Заголовок или поле формы с секретом; `Authorization: Bearer` подходит всегда."
    ),
    "Sites whose pages may send from the browser, for instance https://shop.example.": (
        "С каких сайтов можно отправлять из браузера, например https://shop.example."
    ),
    "Take requests that prove nothing but know the address: a server that cannot send a secret.": (
        "Принимать запросы без секрета от тех, кто знает адрес: для сервера, который секрет не умеет."
    ),
    "Signs fill-time tokens and receipt tokens; made by itself, stored with the connection.": (
        "Подписывает отметки времени и номера заявок; создаётся сам и хранится с подключением."
    ),
    "Country of telephone numbers written without one (ISO 3166).": (
        "Страна телефонов, записанных без кода страны (ISO 3166)."
    ),
    "Field names, or words in them: telephone.": "Имена полей или слова в них: телефон.",
    "Field names, or words in them: e-mail.": "Имена полей или слова в них: почта.",
    "Field names, or words in them: the name.": "Имена полей или слова в них: имя.",
    "Field names, or words in them: the message.": "Имена полей или слова в них: сообщение.",
    "Field names, or words in them: the company.": "Имена полей или слова в них: компания.",
    "Hidden field that people leave empty; a filled one is set aside.": (
        "Скрытое поле, которое люди не заполняют; заявка с заполненным откладывается."
    ),
    "A form sent faster than this after its page was shown is set aside.": (
        "Заявка, отправленная быстрее, чем через столько секунд после показа страницы, откладывается."
    ),
    "Requests a minute from one network address without a secret.": (
        "Запросов в минуту с одного сетевого адреса без секрета."
    ),
    "Requests a minute from all addresses without a secret.": "Запросов в минуту со всех адресов без секрета.",
    "Largest request, files included, in MB.": "Наибольший запрос вместе с файлами, в МБ.",
    "Where a browser without script goes after sending; empty shows a short page.": (
        "Куда попадает браузер без скриптов после отправки; пусто: короткая страница."
    ),
    "Heading of the hub's own form page; empty takes the usual one.": (
        "Заголовок собственной страницы формы; пусто: обычный."
    ),
    "Fields of the hub's own form page, in order.": "Поля собственной страницы формы, по порядку.",
    "Text of the consent to processing personal data; shown with a tick that is not set.": (
        "Текст согласия на обработку персональных данных; показывается с неотмеченной галочкой."
    ),
    "Version of that text, stored with every submission.": "Версия этого текста, хранится с каждой заявкой.",
    "Address of the consent document.": "Адрес документа о согласии.",
}


def question(description: str, language: str) -> str:
    """Return the description of a setting as a person who connects reads it."""
    return description if language == "en" else QUESTIONS.get(description, description)


def question_of(name: str, field: FieldInfo, language: str) -> str:
    """Return what is asked for a setting: its own Russian if it brings one, else as `question` says."""
    own = field.json_schema_extra if language != "en" else None
    said = own.get("ru") if isinstance(own, dict) else None
    return said if isinstance(said, str) else question(field.description or name, language)
