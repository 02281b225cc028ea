// Looks for what keeps people from using a page; returns a sentence for each fault. Numbers are WCAG 2.2's (level AA).

() => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.replace(/ data-look="[^"]*"/g, '').slice(0, 140)}`);
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

  const read = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], a: a / 255 };
  };
  const over = (front, back) => front.rgb.map((value, at) => value * front.a + back[at] * (1 - front.a));
  const ground = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const layer = read(getComputedStyle(each).backgroundColor);
      layers.push(layer);
      if (layer.a === 1) break;
    }
    return layers.reduceRight((back, layer) => over(layer, back), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };

  // 1.4.3: text against what lies behind it.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!/[\p{L}\p{N}]/u.test(walker.currentNode.data) || element.closest('[aria-hidden="true"]') || !isShown(element) || element.closest(':disabled')) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const ratio = contrast(over(read(style.color), back), back);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < needed) say(`contrast ${ratio.toFixed(2)} of ${needed}`, element);
  }

  // 1.4.11: the edge of what can be filled in.
  for (const field of document.querySelectorAll('input, textarea, select')) {
    if (!isShown(field)) continue;
    const ratio = contrast(over(read(getComputedStyle(field).borderTopColor), ground(field.parentElement)), ground(field.parentElement));
    if (ratio < 3) say(`edge of a field ${ratio.toFixed(2)} of 3`, field);
  }

  // 2.5.8: nothing to press is smaller than 24 by 24, or it has that much room.
  for (const target of document.querySelectorAll('button, a[href], summary, select, input, textarea')) {
    if (!isShown(target)) continue;
    const { width, height } = target.getBoundingClientRect();
    if (width < 24 || height < 24) say(`target ${Math.round(width)}×${Math.round(height)}`, target);
  }

  // 1.3.1, 2.4.1, 2.4.6, 3.1.1: landmarks, headings in order, language, ids.
  if (document.querySelectorAll('main').length !== 1) faults.push('not exactly one main');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  if (!/^(ru|en)$/.test(document.documentElement.lang)) faults.push('no language');
  if (!document.title) faults.push('no title');
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter(isShown).map((each) => Number(each.tagName[1]));
  levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) faults.push(`h${level} after h${levels[at - 1]}`); });
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) faults.push(`id ${id} twice`);
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-controls]')) {
    for (const id of `${element.getAttribute('aria-labelledby') ?? ''} ${element.getAttribute('aria-controls') ?? ''}`.split(' ').filter(Boolean)) {
      if (!document.getElementById(id)) say(`names ${id}, which is not there`, element);
    }
  }

  // 2.1.1, 2.4.3: whatever scrolls can be reached by keyboard; nothing jumps the order of the page.
  for (const element of document.querySelectorAll('body *')) {
    if (element.tabIndex > 0) say('jumps the order', element);
    const isScrolling = /auto|scroll/.test(getComputedStyle(element).overflowY) && element.scrollHeight > element.clientHeight + 1;
    if (isScrolling && isShown(element) && element.tabIndex < 0 && !element.querySelector('button, input, a[href]')) say('scrolls without keyboard', element);
  }
  for (const element of document.querySelectorAll('[aria-hidden="true"]')) {
    if (element.matches('button, a, input') || element.querySelector('button, a[href], input, select, textarea')) say('hidden, yet to be focused', element);
  }
  for (const element of document.querySelectorAll('ol > *, ul > *')) if (element.tagName !== 'LI') say('no li in a list', element);
  for (const picture of document.querySelectorAll('img')) if (!picture.hasAttribute('alt')) say('no alt', picture);
  return faults;
}
