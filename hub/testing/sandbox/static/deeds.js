// Asks the sandbox to do what the player did; a refusal is shown in the bar.

import { t } from './words.js';

export async function act(deed, values = {}) {
  const status = document.getElementById('status');
  try {
    const answer = await fetch('/deeds', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ deed, ...values }),
    });
    status.textContent = answer.ok ? '' : (await answer.json()).error ?? answer.statusText;
    return answer.ok;
  } catch {
    status.textContent = t('lost');
    return false;
  }
}
