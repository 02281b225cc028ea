// The stories: a list to choose from, then steps that say what to press, what the hub just did, and why.

import { place } from './aim.js';
import { act } from './deeds.js';
import { alike, el, sync } from './dom.js';
import { line } from './sheets.js';
import { language, list, t } from './words.js';

const texts = await (await fetch(`/static/stories.${language}.json`)).json();

export class Tale {
  constructor(pane, { aim, fill, meet }) {
    this.pane = pane;
    this.pages = pane.querySelector('.pages');
    this.back = pane.querySelector('#tale-back');
    this.title = pane.querySelector('h2');
    Object.assign(this, { aim, fill, meet, story: null, lines: [], begun: [], known: new Set() });
    this.back.addEventListener('click', () => act('ends_story'));
  }

  show(story) {
    const isNew = story && story.client.key !== this.story?.client.key;
    const isOn = story && !isNew && story.done !== this.story.done;
    if (isNew) this.lines = this.begun = [];
    if (isNew || isOn) this.#turn();
    const focused = this.pages.contains(document.activeElement) ? document.activeElement : null;
    const hadFocus = this.pane.contains(document.activeElement);
    this.story = story;
    this.back.hidden = !story;
    this.title.textContent = story ? texts[story.key].title : t('talePane');
    sync(this.pages, [story ? { ...story, lines: this.lines } : { key: '' }], {
      key: (item) => item.key, make: (item) => (item.key ? this.#telling(item) : this.#choice()),
    });
    if (hadFocus && !this.pane.contains(document.activeElement)) (focused && alike(focused, this.pages) || this.pages.querySelector('.now button, .ending button, .tales button'))?.focus();
    if (isNew) this.meet(story);
    if (isNew || isOn) this.#say();
    this.aim.point(this.step, story);
    if (story?.number) this.#explain();
  }

  // What the hub told during the step before and tells since is news.
  #turn() {
    this.known = new Set(this.begun);
    this.begun = this.lines;
  }

  get step() {
    return this.story && texts[this.story.key].steps[this.story.done] || null;
  }

  get words() {
    return this.step ? this.#put(this.step.do) : '';
  }

  #put(words) {
    return words.replaceAll('{name}', this.story.client.name);
  }

  // The step is told to those who do not see the page, and the step before it is kept in view.
  #say() {
    document.getElementById('heard').textContent = this.words || t('taleEnd');
    this.pages.querySelector('.now, .ending')?.scrollIntoView({ block: 'nearest' });
  }

  #choice() {
    const tales = Object.entries(texts).map(([key, each]) => el('li', {}, el('button', { type: 'button', onclick: () => act('begins_story', { story: key }) },
      el('strong', {}, each.title), el('small', {}, each.about))));
    return el('div', { class: 'choice' }, el('p', { class: 'lead' }, t('taleLead')), el('ol', { class: 'tales' }, ...tales),
      el('details', { class: 'free' }, el('summary', {}, t('free')), el('ul', { class: 'hints' }, ...list('hints').map((each) => el('li', {}, each)))));
  }

  #telling({ key, done, steps, number, strayedTo, lines }) {
    const tale = texts[key];
    const again = el('button', { type: 'button', class: 'quiet', onclick: () => act('begins_story', { story: key }) }, `↻ ${t('taleAgain')}`);
    return el('div', { class: 'telling', 'data-number': number },
      el('p', { class: 'lead' }, done < steps ? t('taleStep', { step: done + 1, steps }) : tale.about),
      el('div', {}, el('ol', { class: 'steps' }, ...tale.steps.map((step, at) => this.#step(step, Math.sign(at - done)))),
        strayedTo ? el('p', { class: 'astray', role: 'status' }, t('taleAstray', { name: strayedTo })) : null, done < steps ? (done ? again : null) : this.#ending(tale)),
      el('div', {}, el('h3', {}, t('taleWhy')), lines.length ? el('ol', { class: 'told' }, ...lines.map((text) => this.#line(text)))
        : el('p', { class: 'lead' }, t('taleNothing'))));
  }

  #step(step, turn) {
    const words = el('p', { class: 'do' }, this.#put(step.do));
    if (turn > 0) return el('li', { class: 'later' }, words);
    if (turn < 0) return el('li', { class: 'done' }, words, el('p', { class: 'did' }, this.#put(step.did)));
    return el('li', { class: 'now', 'aria-current': 'step' }, words, el('div', { class: 'deeds' },
      el('button', { type: 'button', onclick: () => this.aim.go() }, t('show')),
      step.fill ? el('button', { type: 'button', onclick: () => { this.aim.go(); this.fill(place(step).pane, step.fill, this.story); } }, t('fill')) : null));
  }

  #ending(tale) {
    const keys = Object.keys(texts);
    const next = keys[(keys.indexOf(this.story.key) + 1) % keys.length];
    return el('div', { class: 'ending' }, el('strong', {}, t('taleEnd')), el('p', {}, tale.end),
      el('button', { type: 'button', class: 'primary', onclick: () => act('begins_story', { story: next }) }, t('taleNext', { title: texts[next].title })));
  }

  #line(text) {
    const item = line(text);
    if (!this.known.has(text)) item.classList.add('news-line');
    return item;
  }

  async #explain() {
    const { number } = this.story;
    const answer = await fetch(`/why/${number}`);
    if (!answer.ok || number !== this.story?.number) return;
    const { lines } = await answer.json();
    if (String(lines) === String(this.lines)) return;
    this.lines = lines;
    this.show(this.story);
  }
}
