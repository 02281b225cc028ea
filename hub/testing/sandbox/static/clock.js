// The hub's clock as the page sees it: the last instant told, and the time that passed here since.

import { act } from './deeds.js';
import { sayClock, sayMoment, sayTime } from './words.js';

let told = Date.now();
let toldAt = performance.now();

export function setNow(now) {
  told = now;
  toldAt = performance.now();
}

export function now() {
  return told + performance.now() - toldAt;
}

// Elements with `data-moment` count by themselves, as they do in the app.
export function tick(root = document) {
  const present = now();
  for (const element of root.querySelectorAll('[data-moment]')) {
    const words = sayMoment(Number(element.dataset.moment), present);
    if (element.textContent !== words) element.textContent = words;
  }
}

export function startClock(onTick) {
  const face = document.getElementById('clock');
  for (const button of document.querySelectorAll('[data-move]')) {
    const span = button.dataset.move;
    button.addEventListener('click', () => act('moves_clock', span === 'morning' ? { is_until_morning: true } : { minutes: Number(span) }));
  }
  const beat = () => {
    const { day, time } = sayClock(now());
    face.replaceChildren(Object.assign(document.createElement('span'), { textContent: day }), ` ${time}`);
    for (const small of document.querySelectorAll('.signal .time')) small.textContent = sayTime(now());
    tick();
    onTick();
  };
  beat();
  setInterval(beat, 1000);
  return beat;
}
