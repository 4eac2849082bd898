// The chat page: what the citizen does becomes frames, frames become the log.
import { T, LANG, $, el, icon, button, say, digits } from './dom.js';
import { Transport } from './transport.js';
import { recall, remember, unsent, keep, drop, keepFile, findFile } from './outbox.js';
import { isLarge, shrunk, upload } from './files.js';
import { canRecord, record } from './voice.js';
import * as view from './view.js';

const box = $('box');
const panel = $('panel');
const link = new URLSearchParams(location.search);
const framed = parent !== window;
let mine = null; // this page's session
let last = 0; // the highest seq seen
let limits = { files: 10 };
let chosen = []; // files picked and not sent: {key, file, url, original}
let order = 0; // ms, and never the same twice
const aborts = new Map(); // file key -> its upload's AbortController
const uploading = new Set(); // message ids

const transport = new Transport({ hello, receive, changed, unknown, session: () => recall('sid'), last: () => last });

function hello() {
  const frame = { t: 'hello', v: 1, last, lang: LANG };
  mine = recall('sid');
  for (const [name, value] of [['sid', mine], ['agency', link.get('agency')], ['place', link.get('place')]]) {
    if (value) frame[name] = value;
  }
  return frame;
}

/* What arrives. */

const TAKE = {
  welcome({ sid, resume, limits: given }) {
    const other = recall('sid');
    if (!resume && other && other !== mine) return transport.drop(); // another tab was first: join it
    remember('sid', (mine = sid));
    limits = given ?? limits;
    settle();
    flush();
  },
  ack: ({ id }) => delivered(id),
  nack: refused,
  citizen(frame) {
    if (!isNew(frame)) return;
    view.retire();
    view.showCitizen(frame);
    delivered(frame.id);
  },
  bot(frame) {
    if (!isNew(frame)) return;
    typing(false);
    view.showBot(frame, choose);
  },
  typing: ({ on }) => typing(on),
};

function receive(frame) {
  TAKE[frame.t]?.(frame);
}

const seen = new Set();
function isNew({ seq }) {
  if (seen.has(seq)) return false;
  seen.add(seq);
  last = Math.max(last, seq);
  settle();
  return true;
}

// The history has no end mark: the log goes live once nothing has come for a moment.
let settling;
function settle() {
  clearTimeout(settling);
  settling = setTimeout(view.goLive, 1000);
}

function delivered(id) {
  const message = unsent().find((one) => one.id === id);
  if (message) drop(message);
  view.showState(id, 'sent');
}

const REASONS = { too_long: T.too_long, bad_frame: T.not_understood, unknown_file: T.file_lost };
function refused({ id, code, retry_ms: wait = 3000 }) {
  const message = unsent().find((one) => one.id === id);
  if (!message) return;
  if (code === 'too_fast') return void setTimeout(flush, wait);
  if (code === 'unknown_file' && !message.again) return uploadAgain(message);
  drop(message);
  view.showState(id, 'fail', REASONS[code] ?? T.not_understood, () => fill(message.frame.text ?? ''));
}

function uploadAgain(message) {
  message.parts.forEach((part) => delete part.attachment);
  keep({ ...message, again: true });
  flush();
}

function unknown() {
  remember('sid', null);
  last = 0;
  seen.clear();
  view.forgetOrder();
}

/* Typing and connection are told apart from the messages. */

let typingTimer;
function typing(on) {
  clearTimeout(typingTimer);
  if ($('typing').hidden === on) {
    const end = on && $('log').scrollHeight - $('log').scrollTop - $('log').clientHeight < 160;
    $('typing').hidden = !on;
    $('typing').lastElementChild.textContent = on ? T.shakwa_is_writing : '';
    if (end) view.toEnd();
  }
  if (on) typingTimer = setTimeout(typing, 30000, false);
}

let bannerTimer;
function changed(online) {
  clearTimeout(bannerTimer);
  if (online) return banner($('banner').textContent && T.connected_again, 2500);
  typing(false);
  // A hiccup is not worth a word.
  bannerTimer = setTimeout(banner, navigator.onLine ? 1500 : 0, navigator.onLine ? T.connecting : T.offline);
}

function banner(text, ms) {
  $('banner').textContent = text;
  $('banner').dataset.good = Boolean(ms);
  if (ms && text) bannerTimer = setTimeout(banner, ms, '');
}

/* What is sent. */

// `frame` goes to the gateway, `face` is what the log shows; `parts` are files to upload first.
function put(frame, face = frame) {
  const id = uuid();
  const message = { id, order: (order = Math.max(order + 1, Date.now())), frame: { ...frame, id }, face, parts: face.parts };
  keep(message);
  view.retire();
  view.goLive();
  show(message);
  transport.wake();
  deliver(message);
}

