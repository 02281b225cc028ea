// The sheets that open below the strip: why a conversation is as it is, and where to start. One at a time, Esc closes.

import { el } from './dom.js';
import { list, t } from './words.js';

const STAMP = /^(\d\d\.\d\d \d\d:\d\d) (.*)$/s;

export class Sheet {
  constructor(element, { onHide }) {
    this.element = element;
    this.onHide = onHide;
    element.querySelector('[data-close]').addEventListener('click', () => this.hide());
    element.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.hide(); });
  }

  open() {
    for (const other of document.querySelectorAll('.sheet')) other.hidden = true;
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

export function buildGuide(button, element) {
  const sheet = new Sheet(element, { onHide: () => { button.setAttribute('aria-expanded', 'false'); button.focus(); } });
  sheet.fill(t('guideTitle'), list('steps'));
  button.addEventListener('click', () => {
    if (!element.hidden) { sheet.hide(); return; }
    sheet.open();
    button.setAttribute('aria-expanded', 'true');
  });
}

function line(text) {
  const [, stamp, rest] = STAMP.exec(text) ?? [];
  return stamp ? el('li', {}, el('time', {}, stamp), el('span', {}, rest)) : el('li', { class: 'plain' }, text);
}
