// Words of the page, Russian and English, and how instants and spans are said.

export const WORDS = {
  ru: {
    title: 'Песочница', clock: 'Часы', plus5: '+5 мин', plus60: '+1 ч', morning: 'До утра', dark: 'Тёмная тема',
    other: 'EN', otherName: 'EN, English', conversations: 'Обращения в хабе', close: 'Закрыть', panes: 'Окна',
    clientPane: 'Клиент в Telegram', phonePane: 'Телефон на столе', mailPane: 'Почта', formPane: 'Сайт',
    managerPane: 'Менеджер в Telegram', formLink: 'Открыть страницу формы',
    tabClient: 'Клиент', tabPhone: 'Звонок', tabMail: 'Почта', tabForm: 'Форма', tabManager: 'Менеджер',
    write: 'Сообщение', writeReply: 'Ответ', writeManager: 'Выберите сообщение выше и ответьте', send: 'Отправить',
    attach: 'Приложить файл', shareContact: 'Поделиться номером', block: 'Заблокировать бота',
    unblock: 'Разблокировать', start: 'Начать', reply: 'Ответить на это сообщение', cancelReply: 'Не отвечать на это',
    edited: 'изменено', pinned: 'закреплено', contact: 'Контакт', file: 'Файл', copied: 'Скопировано',
    emptyClient: 'Вы пишете в магазин «Лампа и Полка» впервые.', emptyManager: 'Бот ещё молчит.',
    emptyMail: 'Писем пока нет. Напишите в магазин.', emptyCalls: 'Звонков ещё не было.',
    subject: 'Тема', letter: 'Письмо в магазин', replyLetter: 'Ответить', newLetter: 'Новое письмо',
    fromShop: 'от магазина', fromMe: 'вы', answering: 'Ответ на «{subject}»',
    name: 'Имя', phone: 'Телефон', email: 'Почта', question: 'Чем помочь', sendForm: 'Отправить заявку',
    receipt: '✓ Принята, номер {receipt}', lastForm: '{name}, {time}',
    caller: 'Кто звонит', call: 'Позвонить', hidden: 'номер скрыт', newCaller: 'Новый', hiddenCaller: 'Скрытый номер', ringing: 'Идут гудки…', talking: 'Говорит {name}',
    picksUp: 'Берёт {name}', hangUp: 'Положить трубку', missed: 'не ответили',
    answeredBy: 'поговорили, {name}', working: 'играем утро в магазине…', lost: 'Связь с песочницей потеряна',
    noOne: 'свободно', answeredState: 'отвечено', closedState: 'закрыто',
    snoozed: 'отложено до {time}', callback: 'перезвонить', why: 'Почему так? Обращение #{number}', openWhy: 'Почему так?',
    nobody: 'Обращений ещё нет', late: 'просрочено {span}', left: 'ещё {span}', inSpan: 'через {span}', ago: '{span} назад',
    now: 'сейчас', day: 'дн', hour: 'ч', minute: 'мин', second: 'с', noName: 'без имени', fileTooBig: 'Файл больше 5 МБ',
    new: 'новое',
    talePane: 'Истории', taleBack: 'Все истории', tabTale: 'Истории', show: 'Показать', fill: 'Подставить текст',
    taleLead: 'Пять историй за две минуты: что нажать, что сделал хаб и почему. Менеджеры, почта и телефон рядом, хаб настоящий.',
    taleStep: 'Шаг {step} из {steps}', taleWhy: 'Что сделал хаб и почему', taleNothing: 'Хаб ещё ничего об этом клиенте не знает.',
    taleEnd: 'История сыграна', taleNext: 'Дальше: {title}', taleAgain: 'Начать сначала',
    taleAstray: 'Клиента взял другой: {name}. Так тоже бывает, но история дальше не пойдёт: начните её сначала.', free: 'Свободная игра: что попробовать',
    bot: 'бот', whose: 'Кто сейчас', slogan: 'Свет и полки для дома', account: '{address} → {shop}', callList: 'Список звонков',
    ready: '{number}', callBack: 'Перезвонить', calledBack: 'перезвонили, {name}',
    hints: [
      'Напишите как Мария или Денис в Telegram: Анне придёт карточка, на карточке идёт срок.',
      'Нажмите на карточку у Анны и ответьте: ответ уйдёт клиенту туда, откуда он писал.',
      'Переключитесь на Ивана и ответьте на новое обращение первым: Анна увидит, кто взял.',
      'Позвоните и положите трубку: пропущенный звонок станет обращением со сроком перезвонить.',
      'Позвоните с номера Марии: хаб узнает её по номеру, которым она поделилась в Telegram.',
      'Нажмите «+1 ч»: сроки подойдут, и хаб предупредит менеджеров. «До утра» покажет, что ночь не считается.',
      'Нажмите на обращение наверху: хаб расскажет, почему оно у этого менеджера и откуда взялся срок.',
    ],
  },
  en: {
    title: 'Sandbox', clock: 'Clock', plus5: '+5 min', plus60: '+1 h', morning: 'To morning', dark: 'Dark theme',
    other: 'RU', otherName: 'RU, Русский', conversations: 'Conversations in the hub', close: 'Close', panes: 'Panes',
    clientPane: 'Client in Telegram', phonePane: 'Telephone on the desk', mailPane: 'Mail', formPane: 'Site',
    managerPane: 'Manager in Telegram', formLink: 'Open the form’s page',
    tabClient: 'Client', tabPhone: 'Call', tabMail: 'Mail', tabForm: 'Form', tabManager: 'Manager',
    write: 'Message', writeReply: 'Answer', writeManager: 'Choose a message above and answer', send: 'Send',
    attach: 'Attach a file', shareContact: 'Share my number', block: 'Block the bot',
    unblock: 'Unblock', start: 'Start', reply: 'Reply to this message', cancelReply: 'Do not reply to it',
    edited: 'edited', pinned: 'pinned', contact: 'Contact', file: 'File', copied: 'Copied',
    emptyClient: 'You write to the shop for the first time.', emptyManager: 'The bot has said nothing yet.',
    emptyMail: 'No letters yet. Write to the shop.', emptyCalls: 'No calls yet.',
    subject: 'Subject', letter: 'Letter to the shop', replyLetter: 'Reply', newLetter: 'New letter',
    fromShop: 'from the shop', fromMe: 'you', answering: 'Reply to “{subject}”',
    name: 'Name', phone: 'Phone', email: 'E-mail', question: 'How can we help', sendForm: 'Send the request',
    receipt: '✓ Received, number {receipt}', lastForm: '{name}, {time}',
    caller: 'Who calls', call: 'Call', hidden: 'hidden number', newCaller: 'New', hiddenCaller: 'Hidden number', ringing: 'It rings…', talking: '{name} is talking',
    picksUp: '{name} takes', hangUp: 'Hang up', missed: 'not answered',
    answeredBy: 'talked, {name}', working: 'playing a morning in the shop…', lost: 'The sandbox cannot be reached',
    noOne: 'free', answeredState: 'answered', closedState: 'closed',
    snoozed: 'snoozed until {time}', callback: 'call back', why: 'Why so? Conversation #{number}', openWhy: 'Why so?',
    nobody: 'No conversations yet', late: 'late by {span}', left: '{span} left', inSpan: 'in {span}', ago: '{span} ago',
    now: 'now', day: 'd', hour: 'h', minute: 'min', second: 's', noName: 'no name', fileTooBig: 'The file is over 5 MB',
    new: 'new',
    talePane: 'Stories', taleBack: 'All stories', tabTale: 'Stories', show: 'Show me', fill: 'Fill in the text',
    taleLead: 'Five stories in two minutes: what to press, what the hub did and why. Managers, mail and telephone are at hand, and the hub is the real one.',
    taleStep: 'Step {step} of {steps}', taleWhy: 'What the hub did and why', taleNothing: 'The hub knows nothing of this client yet.',
    taleEnd: 'The story is played', taleNext: 'Next: {title}', taleAgain: 'Begin again',
    taleAstray: 'Somebody else took the client: {name}. That happens too, but the story cannot go on: begin it again.', free: 'Free play: what to try',
    bot: 'bot', whose: 'Who it is now', slogan: 'Light and shelves for the home', account: '{address} → {shop}', callList: 'List of calls',
    ready: '{number}', callBack: 'Call back', calledBack: 'called back, {name}',
    hints: [
      'Write as Maria or Denis in Telegram: Anna gets a card with a running deadline.',
      'Choose the card in Anna’s chat and answer: the client gets it where they wrote from.',
      'Switch to Ivan and answer a new conversation first: Anna sees who took it.',
      'Call and hang up: the missed call becomes a conversation with a deadline to call back.',
      'Call from Maria’s number: the hub knows her by the number she shared in Telegram.',
      'Press “+1 h”: deadlines pass and the hub warns the managers. “To morning” shows that nights do not count.',
      'Press a conversation at the top: the hub says why it is with this manager and where the deadline comes from.',
    ],
  },
};