function show({ id, order: at, face }) {
  view.showCitizen({ ...face, id, at });
  view.showState(id, 'wait');
  view.toEnd();
}

// A blob's address ends in a UUID, on pages without HTTPS too, which have no randomUUID.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

function deliver(message) {
  if (!transport.ready) return;
  if (message.parts?.some((part) => !part.attachment && !part.error)) return void uploadAll(message);
  const { id, frame, parts } = message;
  const attachments = parts?.map((part) => part.attachment).filter(Boolean);
  if (!attachments) return transport.send(frame);
  if (attachments.length) return transport.send({ ...frame, attachments });
  if (frame.text) return transport.send({ t: 'text', id, text: frame.text });
  drop(message);
  view.showState(message.id, 'fail', T.nothing_was_sent);
}

const flush = () => unsent().forEach(deliver);

/* Files. */

async function uploadAll(message) {
  if (uploading.has(message.id)) return;
  uploading.add(message.id);
  message.parts.filter((part) => !part.attachment && !part.error).forEach((part) => cancellable(message, part));
  for (const part of message.parts) {
    if (!part.attachment && !part.error && !(await uploadOne(message, part))) break;
    keep(message);
  }
  uploading.delete(message.id);
  if (message.parts.every((part) => part.attachment || part.error)) deliver(message);
}

// True once the file has an outcome; false when the connection broke and it must be sent whole again.
async function uploadOne(message, part) {
  const answer = await uploaded(message, part);
  if (part.error) return true; // cancelled meanwhile
  if (answer.status === 201) part.attachment = answer.id;
  else if (answer.status === 429 || answer.status === 0 || answer.status >= 500) return void setTimeout(flush, answer.retry_ms ?? 4000);
  else part.error = answer.text ?? T.file_refused;
  view.showPart(message.id, part.key, { done: part.attachment, error: part.error });
  return true;
}

async function uploaded(message, part) {
  const kept = await findFile(part.key);
  const file = kept && (part.original ? kept : await shrunk(kept));
  if (!file) return { status: 400, text: T.file_lost };
  return upload(file, mine, (value) => view.showProgress(message.id, part.key, value), aborts.get(part.key).signal);
}

function cancellable(message, part) {
  const abort = new AbortController();
  const cancel = () => {
    part.error = T.cancelled;
    abort.abort();
    view.showPart(message.id, part.key, part);
  };
  aborts.set(part.key, abort);
  view.showPart(message.id, part.key, { cancel });
}

function pick(files) {
  const room = limits.files - chosen.length;
  chosen.push(...[...files].slice(0, room).map((file) => ({ key: uuid(), file, url: picture(file) })));
  showTray(files.length > room && say(T.files_at_once, { n: digits(limits.files) }));
  box.focus();
}

const picture = (file) => (file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined);

function showTray(note) {
  panel.replaceChildren();
  if (note) panel.append(el('p', { className: 'error', role: 'alert' }, note));
  panel.append(...chosen.map(trayRow));
  if (chosen.some(({ file }) => isLarge(file))) panel.append(originalTick());
}

function trayRow(item) {
  const remove = () => {
    chosen = chosen.filter((other) => other !== item);
    showTray();
    box.focus();
  };
  return el('div', { className: 'file' }, item.url ? el('img', { src: item.url, alt: '' }) : icon('file'),
    el('bdi', { className: 'name' }, item.file.name), button(say(T.remove_file, { name: item.file.name }), remove, { pic: 'close', bare: true }));
}

function originalTick() {
  const change = ({ target }) => chosen.forEach((item) => (item.original = target.checked));
  return el('label', { className: 'tick' }, el('input', { type: 'checkbox', change, checked: chosen.some((item) => item.original) }), T.send_the_original);
}

function sendFiles(items, text) {
  items.forEach(({ key, file }) => keepFile(key, file));
  const parts = items.map(({ key, file, original, url }) => ({ key, name: file.name, type: file.type, original, url }));
  put({ t: 'files', text }, { text, parts });
}

/* What the citizen does. */

function submit(event) {
  event?.preventDefault();
  const text = box.value.trim();
  if (chosen.length) sendFiles(chosen, text || undefined);
  else if (text) put({ t: 'text', text });
  if (chosen.length) closePanel();
  fill('');
}

function choose({ id, title }) {
  put({ t: 'choice', button: id }, { text: title });
  box.focus();
}

function fill(text) {
  box.value = text;
  grow();
  box.focus();
}

