// Photos are shrunk on the phone, files are sent one by one with their progress.
import { LANG } from './dom.js';

const SIDE = 1600; // px: a letter photographed whole stays legible
const SMALL = 400e3; // bytes: not worth a second compression
const PHOTO = /^image\/(jpeg|png|webp|hei[cf])$/;

/** Say whether a file is a photo that would be shrunk. */
export const isLarge = (file) => PHOTO.test(file.type) && file.size > SMALL;

/** Return a photo of at most 1600 px as JPEG; the file itself where that fails or gains nothing. */
export async function shrunk(file) {
  if (!isLarge(file)) return file;
  try {
    const blob = await drawn(await createImageBitmap(file));
    return blob && blob.size < file.size ? new File([blob], jpeg(file.name), { type: blob.type }) : file;
  } catch {
    return file; // a format that this browser cannot draw
  }
}

const jpeg = (name) => `${name.replace(/\.\w+$/, '')}.jpg`;

function drawn(bitmap) {
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff'; // under what a PNG leaves clear
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
}

/** Upload one file: resolves to {status, ...answer}; status 0 is a broken connection. */
export function upload(file, session, progress, signal) {
  const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
  const form = new FormData();
  form.append('file', file, file.name);
  request.open('POST', `/widget/attachments?lang=${LANG}`); // refusals are told in it
  request.setRequestHeader('X-Shakwa-Session', session);
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
  signal.onabort = () => request.abort();
  return new Promise((resolve) => {
    request.onloadend = () => resolve({ ...request.response, status: request.status });
    request.send(form);
  });
}
