// The form of the site: sent by the sandbox to the hub's real form address, as a browser would.

import { act } from './deeds.js';
import { el } from './dom.js';
import { sayName, sayTime, t } from './words.js';

const FIELDS = [['name', 'text', 'name'], ['phone', 'tel', 'phone'], ['email', 'email', 'email']];

export class WebForm {
  constructor(pane) {
    this.pane = pane;
    this.form = pane.querySelector('#webform');
    this.receipt = pane.querySelector('#receipt');
    this.form.append(
      ...FIELDS.map(([name, type]) => el('input', { name, type, maxLength: 100, placeholder: t(name), 'aria-label': t(name), autocomplete: 'off' })),
      el('textarea', { name: 'text', rows: 2, maxLength: 4000, required: true, placeholder: t('question'), 'aria-label': t('question') }),
      el('button', { type: 'submit', class: 'primary' }, t('sendForm')));
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.#send(); });
  }

  // The browser remembers who fills in.
  meet(client, story) {
    if (story !== 'site') return;
    for (const name of ['name', 'phone', 'email']) this.form.elements[name].value = client[name];
  }

  fill(text, story) {
    this.meet(story.client, story.key);
    this.form.elements.text.value = text;
    this.form.elements.text.focus();
  }

  show(forms, address) {
    this.pane.querySelector('#form-link').href = address;
    const last = forms.at(-1);
    this.receipt.replaceChildren(...(last ? [el('span', {}, t('receipt', { receipt: last.receipt })),
      el('small', {}, t('lastForm', { name: sayName(last.name.split(' ')[0] || '—'), time: sayTime(last.at) }))] : []));
  }

  async #send() {
    const given = Object.fromEntries(new FormData(this.form));
    if (await act('sends_form', given)) this.form.reset();
  }
}
