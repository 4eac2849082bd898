// Frames to and from the gateway: a WebSocket, or polling where a network breaks it.
// docs/widget-protocol.md is the contract.

const BACKOFF = [1, 2, 4, 8, 10]; // seconds
const PATIENCE = 8000; // ms for a welcome, an ack or a pong
const HOLD = 35000; // ms for a long poll
const SOCKETS_TO_TRY = 3;

/** Carries frames; tells the page of each that arrives and of every change of the connection. */
export class Transport {
  #socket = null;
  #failures = 0;
  #tries = 0;
  #timer = 0;
  #deadline = 0;
  #awaited = new Set(); // ids without an ack, and `hello` or `ping`
  #asked = null; // aborts the polling that is under way

  /** `page` has hello(), session(), last(), receive(frame), changed(online) and unknown(). */
  constructor(page) {
    this.page = page;
    this.ready = false;
    addEventListener('online', () => this.wake((this.#failures = 0)));
    addEventListener('offline', () => this.drop());
    addEventListener('visibilitychange', () => document.hidden || this.#look());
  }

  /** Connect now, unless connected or connecting. */
  wake() {
    if (this.ready || this.#socket || this.#asked) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#open();
  }

  /** Send a frame; false when there is nothing to send it over. */
  send(frame) {
    if (!this.ready) return false;
    this.#expect(frame.id ?? frame.t);
    if (this.#socket) this.#socket.send(JSON.stringify(frame));
    else this.#post([frame]).catch(() => this.drop());
    return true;
  }

  /** Give the connection up and come back later. */
  drop(code) {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#asked?.abort();
    this.#asked = null;
    this.#lost(code);
  }

  #open() {
    if (this.#failures >= SOCKETS_TO_TRY) return void this.#poll();
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/widget/socket`);
    this.#socket = socket;
    this.#expect('hello');
    socket.onopen = () => socket.send(JSON.stringify(this.page.hello()));
    socket.onmessage = ({ data }) => this.#socket === socket && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => this.#socket === socket && this.drop(code);
  }

  #take(frame) {
    if (frame.t === 'challenge') return this.#prove(frame.challenge);
    if (frame.t === 'welcome') this.#welcomed();
    if (['ack', 'nack', 'pong'].includes(frame.t)) this.#heard(frame.id ?? 'ping');
    this.page.receive(frame);
  }

  // Asked for before the welcome. A weak phone may take its time over it.
  async #prove(challenge) {
    clearTimeout(this.#deadline);
    const { solve } = await import('./proof.js');
    const proof = { t: 'proof', solution: await solve(challenge) };
    if (!this.#socket) return this.#post([this.page.hello(), proof]);
    this.#socket.send(JSON.stringify(proof));
    this.#expect('hello');
  }

  #welcomed() {
    this.#failures = this.#socket ? 0 : this.#failures;
    this.#tries = 0;
    this.ready = true;
    this.#heard('hello');
    this.page.changed(true);
  }

  // A connection that says nothing for so long is dead, whatever the browser thinks.
  #expect(answer) {
    clearTimeout(this.#deadline);
    this.#awaited.add(answer);
    this.#deadline = setTimeout(() => this.drop(), PATIENCE);
  }

  #heard(answer) {
    clearTimeout(this.#deadline);
    this.#awaited.delete(answer);
    if (this.#awaited.size) this.#deadline = setTimeout(() => this.drop(), PATIENCE);
  }

  #look() {
    if (!this.ready) this.wake();
    else if (this.#socket) this.send({ t: 'ping' });
  }

  #lost(code) {
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
    this.#awaited.clear();
    if (!this.ready) this.#failures += 1;
    this.ready = false;
    if (code === 4001) this.page.unknown();
    this.page.changed(false);
    const seconds = BACKOFF[Math.min(this.#tries++, BACKOFF.length - 1)];
    this.#timer = setTimeout(() => this.#open(), seconds * (0.5 + Math.random()) * 1000);
  }

  async #poll() {
    const asked = (this.#asked = new AbortController());
    try {
      await this.#post([this.page.hello()]);
      // A session that is known already is not welcomed again.
      if (!this.ready) this.#take({ t: 'welcome', sid: this.page.session(), resume: true });
      while (this.#asked === asked) await this.#fetch(`poll?after=${this.page.last()}`, {}, HOLD);
    } catch (error) {
      if (this.#asked === asked) this.drop(error.cause);
    }
  }

  #post(frames) {
    return this.#fetch('send', { method: 'POST', body: JSON.stringify({ frames }) }, PATIENCE);
  }

  async #fetch(path, request, patience) {
    const headers = { 'Content-Type': 'application/json', 'X-Shakwa-Session': this.page.session() ?? '' };
    const signal = AbortSignal.any([this.#asked.signal, AbortSignal.timeout(patience)]);
    const response = await fetch(`/widget/${path}`, { ...request, headers, signal });
    const { frames = [] } = await response.json();
    if (!response.ok && !frames.length) throw new Error(path, { cause: response.status === 401 ? 4001 : 0 });
    for (const frame of frames) await this.#take(frame);
  }
}
