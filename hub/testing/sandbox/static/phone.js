// The telephone: who calls, and what happens while it rings.

import { now } from './clock.js';
import { act } from './deeds.js';
import { el, sync } from './dom.js';
import { saySpan, sayTime, t } from './words.js';

const MIN_TALK = 3000;
const STATE = { missed: '📵', answered: '📞', ringing: '🔔', talking: '🗣' };

export class Telephone {
  constructor(pane) {
    this.handset = pane.querySelector('#handset');
    this.log = pane.querySelector('#calls');
    this.line = pane.querySelector('#line');
    this.caller = null;
  }

  show(phone) {
    this.phone = phone;
    const current = phone.calls.findLast((call) => !call.endedAt);
    this.since = current ? current.pickedUpAt ?? current.startedAt : 0;
    sync(this.handset, [{ current: current ?? null, members: phone.members }], {
      key: () => 'handset', make: (item) => (item.current ? this.#going(item) : el('p', { class: 'ready' }, t('ready', { number: sayNumber(phone.shop) }))),
    });
    if (!phone.callers.some((each) => each.key === this.caller)) this.caller = phone.callers[0].key;
    sync(this.line, [{ callers: phone.callers, isBusy: Boolean(current), caller: this.caller }], { key: () => 'line', make: (item) => this.#callers(item) });
    const over = phone.calls.filter((call) => call.endedAt).toReversed();
    const items = over.map((call) => ({ ...call, member: phone.members[0], isBusy: Boolean(current), isOwed: isOwed(call, phone.calls) }));
    if (items.length) {
      this.log.querySelector('.empty')?.remove();
      const newest = this.log.firstElementChild?.dataset.key;
      sync(this.log, items, { key: (call) => call.number, make: row });
      if (newest !== this.log.firstElementChild.dataset.key) this.log.scrollTop = 0;
    } else this.log.replaceChildren(el('li', { class: 'empty' }, t('emptyCalls')));
  }

  // A story begins: its client has the telephone in the hand, if it calls at all.
  meet(client) {
    if (!this.phone.callers.some((each) => each.key === client.key)) return;
    this.caller = client.key;
    this.show(this.phone);
  }

  beat() {
    const counter = this.handset.querySelector('.since');
    if (counter && this.since) counter.textContent = saySpan(now() - this.since);
  }

  #callers({ callers, isBusy }) {
    const select = el('select', { 'aria-label': t('caller'), onchange: (event) => { this.caller = event.target.value; } },
      ...callers.map((each) => el('option', { value: each.key, selected: each.key === this.caller }, `${sayCaller(each)} ${each.number ? sayNumber(each.number) : ''}`)));
    return el('div', { class: 'dial' }, select,
      el('button', { type: 'button', class: 'primary', disabled: isBusy, onclick: () => act('rings', { who: this.caller }) }, `📞 ${t('call')}`));
  }

  #going({ current, members }) {
    const isRinging = current.state === 'ringing';
    return el('div', { class: `going ${current.state}` },
      el('p', {}, el('strong', {}, sayCaller({ key: current.who, name: current.name })), ' ', isRinging ? t('ringing') : t('talking', { name: current.by }), ' ', el('span', { class: 'since' })),
      el('div', { class: 'actions' },
        ...(isRinging ? members.map((each) => el('button', { type: 'button', onclick: () => act('picks_up', { extension: each.extension }) }, t('picksUp', { name: each.name }))) : []),
        el('button', { type: 'button', class: 'danger', onclick: () => act('hangs_up') }, t('hangUp'))));
  }
}

// A talk too short to count leaves the call owed, as it does in the hub.
function isOwed(call, calls) {
  const isTalk = (other) => other.phone === call.phone && other.number > call.number && other.pickedUpAt && (other.endedAt ?? now()) - other.pickedUpAt >= MIN_TALK;
  return call.state === 'missed' && call.phone !== '' && !calls.some(isTalk);
}

function row(call) {
  return el('li', { 'data-who': call.who }, el('span', { 'aria-hidden': 'true', class: 'sign' }, call.isOut ? '↗' : STATE[call.state]), el('span', { class: 'number' }, call.phone ? sayNumber(call.phone) : t('hidden')),
    el('span', { class: 'how' }, call.state === 'missed' ? t('missed') : `${t(call.isOut ? 'calledBack' : 'answeredBy', { name: call.by })}, ${saySpan(call.endedAt - call.pickedUpAt)}`),
    el('time', {}, sayTime(call.startedAt)),
    call.isOwed ? el('button', { type: 'button', disabled: call.isBusy, onclick: () => act('calls_back', { who: call.who, extension: call.member.extension }) }, `↩ ${t('callBack')}`) : null);
}

function sayCaller({ key, name }) {
  return { stranger: t('newCaller'), hidden: t('hiddenCaller') }[key] ?? name;
}

function sayNumber(number) {
  return number.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, '+7 $1 $2-$3-$4');
}
