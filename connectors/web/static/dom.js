// What every module builds with: texts, elements, icons. Nothing here ever parses HTML.

/** The page's words in its language; the server puts them on <html>. */
export const T = JSON.parse(document.documentElement.dataset.texts);
export const LANG = document.documentElement.lang;
const LOCALE = `${LANG}-u-nu-${document.documentElement.dataset.digits}`;

/** Find one element by id. */
export const $ = (id) => document.getElementById(id);

/** Put values into a text's named places. */
export const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Build an element: functions become listeners, known properties are set, the rest are attributes. */
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Own drawings on a 24 × 24 grid, strokes only; `send` points to the right and is mirrored in RTL.
const PATHS = {
  send: 'M4 12h15M13 6l6 6-6 6',
  plus: 'M12 5v14M5 12h14',
  file: 'M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.2 4.2l-7.8 7.8a1.5 1.5 0 0 1-2.1-2.1L14 7.5',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6',
  place: 'M12 21s-7-6.3-7-11.5a7 7 0 0 1 14 0C19 14.7 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 7h14M5 12h14M5 17h14',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  sent: 'M5 13l4 4L19 7',
  wait: 'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  fail: 'M12 7v6M12 16.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
};
const SVG = 'http://www.w3.org/2000/svg';

/** Draw an icon; it says nothing to a screen reader, its button does. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `i i-${name}`);
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** Build a button with an icon, a word or both; an icon alone takes the word as its label. */
export function button(words, click, { pic, bare, ...given } = {}) {
  const node = el('button', { type: 'button', click, ...given });
  if (pic) node.append(icon(pic));
  if (bare) node.ariaLabel = node.title = words;
  else node.append(el('span', {}, words));
  return node;
}

const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' });
const calendar = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

/** Write a moment as hour and minute, with the day if that was another or is wanted. */
export function moment(at, day) {
  const then = new Date(at);
  return (day || then.toDateString() !== new Date().toDateString() ? calendar : clock).format(then);
}

/** Write a number in the page's digits. */
export const digits = (value) => number.format(value);

/** Write seconds as m:ss. */
export const timer = (s) => `${digits(Math.floor(s / 60))}:${s % 60 < 10 ? digits(0) : ''}${digits(s % 60)}`;
