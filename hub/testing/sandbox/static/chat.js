// A Telegram chat as its person sees it: bubbles, buttons, replies by choosing a message. Used by clients and managers.

import { tick } from './clock.js';
import { act } from './deeds.js';
import { el, segments, sync } from './dom.js';
import { draw } from './entities.js';
import { readFile } from './files.js';
import { sayDay, sayTime, t } from './words.js';

const NEAR_THE_END = 80;

export class Chat {
  constructor(pane, { isManager }) {
    this.pane = pane;
    this.isManager = isManager;
    this.log = pane.querySelector('.log');
    this.toast = pane.querySelector('.toast');
    this.current = null;
    this.chosen = 0;
    this.seen = new Map();
    this.people = [];
    this.toasts = new Map();
    this.drafts = new Map();
    this.isAtEnd = true;
    this.log.addEventListener('scroll', () => { this.isAtEnd = this.#isNearEnd(); });
    new ResizeObserver(() => this.#stick()).observe(this.log);
    this.#buildComposer();
  }

  show(people) {
    this.people = people;
    if (!people.some((each) => each.key === this.current)) { this.current = people[0].key; this.chosen = 0; this.log.replaceChildren(); }
    this.#draw();
  }

  // A story begins: its client is in the hand, if it writes here.
  meet(client) {
    if (this.people.some((each) => each.key === client.key)) this.choosePerson(client.key);
  }

  // Put a text into the field, as an answer to the story's card where a manager writes.
  fill(text, story) {
    const card = this.isManager && this.#card(story.number);
    this.chosen = card ? card.id : 0;
    this.#draw();
    this.input.value = text;
    this.input.focus({ preventScroll: true });
  }

  // The newest message about a conversation that has buttons, or one that once had.
  #card(number) {
    const about = this.person.messages.filter((each) => !each.isMine && each.text.includes(`#${number}`));
    return about.findLast((each) => each.buttons.length) ?? about.at(-1);
  }

  choosePerson(key) {
    if (key === this.current) return;
    this.drafts.set(this.current, { text: this.input.value, chosen: this.chosen });
    this.current = key;
    const draft = this.drafts.get(key);
    this.input.value = draft?.text ?? '';
    this.chosen = draft?.chosen ?? 0;
    this.log.replaceChildren();
    this.isAtEnd = true;
    this.#draw();
  }

  get person() {
    return this.people.find((each) => each.key === this.current);
  }

  #draw() {
    const person = this.person;
    this.seen.set(person.key, lastFromBot(person));
    this.#drawPeople();
    const before = this.log.lastElementChild?.dataset.key;
    this.#drawLog(person);
    this.#drawComposer(person);
    this.#drawToast(person);
    tick(this.log);
    const isMyNews = before !== this.log.lastElementChild?.dataset.key && person.messages.at(-1)?.isMine;
    this.isAtEnd ||= isMyNews;
    this.#stick();
  }

  #isNearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  #stick() {
    if (this.isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  #drawPeople() {
    const who = this.pane.querySelector('.who');
    const items = this.people.map((each) => ({
      key: each.key,
      name: each.name.split(' ')[0],
      news: each.key !== this.current && this.seen.has(each.key) && lastFromBot(each) > this.seen.get(each.key),
      newsTitle: t('new'),
    }));
    for (const each of this.people) if (!this.seen.has(each.key)) this.seen.set(each.key, lastFromBot(each));
    segments(who, items, { current: this.current, choose: (key) => this.choosePerson(key) });
  }

  #drawLog(person) {
    const byId = new Map(person.messages.map((message) => [message.id, message]));
    const items = person.messages.map((message, place) => ({
      ...message,
      day: place === 0 || sayDay(message.at) !== sayDay(person.messages[place - 1].at) ? sayDay(message.at) : '',
      quoted: message.replyTo ? firstWords(byId.get(message.replyTo)?.text ?? '') : '',
      isChosen: message.id === this.chosen,
    }));
    if (!items.length) {
      this.log.replaceChildren(el('p', { class: 'empty' }, t(this.isManager ? 'emptyManager' : 'emptyClient')));
      return;
    }
    this.log.querySelector('.empty')?.remove();
    sync(this.log, items, { key: (item) => item.id, make: (item, isNew) => this.#message(item, isNew) });
  }

  #message(message, isNew) {
    const bubble = el('div', { class: 'bubble', onclick: (event) => this.#chooseByClick(event, message) },
      message.quoted ? el('p', { class: 'quoted' }, message.quoted) : null,
      ...message.files.map((file) => picture(file)),
      message.contact ? contactCard(message.contact) : el('div', { class: 'text' }, ...draw(message.text, message.entities)),
      el('p', { class: 'meta' },
        el('button', { type: 'button', class: 'reply', title: t('reply'), 'aria-label': t('reply'), onclick: () => this.#choose(message.id) }, '↩'),
        message.isPinned ? el('span', { title: t('pinned') }, '📌') : null,
        message.isEdited ? el('span', {}, t('edited')) : null,
        el('time', {}, sayTime(message.at)),
        message.isMine ? el('span', { class: 'ticks', 'aria-hidden': 'true' }, '✓✓') : null),
      message.reactions.length ? el('p', { class: 'reactions' }, message.reactions.join(' ')) : null);
    const keys = message.buttons.length ? el('div', { class: 'keys' },
      ...message.buttons.map((row) => el('div', {}, ...row.map((button) => this.#key(message, button))))) : null;
    return el('article', { class: `message ${message.isMine ? 'mine' : 'theirs'}${isNew ? ' fresh' : ''}${message.isChosen ? ' chosen' : ''}`, tabIndex: -1 },
      message.day ? el('p', { class: 'day' }, message.day) : null, bubble, keys);
  }

  #key(message, button) {
    const press = button.copies
      ? () => copy(button.copies, this.toast)
      : () => act('presses', { who: this.current, message: message.id, label: button.text });
    return el('button', { type: 'button', onclick: press }, button.text);
  }

  #chooseByClick(event, message) {
    if (!event.target.closest('button, a') && !String(getSelection())) this.#choose(message.id);
  }

  #choose(id) {
    this.chosen = this.chosen === id ? 0 : id;
    this.#draw();
    if (this.chosen) this.input.focus({ preventScroll: true });
  }

  #buildComposer() {
    const form = this.pane.querySelector('.composer');
    this.input = el('textarea', { rows: 1, maxLength: 4000, 'aria-label': t('write'), onkeydown: (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
      if (event.key === 'Escape' && this.chosen) this.#choose(this.chosen);
    } });
    this.quote = el('p', { class: 'answering', hidden: true });
    this.picker = el('input', { type: 'file', hidden: true, onchange: () => this.#sendFile() });
    this.attach = el('button', { type: 'button', class: 'quiet', title: t('attach'), 'aria-label': t('attach'), onclick: () => this.picker.click() }, '📎');
    this.more = el('div', { class: 'more' });
    this.below = el('div', { class: 'below' });
    form.append(this.quote, el('div', { class: 'row' }, this.attach, this.picker, this.input,
      el('button', { type: 'submit', class: 'send', title: t('send'), 'aria-label': t('send') }, '➤')), this.below, this.more);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.#send(); });
  }

  #drawComposer(person) {
    const chosen = person.messages.find((message) => message.id === this.chosen);
    if (!chosen) this.chosen = 0;
    this.quote.hidden = !chosen;
    const quote = chosen ? firstWords(chosen.text) : '';
    if (chosen && this.quote.dataset.of !== String(chosen.id)) {
      this.quote.replaceChildren(el('span', {}, `↩ ${quote}`),
        el('button', { type: 'button', class: 'quiet', 'aria-label': t('cancelReply'), onclick: () => this.#choose(this.chosen) }, '✕'));
    }
    this.quote.dataset.of = chosen ? String(chosen.id) : '';
    this.input.placeholder = chosen ? t('writeReply') : t(this.isManager ? 'writeManager' : 'write');
    const rows = person.keyboard.map((row, place) => ({ place, row }));
    sync(this.below, rows, { key: (item) => item.place, make: ({ row }) => el('div', {}, ...row.map((button) => el('button', {
      type: 'button', onclick: () => act('taps', { who: this.current, label: button.text }),
    }, button.text))) });
    if (!this.isManager) this.#drawMore(person);
  }

  #drawMore(person) {
    const items = [
      person.messages.length ? null : { deed: 'starts', label: t('start') },
      { deed: 'shares_contact', label: `📱 ${t('shareContact')}` },
      { deed: 'blocks', label: t(person.isBlocked ? 'unblock' : 'block'), more: { is_blocked: !person.isBlocked } },
    ].filter(Boolean);
    sync(this.more, items, { key: (item) => item.deed, make: (item) => el('button', {
      type: 'button', class: 'quiet', onclick: () => act(item.deed, { who: this.current, ...item.more }),
    }, item.label) });
  }

  async #send(file) {
    const text = this.input.value.trim();
    if (!text && !file) return;
    if (await act('writes', { who: this.current, text, reply_to: this.chosen, ...(file ? { file } : {}) })) {
      this.input.value = '';
      this.chosen = 0;
      this.#draw();
    }
  }

  async #sendFile() {
    const [file] = this.picker.files;
    this.picker.value = '';
    if (file) await this.#send(await readFile(file));
  }

  #drawToast(person) {
    const last = this.toasts.get(person.key);
    if (person.toast && last !== undefined && last !== person.toast.id) flash(this.toast, person.toast.text);
    this.toasts.set(person.key, person.toast?.id ?? '');
  }
}

function lastFromBot(person) {
  return person.messages.findLast((message) => !message.isMine)?.id ?? 0;
}

function firstWords(text) {
  return text.length > 90 ? `${text.slice(0, 90)}…` : text;
}

function picture(file) {
  const address = `/files/${encodeURIComponent(file.id)}`;
  return file.isPicture ? el('img', { src: address, alt: file.name, loading: 'lazy' })
    : el('a', { href: address, class: 'file', download: file.name }, `📎 ${file.name || t('file')}`);
}

function contactCard(contact) {
  return el('p', { class: 'contact' }, el('strong', {}, contact.first_name), ` +${contact.phone_number.replace(/^\+/, '')}`);
}

async function copy(text, toast) {
  await navigator.clipboard?.writeText(text);
  flash(toast, `${t('copied')}: ${text}`);
}

function flash(toast, text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { toast.hidden = true; }, 4000);
}

