// The sheet that opens below the strip and tells why a conversation is as it is. Esc closes it.

import { el } from './dom.js';

const STAMP = /^(\d\d\.\d\d \d\d:\d\d) (.*)$/s;

export class Sheet {
  constructor(element, { onHide }) {
    this.element = element;
    this.onHide = onHide;
    element.querySelector('[data-close]').addEventListener('click', () => this.hide());
    element.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.hide(); });
  }

  open() {
    this.element.hidden = false;
    this.element.focus({ preventScroll: true });
  }

  hide() {
    this.element.hidden = true;
    this.onHide();
  }

  fill(title, lines) {
    this.element.querySelector('h2').textContent = title;
    this.element.querySelector('ol').replaceChildren(...lines.map(line));
  }
}

export function line(text) {
  const [, stamp, rest] = STAMP.exec(text) ?? [];
  return stamp ? el('li', {}, el('time', {}, stamp), el('span', {}, rest)) : el('li', { class: 'plain' }, text);
}
