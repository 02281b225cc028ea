// Points at what the story wants pressed next: the thing, the person's chat, the button in it.

const SEND = '➤';
const PATIENCE = 5000;

export class Aim {
  constructor({ show, choose }) {
    this.show = show;
    this.choose = choose;
    document.addEventListener('click', () => this.point(this.step, this.story));
  }

  // `step` is null where nothing is to be pressed; `story` says whose it is.
  point(step, story) {
    if (step !== this.step || story?.client.key !== this.story?.client.key) Object.assign(this, { reached: -1, lostAt: 0 });
    this.step = step;
    this.story = story;
    for (const old of document.querySelectorAll('.aimed, .aim')) old.classList.remove('aimed', 'aim');
    if (!step) return;
    const { pane, who } = place(step);
    document.querySelector(`#tabs [data-pane="${pane}"]`)?.classList.add('aimed');
    element(pane).classList.add('aimed');
    if (who) element(pane).querySelector(`.who [data-key="${who}"][aria-pressed="false"]`)?.classList.add('aim');
    this.target()?.classList.add('aim');
  }

  // The last of the step's buttons that is there: a dialogue goes on below, other things show the newest first.
  target() {
    const { pane, who } = place(this.step);
    const root = element(pane);
    if (who && root.querySelector(`.who [data-key="${who}"]`)?.getAttribute('aria-pressed') === 'false') return null;
    const labels = this.#isAsked(root) ? [SEND] : [...(this.step.also ?? []).toReversed(), this.step.press];
    const buttons = [...root.querySelectorAll('button')];
    if (root.querySelector('.log')) buttons.reverse();
    const at = labels.findIndex((label) => buttons.some((button) => this.#fits(button, label)));
    const found = at >= 0 ? buttons.find((button) => this.#fits(button, labels[at])) : null;
    return this.#isLeadingBack(found, labels.length - at) ? null : found;
  }

  #fits(button, label) {
    return button.textContent.startsWith(label) && this.#isOfStory(button);
  }

  // What was pressed last is gone at once, what comes of it takes a moment: nobody is sent back meanwhile.
  #isLeadingBack(found, depth) {
    if (found && depth >= this.reached) { Object.assign(this, { reached: depth, lostAt: 0 }); return false; }
    if (!this.lostAt) { this.lostAt = performance.now(); setTimeout(() => this.point(this.step, this.story), PATIENCE); }
    return performance.now() - this.lostAt < PATIENCE;
  }

  // A step that presses and then writes: the bot has asked below its card what to write.
  #isAsked(root) {
    if (!this.step.fill || this.step.press === SEND) return false;
    const said = [...root.querySelectorAll('.message.theirs:has(.keys)')].filter((message) => words(message).includes(`#${this.story?.number}`));
    return said.length > 0 && !said.at(-1).textContent.includes(this.step.press);
  }

  // Leads the player there: the thing, the person, and the focus where the next press is.
  go() {
    const { pane, who } = place(this.step);
    this.show(pane);
    if (who) this.choose(pane, who);
    this.point(this.step, this.story);
    const pressed = this.target();
    const goal = this.step.fill && (!pressed || pressed.matches('[type=submit]')) ? element(pane).querySelector('textarea') : pressed;
    goal?.scrollIntoView({ block: 'center' });
    (goal ?? reachable(element(pane))).focus();
  }

  // A question the bot asked belongs to whoever was asked; a card belongs to its conversation, a call to who called.
  #isOfStory(button) {
    const caller = button.closest('[data-who]')?.dataset.who;
    if (caller) return caller === this.story?.client.key;
    const text = words(button.closest('.message'));
    return !/#\d/.test(text) || text.includes(`#${this.story?.number}`);
  }
}

// Whoever is led to a thing where nothing is to be pressed yet stands at its beginning.
function reachable(pane) {
  pane.tabIndex = -1;
  return pane;
}

function words(message) {
  return message?.querySelector('.bubble').textContent ?? '';
}

export function place(step) {
  const [pane, who] = step.where.split(':');
  return { pane, who };
}

function element(pane) {
  return document.getElementById(pane === 'clock' ? 'clock-pane' : pane);
}
