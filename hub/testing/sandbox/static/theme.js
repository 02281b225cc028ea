// Light or dark: as the system wishes until the player says otherwise, and then so until they say otherwise again.

import { t } from './words.js';

const KEPT = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function startTheme(button) {
  const draw = () => {
    const chosen = localStorage.getItem(KEPT);
    const isDark = chosen ? chosen === 'dark' : system.matches;
    if (chosen) document.documentElement.dataset.theme = chosen;
    button.textContent = isDark ? '🌙' : '☀️';
    button.title = t('dark');
    button.setAttribute('aria-label', t('dark'));
    button.setAttribute('aria-pressed', String(isDark));
  };
  button.addEventListener('click', () => {
    localStorage.setItem(KEPT, button.getAttribute('aria-pressed') === 'true' ? 'light' : 'dark');
    draw();
  });
  system.addEventListener('change', draw);
  draw();
}
