// Proof of work (ALTCHA 2, PBKDF2), loaded only when the gateway asks for it.

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function derived({ algorithm, nonce, salt, cost, keyLength = 32 }, counter) {
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  new DataView(password.buffer).setUint32(password.length - 4, counter);
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const way = { name: 'PBKDF2', hash: algorithm.split('/')[1], salt: bytes(salt), iterations: cost };
  return hex(await crypto.subtle.deriveBits(way, key, keyLength * 8));
}

/** Find the counter that a challenge asks for and return the solution as the gateway reads it. */
export async function solve(challenge) {
  const { keyPrefix = '00' } = challenge.parameters;
  for (let counter = 0; ; counter += 1) {
    const derivedKey = await derived(challenge.parameters, counter);
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
}
