// Puts the page together: one stream of looks from the sandbox, every pane draws its part.

import { Chat } from './chat.js';
import { setNow, startClock } from './clock.js';
import { act } from './deeds.js';
import { el } from './dom.js';
import { Aim } from './aim.js';
import { WebForm } from './form.js';
import { Mailbox } from './mail.js';
import { Telephone } from './phone.js';
import { Sheet } from './sheets.js';
import { Strip } from './strip.js';
import { Tale } from './tale.js';
import { startTheme } from './theme.js';
import { language, setZone, t } from './words.js';

const TABS = [['tale', '📖', 'tabTale'], ['client', '💬', 'tabClient'], ['phone', '📞', 'tabPhone'], ['mail', '✉️', 'tabMail'], ['form', '📝', 'tabForm'], ['manager', '🧑‍💼', 'tabManager']];
const byId = (id) => document.getElementById(id);

speak();
const strip = new Strip(byId('strip'), new Sheet(byId('why'), { onHide: () => strip.close() }));
startTheme(byId('theme'));
const panes = {
  client: new Chat(byId('client'), { isManager: false }),
  manager: new Chat(byId('manager'), { isManager: true }),
  mail: new Mailbox(byId('mail')),
  form: new WebForm(byId('form')),
  phone: new Telephone(byId('phone')),
};
const aim = new Aim({ show: (pane) => showPane(pane), choose: (pane, who) => panes[pane].choosePerson(who) });
const tale = new Tale(byId('tale'), {
  aim, fill: (pane, text, story) => panes[pane].fill(text, story), meet: (story) => { for (const pane of Object.values(panes)) pane.meet?.(story.client, story.key); },
});
const beat = startClock(() => { strip.beat(); panes.phone.beat(); });
buildTabs();
byId('hint').querySelector('button').addEventListener('click', () => aim.go());
listen();

function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
  document.title = t('title');
  const other = byId('language');
  other.textContent = t('other');
  other.setAttribute('aria-label', t('otherName'));
  other.lang = language === 'ru' ? 'en' : 'ru';
  other.href = language === 'ru' ? '?lang=en' : '?lang=ru';
  act('speaks', { language });
}

function listen() {
  const stream = new EventSource('/events');
  stream.onmessage = (event) => {
    const { now, look } = JSON.parse(event.data);
    setNow(now);
    setZone(look.zone);
    draw(look);
    byId('status').textContent = look.isSet ? '' : t('working');
    document.body.dataset.ready = String(look.isSet);
  };
  stream.onerror = () => { byId('status').textContent = t('lost'); };
}

function draw(look) {
  panes.client.show(look.clients);
  panes.manager.show(look.managers);
  panes.mail.show(look.mail);
  panes.form.show(look.forms, `${look.formUrl}?lang=${language}`);
  panes.phone.show(look.phone);
  strip.show(look.conversations, look.isSet);
  tale.show(look.story);
  drawHint();
  beat();
}

// On a narrow screen the step is told above whatever is shown.
function drawHint() {
  const hint = byId('hint');
  hint.hidden = !tale.words || byId('stage').dataset.shown === 'tale';
  hint.querySelector('span').textContent = tale.words;
}

function showPane(pane) {
  if (pane !== 'clock') byId('stage').dataset.shown = pane;
  for (const button of byId('tabs').children) button.setAttribute('aria-pressed', String(button.dataset.pane === byId('stage').dataset.shown));
  drawHint();
}

function buildTabs() {
  byId('tabs').append(...TABS.map(([pane, icon, label]) => el('button', { type: 'button', 'data-pane': pane, onclick: () => showPane(pane) }, el('span', { 'aria-hidden': 'true' }, icon), t(label))));
  showPane('tale');
}
