// Builds elements from values: every text goes in as text, so nothing anybody wrote is ever read as markup.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class' || name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

// Makes the children of `parent` those of `items`; what did not change stays the very same element.
export function sync(parent, items, { key, make }) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  clear(parent, present, new Set(items.map((item) => String(key(item)))));
  items.forEach((item, place) => {
    const name = String(key(item));
    const look = JSON.stringify(item);
    let child = present.get(name);
    if (!child || child.dataset.look !== look) {
      const fresh = make(item, !child);
      fresh.dataset.key = name;
      fresh.dataset.look = look;
      if (child) swap(child, fresh);
      child = fresh;
    }
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}

// Takes away what is shown no longer, before anything is placed: an element that is moved loses the focus.
function clear(parent, present, kept) {
  const gone = [...present].filter(([name]) => !kept.has(name)).map(([, child]) => child);
  const focused = gone.find((child) => child.contains(document.activeElement));
  for (const child of gone) if (child !== focused) child.remove();
  if (!focused) return;
  const near = focused.nextElementSibling ?? focused.previousElementSibling;
  focused.remove();
  near?.focus({ preventScroll: true });
}

function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focused) (alike(focused, fresh) ?? fresh.querySelector('button') ?? fresh).focus({ preventScroll: true });
}

// The button that says the same: whoever was on it stays on it when what is around it is drawn anew.
export function alike(button, root) {
  return [...root.querySelectorAll('button')].find((each) => each.textContent === button.textContent);
}

export function segments(parent, items, { current, choose }) {
  sync(parent, items.map((item) => ({ ...item, isCurrent: item.key === current })), {
    key: (item) => item.key,
    make: (item) => el('button', {
      type: 'button', 'aria-pressed': String(item.isCurrent), onclick: () => choose(item.key),
    }, item.name, item.news ? el('i', { class: 'news', title: item.newsTitle }) : null),
  });
}
