// A message's text as nodes: links, case numbers and tracking codes stand out, the rest is text.
import { T, el, button } from './dom.js';

const NUMBER = '[A-Z]{2}-\\d{4}-\\d{6,9}-\\d';
const CODE = '[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}';
const LINK = 'https?://[^\\s<>"«»]*[^\\s<>"«».,;:!?)\\]،؛؟۔]';
const DIGITS = '\\+?\\d[\\d \\-]{5,}\\d'; // a telephone or civil number
const PARTS = new RegExp(`(?<![\\w-])(?:(?<key>${NUMBER}|${CODE})(?![\\w-])|(?<link>${LINK})|(?<ltr>${DIGITS}))`, 'g');
const RECEIPT = new RegExp(`${NUMBER}[^]*(?<![\\w-])${CODE}(?![\\w-])`);
const URDU = /[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]/; // letters that Arabic does not have

/** Say whether a text is a receipt: a case number, and the code that is told only once. */
export const isReceipt = (text) => RECEIPT.test(text);

/** Guess a text's language from its letters, so that it is read aloud rightly. */
export function language(text) {
  if (URDU.test(text)) return 'ur';
  return /[\u0600-\u06ff]/.test(text) ? 'ar' : 'en';
}

/** Copy a text and say so on the button for a moment. */
export async function copy(text, node) {
  const label = node.querySelector('span');
  const before = label.textContent;
  label.textContent = await navigator.clipboard?.writeText(text).then(() => T.copied, () => T.not_copied) ?? T.not_copied;
  setTimeout(() => (label.textContent = before), 2000);
}

// Two numbers in a row may break between them: at 200 % they are wider than a phone.
const fenced = (text) => el('bdi', { dir: 'ltr', className: text.length > 16 ? '' : 'num' }, text);

function key(text) {
  const copier = button(T.copy, () => copy(text, copier), { pic: 'copy', className: 'copy', 'aria-label': `${T.copy} ${text}` });
  return el('span', { className: 'key' }, fenced(text), copier);
}

function node({ key: kept, link, ltr }) {
  if (kept) return key(kept);
  if (ltr) return fenced(ltr);
  return el('a', { href: link, target: '_blank', rel: 'noopener noreferrer', dir: 'ltr' }, link);
}

/** Return a text as nodes; nothing in it is ever read as HTML. */
export function rich(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(PARTS)) {
    nodes.push(text.slice(end, found.index), node(found.groups));
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}