function grow() {
  remember('draft', box.value || null);
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight + 2}px`;
}

function closePanel() {
  panel.replaceChildren();
  chosen = [];
  box.focus();
}

/** Ask or tell something above the text box; each choice is [words, what it does]. */
function ask(text, ...answers) {
  panel.replaceChildren(el('p', { role: 'alert' }, text),
    el('div', { className: 'row' }, ...answers.map(([words, act], i) => button(words, () => (closePanel(), act?.()), { className: i ? '' : 'main' }))));
  panel.querySelector('button')?.focus();
}

const DO = {
  file: () => $('pick').click(),
  mic: () => record(panel, sendVoice, () => ask(T.microphone_refused, [T.write_instead])),
  place: sharePlace,
};

function sendVoice(file) {
  closePanel();
  if (file) sendFiles([{ key: uuid(), file }]);
}

function sharePlace() {
  const refused_ = () => ask(T.place_refused, [T.write_instead]);
  ask(T.finding_your_place, [T.cancel]);
  navigator.geolocation.getCurrentPosition(({ coords }) => confirmPlace(coords), refused_, { enableHighAccuracy: true, timeout: 15000 });
}

function confirmPlace({ latitude, longitude, accuracy }) {
  const send = () => put({ t: 'location', latitude, longitude, accuracy }, { place: { accuracy } });
  ask(say(T.share_your_place_within, { n: digits(Math.round(accuracy)) }), [T.share_it, send], [T.write_instead]);
}

function startAnew() {
  unsent().forEach(drop);
  remember('draft', null);
  remember('sid', null);
  location.reload();
}

/* How the page looks. */

function prefer(name, value) {
  if (value) document.documentElement.dataset[name] = value;
  const input = document.querySelector(`[name=${name}][value="${value}"]`);
  if (input) input.checked = true;
}

function preferences() {
  for (const name of ['size', 'theme']) prefer(name, recall(name));
  $('settings').addEventListener('change', ({ target: { name, value } }) => (remember(name, value), prefer(name, value)));
}

function dialogs() {
  $('menu').onclick = () => $('settings').showModal();
  $('anew').onclick = () => ($('settings').close(), $('sure').showModal());
  $('sure').onclose = () => $('sure').returnValue === 'yes' && startAnew();
  for (const dialog of document.querySelectorAll('dialog')) dialog.onclick = ({ target }) => void (target === dialog && dialog.close());
}

function unfold(open) {
  $('plus').ariaExpanded = open;
  $('tools').classList.toggle('open', open);
}

function tools() {
  $('plus').onclick = () => unfold($('plus').ariaExpanded !== 'true');
  for (const tool of $('tools').children) tool.onclick = () => (unfold(false), DO[tool.dataset.icon]());
  $('tools').querySelector('[data-icon=mic]').hidden = !canRecord();
  $('tools').querySelector('[data-icon=place]').hidden = !navigator.geolocation || document.featurePolicy?.allowsFeature('geolocation') === false;
  $('pick').onchange = ({ target }) => (pick(target.files), (target.value = ''));
}

function keys(event) {
  if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
  if ($('plus').ariaExpanded === 'true') return unfold(false), $('plus').focus();
  if (framed) close_();
}

const close_ = () => parent.postMessage('shakwa:close', '*'); // says nothing but that it is closed

function composer() {
  $('composer').onsubmit = submit;
  box.oninput = grow;
  box.onkeydown = (event) => {
    // Enter sends where there is a keyboard; on a phone it is a new line.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && matchMedia('(hover:hover)').matches) submit(event);
  };
  box.onpaste = ({ clipboardData: { files } }) => files.length && pick(files);
  box.value ||= recall('draft'); // what was typed before this script came stays
  grow();
}

function restore() {
  for (const message of unsent()) {
    // The pictures of an earlier page's files are gone with it.
    message.parts?.forEach((part) => delete part.url);
    show({ ...message, face: { ...message.face, parts: message.parts } });
    message.parts?.forEach((part) => view.showPart(message.id, part.key, { done: part.attachment, error: part.error }));
  }
}

function start() {
  document.querySelectorAll('[data-icon]').forEach((node) => node.prepend(icon(node.dataset.icon)));
  document.querySelectorAll('[data-say]').forEach((node) => (node.onclick = () => (put({ t: 'text', text: node.textContent.trim() }), box.focus())));
  $('close').hidden = !framed;
  $('close').onclick = close_;
  addEventListener('keydown', keys);
  // Another tab started anew, or made the session that both use.
  addEventListener('storage', ({ key, newValue }) => key === 'shakwa.sid' && newValue && newValue !== mine && (last ? location.reload() : transport.drop()));
  preferences();
  dialogs();
  tools();
  composer();
  restore();
  transport.wake();
}

start();
