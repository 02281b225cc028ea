// The mailbox as the client sees it: letters sent and received, a letter or an answer to write.

import { act } from './deeds.js';
import { el, segments, sync } from './dom.js';
import { sayTime, t } from './words.js';

export class Mailbox {
  constructor(pane) {
    this.pane = pane;
    this.log = pane.querySelector('.letters');
    this.current = null;
    this.answered = 0;
    this.opened = new Map();
    this.#build();
  }

  show(mail) {
    this.mail = mail;
    if (!this.box) { this.current = mail.boxes[0].key; this.answered = 0; this.log.replaceChildren(); }
    this.#draw();
  }

  meet(client) {
    if (this.mail.boxes.some((each) => each.key === client.key)) this.#choose(client.key);
  }

  // Put a text into the field, as an answer to the shop's last letter.
  fill(text, story) {
    this.meet(story.client);
    this.answered = this.box.letters.findLast((each) => !each.isMine)?.number ?? 0;
    this.#draw();
    this.text.value = text;
    this.text.focus();
  }

  #choose(key) {
    this.current = key;
    this.answered = 0;
    this.log.replaceChildren();
    this.#draw();
  }

  get box() {
    return this.mail.boxes.find((each) => each.key === this.current);
  }

  #draw() {
    segments(this.pane.querySelector('.who'), this.mail.boxes.map(({ key, name }) => ({ key, name: name.split(' ')[0] })), {
      current: this.current, choose: (key) => this.#choose(key),
    });
    document.getElementById('account').textContent = t('account', { address: this.box.address, shop: this.mail.shop });
    const letters = this.box.letters.toReversed();
    if (letters.length) {
      this.log.querySelector('.empty')?.remove();
      sync(this.log, letters.map((letter, place) => ({ ...letter, isLast: place === 0 })), {
        key: (letter) => letter.number, make: (letter, isNew) => this.#letter(letter, isNew),
      });
    } else this.log.replaceChildren(el('p', { class: 'empty' }, t('emptyMail')));
    const original = this.box.letters.find((letter) => letter.number === this.answered);
    this.subject.hidden = Boolean(original);
    this.answering.hidden = !original;
    if (original) this.answering.firstChild.textContent = t('answering', { subject: original.subject });
    this.text.placeholder = t(original ? 'writeReply' : 'letter');
  }

  #letter(letter, isNew) {
    const isOpen = this.opened.get(letter.number) ?? letter.isLast;
    return el('details', { class: `${letter.isMine ? 'mine' : 'theirs'}${isNew ? ' fresh' : ''}`, open: isOpen },
      el('summary', { onclick: (event) => this.opened.set(letter.number, !event.currentTarget.parentElement.open) }, el('span', { class: 'from' }, t(letter.isMine ? 'fromMe' : 'fromShop')),
        el('span', { class: 'subject' }, letter.subject), el('time', {}, sayTime(letter.at))),
      el('p', { class: 'text' }, letter.text),
      letter.isMine ? null : el('button', { type: 'button', onclick: () => this.#answer(letter.number) }, `↩ ${t('replyLetter')}`));
  }

  #answer(number) {
    this.answered = number;
    this.#draw();
    this.text.focus();
  }

  #build() {
    const form = this.pane.querySelector('.letter');
    this.subject = el('input', { type: 'text', maxLength: 200, placeholder: t('subject'), 'aria-label': t('subject') });
    this.answering = el('p', { class: 'answering', hidden: true }, el('span', {}),
      el('button', { type: 'button', class: 'quiet', 'aria-label': t('newLetter'), onclick: () => { this.answered = 0; this.#draw(); } }, '✕'));
    this.text = el('textarea', { rows: 2, maxLength: 4000, placeholder: t('letter'), 'aria-label': t('letter') });
    form.append(this.subject, this.answering, el('div', { class: 'row' }, this.text,
      el('button', { type: 'submit', class: 'send', title: t('send'), 'aria-label': t('send') }, '➤')));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const text = this.text.value.trim();
      if (text && await act('mails', { who: this.current, subject: this.subject.value, text, answers: this.answered })) {
        this.text.value = this.subject.value = '';
        this.answered = 0;
        this.#draw();
      }
    });
  }
}
