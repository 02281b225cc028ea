// Points at what the story wants pressed next: the thing, the person's chat, the button in it.

export class Aim {
  constructor({ show, choose }) {
    this.show = show;
    this.choose = choose;
    document.addEventListener('click', () => this.point(this.step, this.number));
  }

  // `step` is null where nothing is to be pressed; `number` is the story's conversation.
  point(step, number) {
    this.step = step;
    this.number = number;
    for (const old of document.querySelectorAll('.aimed, .aim')) old.classList.remove('aimed', 'aim');
    if (!step) return;
    const { pane, who } = place(step);
    document.querySelector(`#tabs [data-pane="${pane}"]`)?.classList.add('aimed');
    element(pane).classList.add('aimed');
    if (who) element(pane).querySelector(`.who [data-key="${who}"][aria-pressed="false"]`)?.classList.add('aim');
    this.target()?.classList.add('aim');
  }

  // The last of the step's buttons that is there: a dialogue goes on below.
  target() {
    const { pane, who } = place(this.step);
    const root = element(pane);
    if (who && root.querySelector(`.who [data-key="${who}"]`)?.getAttribute('aria-pressed') === 'false') return null;
    const labels = [...(this.step.also ?? []).toReversed(), this.step.press];
    const buttons = [...root.querySelectorAll('button')].reverse();
    for (const label of labels) {
      const found = buttons.find((button) => label && button.textContent.startsWith(label) && this.#isOfStory(button));
      if (found) return found;
    }
    return null;
  }

  // Leads the player there: the thing, the person, and the focus where the next press is.
  go() {
    const { pane, who } = place(this.step);
    this.show(pane);
    if (who) this.choose(pane, who);
    this.point(this.step, this.number);
    const goal = this.step.fill ? element(pane).querySelector('textarea') : this.target();
    goal?.scrollIntoView({ block: 'nearest' });
    goal?.focus();
  }

  // A question the bot asked belongs to whoever was asked; a card belongs to its conversation.
  #isOfStory(button) {
    const text = button.closest('.message')?.querySelector('.bubble').textContent;
    return !text || !/#\d/.test(text) || text.includes(`#${this.number}`);
  }
}

export function place(step) {
  const [pane, who] = step.where.split(':');
  return { pane, who };
}

function element(pane) {
  return document.getElementById(pane === 'clock' ? 'clock-pane' : pane);
}