export const language = new URLSearchParams(location.search).get('lang') === 'en' ? 'en' : 'ru';
const words = WORDS[language];
const narrow = matchMedia('(max-width: 900px)');
let zone = 'Europe/Moscow';

export function setZone(name) {
  zone = name;
}

export function t(key, values = {}) {
  return String(words[key]).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

// A name as it was written turns neither itself nor the words around it.
export function sayName(name) {
  return `\u2068${name.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')}\u2069`;
}

export function list(key) {
  return words[key];
}

export function sayTime(at) {
  return format({ hour: '2-digit', minute: '2-digit' }, at);
}

export function sayClock(at) {
  const day = format({ weekday: 'short', day: 'numeric', month: narrow.matches ? 'short' : 'long' }, at);
  return { day, time: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }, at) };
}

export function sayDay(at) {
  return format({ day: 'numeric', month: 'long' }, at);
}

export function saySpan(ms) {
  const seconds = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} ${t('day')}${hours ? ` ${hours} ${t('hour')}` : ''}`;
  if (hours) return `${hours} ${t('hour')}${minutes ? ` ${minutes} ${t('minute')}` : ''}`;
  return minutes ? `${minutes} ${t('minute')}` : `${seconds} ${t('second')}`;
}

export function sayMoment(at, now) {
  if (Math.abs(at - now) < 1000) return t('now');
  return t(at > now ? 'inSpan' : 'ago', { span: saySpan(at - now) });
}

function format(options, at) {
  return new Intl.DateTimeFormat(language, { timeZone: zone, hourCycle: 'h23', ...options }).format(new Date(at));
}
