// Draws a Telegram text with its entities; offsets are UTF-16 units, as JavaScript counts.

import { el } from './dom.js';
import { sayTime } from './words.js';

const TAGS = {
  bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre',
  blockquote: 'blockquote', expandable_blockquote: 'blockquote', bot_command: 'span', text_link: 'span',
};

export function draw(text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return drawSpan(text, 0, text.length, sorted);
}

function drawSpan(text, start, end, entities) {
  const pieces = [];
  let at = start;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    if (entity.offset < at) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    pieces.push(text.slice(at, entity.offset), drawEntity(text, entity, stop, entities));
    at = stop;
    // A quotation stands on lines of its own: the break after it is its own, too.
    if (entity.type.endsWith('blockquote') && text[at] === '\n') at += 1;
  }
  pieces.push(text.slice(at, end));
  return pieces.filter(Boolean);
}

function drawEntity(text, entity, stop, rest) {
  if (entity.type === 'date_time') {
    const at = entity.unix_time * 1000;
    return el('time', { class: 'moment', 'data-moment': at, title: sayTime(at) }, text.slice(entity.offset, stop));
  }
  const inner = drawSpan(text, entity.offset, stop, rest);
  return el(TAGS[entity.type] ?? 'span', { class: `e-${entity.type}` }, ...inner);
}
