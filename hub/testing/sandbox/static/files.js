// Reads a file of the player's own as a deed carries it.

import { t } from './words.js';

const LIMIT = 5_000_000;

export async function readFile(file) {
  if (file.size > LIMIT) {
    document.getElementById('status').textContent = t('fileTooBig');
    return null;
  }
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return { name: file.name, mime: file.type || 'application/octet-stream', content: address.slice(address.indexOf(',') + 1) };
}
