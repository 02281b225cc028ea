// What the hub makes of it: every conversation with its owner and running deadline; pressing one tells why.

import { now } from './clock.js';
import { el, sync } from './dom.js';
import { sayName, saySpan, sayTime, t } from './words.js';

const ICONS = { telegram: '✈️', email: '✉️', webform: '📝', mango: '📞' };

export class Strip {
  constructor(nav, sheet) {
    this.nav = nav;
    this.sheet = sheet;
    this.number = 0;
  }

  show(conversations, isSet) {
    this.conversations = conversations;
    const items = conversations.map((each) => ({ ...each, isChosen: each.number === this.number }));
    if (items.length) {
      this.nav.querySelector('.empty')?.remove();
      sync(this.nav, items, { key: (item) => item.number, make: (item) => this.#chip(item) });
    } else this.nav.replaceChildren(el('p', { class: 'empty' }, t(isSet ? 'nobody' : 'working')));
    this.beat();
    if (this.number) this.#tell();
  }

  beat() {
    for (const each of this.conversations ?? []) {
      const chip = this.nav.querySelector(`[data-key="${each.number}"]`);
      if (!chip) continue;
      const { words, light } = state(each);
      chip.dataset.light = light;
      const shown = chip.querySelector('.due');
      if (shown.textContent !== words) shown.textContent = words;
    }
  }

  close() {
    const { number } = this;
    this.number = 0;
    this.show(this.conversations, true);
    this.nav.querySelector(`[data-key="${number}"]`)?.focus();
  }

  #chip(item) {
    return el('button', { type: 'button', class: 'chip', title: t('openWhy'), 'aria-pressed': String(item.isChosen), onclick: () => this.#choose(item.number) },
      el('span', {}, el('span', { class: 'name' }, `${ICONS[item.channel] ?? '💬'} ${sayWho(item.name)}`), el('span', { class: 'nr' }, `#${item.number}`)),
      el('span', {}, el('span', { class: 'due' }), el('span', { class: 'owner' }, item.assignee || (item.isOpen ? t('noOne') : ''))));
  }

  async #choose(number) {
    if (this.number === number) { this.sheet.hide(); return; }
    this.number = number;
    this.sheet.fill(t('why', { number }), []);
    this.sheet.open();
    this.show(this.conversations, true);
  }

  async #tell() {
    const number = this.number;
    const answer = await fetch(`/why/${number}`);
    if (!answer.ok || number !== this.number) return;
    const { lines } = await answer.json();
    this.sheet.fill(t('why', { number }), lines);
  }
}

function state(each) {
  if (!each.isOpen) return { words: `✅ ${t('closedState')}`, light: 'closed' };
  if (each.snoozedUntil && each.snoozedUntil > now()) return { words: `😴 ${t('snoozed', { time: sayTime(each.snoozedUntil) })}`, light: 'calm' };
  if (!each.dueAt) return { words: `✓ ${t('answeredState')}`, light: 'calm' };
  const left = each.dueAt - now();
  const what = each.isCallback ? `${t('callback')}: ` : '';
  if (left < 0) return { words: `${what}${t('late', { span: saySpan(left) })}`, light: 'late' };
  const isHalf = now() - each.startedAt > (each.dueAt - each.startedAt) / 2;
  return { words: `${what}${t('left', { span: saySpan(left) })}`, light: isHalf ? 'soon' : 'well' };
}

function sayWho(name) {
  return sayName(name.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, '+7 $1 $2-$3-$4') || t('noName'));
}
