// The log: messages in the server's order, the unsent ones last.
import { T, $, el, icon, button, moment, digits, say } from './dom.js';
import { rich, language, isReceipt, copy } from './rich.js';

const log = $('log');
const shown = new Map(); // message id + side -> its node
let live = false;

/** Let screen readers hear the log from here on: the history before it is not announced. */
export function goLive() {
  if (live) return;
  live = true;
  log.setAttribute('role', 'log');
  log.ariaLive = 'polite';
}

const near = () => log.scrollHeight - log.scrollTop - log.clientHeight < 160;

/** Bring the newest message into view. */
export const toEnd = () => (log.scrollTop = log.scrollHeight);

function place(node, seq) {
  const after = [...log.children].find((other) => other !== node && Number(other.dataset.seq ?? Infinity) > (seq ?? Infinity));
  if (seq !== undefined) node.dataset.seq = seq;
  // An unchanged place is left alone: moving a node would announce it again.
  if (!node.isConnected || (after ?? null) !== node.nextElementSibling) log.insertBefore(node, after ?? null);
}

function words(text) {
  const lines = el('div', { className: 'text', dir: 'auto', lang: language(text) });
  lines.append(...rich(text));
  return lines;
}

const frame = (side, who, at, ...inside) =>
  el('div', { className: `m ${side}` }, el('span', { className: 'vh' }, who), ...inside,
    el('div', { className: 'meta', ariaLive: 'off' }, el('time', { dateTime: new Date(at).toISOString() }, moment(at, side === 'bot receipt')), el('span', { className: 'state' })));

function show(key, seq, node) {
  const follow = near() || node.classList.contains('me');
  shown.get(key)?.replaceWith(node);
  shown.set(key, node);
  place(node, seq);
  $('intro').hidden = true;
  if (follow) toEnd();
}

/** Show what the citizen sent; a message that is shown already only takes its place. */
export function showCitizen({ id, seq, text, files = [], parts = [], place: point, at }) {
  const known = shown.get(`me${id}`);
  if (known) return place(known, seq);
  const node = frame('me', T.you_said, at);
  const rows = [...parts.map(fileRow), ...files.map(fileRow)];
  if (point) rows.push(el('p', { className: 'file' }, icon('place'), placeWords(point)));
  if (text) rows.push(words(text));
  node.lastChild.before(...rows);
  show(`me${id}`, seq, node);
}

const placeWords = ({ label, accuracy }) => label || (accuracy ? say(T.my_place_within, { n: digits(Math.round(accuracy)) }) : T.my_place);

function fileRow({ key, name, url, media, type = media }) {
  const voice = type?.startsWith('audio');
  const row = el('div', { className: 'file' }, url ? el('img', { src: url, alt: '' }) : icon(voice ? 'mic' : 'file'),
    el('bdi', { className: 'name' }, voice ? T.voice_note : name));
  if (key) row.dataset.key = key;
  return row;
}

/** Show one file's upload: how far it is, a way to cancel, then how it ended. */
export function showPart(id, key, { done, error, cancel }) {
  const row = shown.get(`me${id}`)?.querySelector(`[data-key="${key}"]`);
  if (!row) return;
  row.querySelector('.outcome')?.remove();
  const outcome = el('span', { className: 'outcome' });
  if (cancel) outcome.append(el('progress', { max: 1, ariaLabel: T.uploading }), button(T.cancel, cancel, { pic: 'close', bare: true }));
  else if (error) outcome.append(el('span', { className: 'error' }, error));
  else if (done) outcome.append(icon('sent'), el('span', { className: 'vh' }, T.file_arrived));
  row.append(outcome);
}

/** Move one file's progress bar; from 0 to 1. */
export function showProgress(id, key, value) {
  const bar = shown.get(`me${id}`)?.querySelector(`[data-key="${key}"] progress`);
  if (bar) bar.value = value;
}

/** Show the delivery of a message: wait, sent or fail, with a reason and a way out for the last. */
export function showState(id, state, reason, again) {
  const node = shown.get(`me${id}`);
  if (!node) return;
  const line = node.querySelector('.state');
  node.classList.toggle('failed', state === 'fail');
  line.replaceChildren(icon(state), el('span', { className: state === 'sent' ? 'vh' : '' }, reason ?? T[state]));
  if (again) line.append(button(T.write_again, () => (node.remove(), shown.delete(`me${id}`), again())));
}

/** Show an answer, with its choices as long as nothing has been said after it. */
export function showBot({ id, seq, text, buttons = [], at }, choose) {
  if (shown.has(`bot${seq}`)) return;
  const node = frame(isReceipt(text) ? 'bot receipt' : 'bot', T.shakwa_says, at, words(text));
  if (isReceipt(text)) receipt(node, text);
  show(`bot${seq}`, seq, node);
  const last = ![...log.children].some((other) => Number(other.dataset.seq) > seq);
  if (!last) return;
  retire();
  if (buttons.length) node.append(choices(buttons, choose));
  // A long answer is read from its beginning.
  if (node.offsetHeight > log.clientHeight) node.scrollIntoView();
  else if (buttons.length) toEnd();
}

const choices = (buttons, choose) =>
  el('div', { className: 'choices', role: 'group', ariaLabel: T.choices },
    ...buttons.map((choice) => el('button', { type: 'button', dir: 'auto', lang: language(choice.title), click: () => choose(choice) }, choice.title)));

/** Take the choices of earlier answers away. */
export const retire = () => log.querySelectorAll('.choices').forEach((old) => old.remove());

function receipt(node, text) {
  document.documentElement.dataset.receipt = '';
  mark(node);
  const copier = button(T.copy_all, () => copy(text, copier), { pic: 'copy' });
  node.lastChild.before(el('div', { className: 'row' }, copier, button(T.print, () => (mark(node), print()), { pic: 'print' })));
}

function mark(node) {
  log.querySelector('.print')?.classList.remove('print');
  node.classList.add('print');
}

/** Let numbers be given anew: a new session counts from the beginning. */
export function forgetOrder() {
  for (const [key, node] of shown) {
    if (node.dataset.seq) node.dataset.seq = -1; // stays above what comes
    if (key.startsWith('bot')) shown.delete(key);
  }
  retire();
}
