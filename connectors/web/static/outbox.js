// What is not yet acked, and what the page remembers: text in localStorage, files in IndexedDB.

const PREFIX = 'shakwa.';
const store = stored(); // one key a message, so that two tabs never overwrite each other's list

// Where a browser forbids storage, the page remembers for as long as it lives.
function stored() {
  try {
    return localStorage;
  } catch {
    return {};
  }
}

/** Read a remembered value, or null. */
export const recall = (name) => store[PREFIX + name] ?? null;

/** Remember a value; null forgets it. */
export function remember(name, value) {
  if (value === null) delete store[PREFIX + name];
  else store[PREFIX + name] = value;
}

/** Return the unacked messages, oldest first. */
export function unsent() {
  const names = Object.keys(store).filter((name) => name.startsWith(`${PREFIX}out.`));
  return names.map((name) => JSON.parse(store[name])).sort((a, b) => a.order - b.order);
}

/** Keep a message until it is acked. */
export const keep = (message) => remember(`out.${message.id}`, JSON.stringify(message));

/** Forget a message and its files. */
export function drop(message) {
  remember(`out.${message.id}`, null);
  for (const part of message.parts ?? []) files('readwrite', (store) => store.delete(part.key)).catch(() => {});
}

let database;
const held = new Map(); // files of this page's life; IndexedDB is for the next one

function opened() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('shakwa', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('files');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return database;
}

async function files(mode, act) {
  const store = (await opened()).transaction('files', mode).objectStore('files');
  return new Promise((resolve, reject) => {
    const request = act(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keep a file under a key. */
export function keepFile(key, file) {
  held.set(key, file);
  return files('readwrite', (store) => store.put(file, key)).catch(() => {});
}

/** Return a kept file, or undefined. */
export const findFile = (key) => held.get(key) ?? files('readonly', (store) => store.get(key)).catch(() => undefined);
