// A voice note: record, listen, send or throw away.
import { T, el, button, timer } from './dom.js';

const LONGEST = 300; // seconds
const SAFARI = /^((?!chrome|android|crios|fxios).)*safari/i.test(navigator.userAgent);
// Safari says that it can write WebM, and writes it wrongly.
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

/** Say whether this page may record at all; a host's policy can forbid it. */
export const canRecord = () =>
  Boolean(navigator.mediaDevices && window.MediaRecorder && document.featurePolicy?.allowsFeature('microphone') !== false);

/** Show the recorder in a panel; `done` gets the file, or nothing when it is thrown away. */
export async function record(panel, done, refused) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return refused();
  }
  const types = SAFARI ? TYPES.toReversed() : TYPES;
  const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
  run(new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24000 }), panel, done);
}

function run(recorder, panel, done) {
  const chunks = [];
  const face = recording(panel, () => recorder.stop(), () => finish());
  const finish = (then = done) => {
    clearInterval(face.ticking);
    recorder.onstop = null;
    recorder.stream.getTracks().forEach((track) => track.stop());
    then();
  };
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.onstop = () => finish(() => listen(panel, note(chunks, recorder.mimeType), done));
  recorder.start();
}

function note(chunks, mimeType) {
  const type = mimeType.split(';')[0];
  return new File(chunks, `voice.${type === 'audio/mp4' ? 'm4a' : type.slice(6)}`, { type });
}

function recording(panel, stop, cancel) {
  let seconds = 0;
  const time = el('bdi', { className: 'num', role: 'timer' }, timer(0));
  const stopper = button(T.stop_recording, stop, { className: 'main' });
  const tick = () => {
    time.textContent = timer((seconds += 1));
    if (seconds >= LONGEST) stop();
  };
  panel.replaceChildren(
    el('p', { className: 'rec' }, el('i', { className: 'dot' }), T.recording, ' ', time),
    el('div', { className: 'row' }, stopper, button(T.cancel, cancel)),
  );
  stopper.focus();
  return { ticking: setInterval(tick, 1000) };
}

function listen(panel, file, done) {
  const src = URL.createObjectURL(file);
  const end = (answer) => {
    URL.revokeObjectURL(src);
    done(answer);
  };
  const send = button(T.send_voice, () => end(file), { className: 'main' });
  panel.replaceChildren(
    el('p', {}, T.listen_before_sending),
    el('audio', { src, controls: true }),
    el('div', { className: 'row' }, send, button(T.throw_away, () => end())),
  );
  send.focus();
}
