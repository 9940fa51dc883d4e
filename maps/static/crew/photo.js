// A photo: made smaller on the phone, sent again while the page stands, shown from what the server kept.
import { byId, el } from "../dom.js";
import { contextOf } from "../signs.js";
import { chosenOf } from "../words.js";
import { RefusedError, fetchPhoto, fetchPhotos, pauseAfter, postPhoto, uuid } from "./line.js";
import { wordsOf, timeOf, writeTexts } from "./words.js";

const SIDE = 1600, QUALITY = 0.85, TRIES = 6, SHOWN = 6;
const shots = /** @type {Map<string, HTMLElement>} */ (new Map());

/** @param {File} file @returns {Promise<Blob>} */
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file), canvas = el("canvas");
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    contextOf(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    /** @type {Blob | null} */
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
    return blob?.type === "image/jpeg" ? blob : file;
  } catch { return file; } // the server judges it
}

/** @param {Crew.Texts} texts @param {string} state */
function show(texts, state) {
  const line = document.getElementById("photo-state");
  if (!line) return; // the link counts no more, and the work is gone from the page
  writeTexts(line, texts);
  line.dataset.state = state;
}

/** @param {HTMLInputElement} input @param {File} file */
async function send(input, file) {
  input.disabled = true;
  show(wordsOf("photo_making"), "sending");
  try {
    const blob = await smaller(file);
    show(wordsOf("photo_sending"), "sending");
    await sendUntilKept(uuid(), blob);
    show(wordsOf("photo_taken"), "taken");
    await list();
  } catch (error) {
    show(error instanceof RefusedError ? error.texts : wordsOf("photo_lost"), "refused");
  } finally {
    input.disabled = false;
    input.value = "";
  }
}

/** @param {string} id @param {Blob} blob */
async function sendUntilKept(id, blob) {
  for (let failures = 1; ; failures += 1) {
    try { return await postPhoto(id, blob); } catch (error) {
      if (error instanceof RefusedError || failures >= TRIES) throw error;
      show(wordsOf("photo_away"), "away");
      await new Promise((done) => { setTimeout(done, pauseAfter(failures)); });
    }
  }
}

/** @param {Blob} blob @returns {Promise<string>} */
const dataOf = (blob) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done(String(reader.result));
  reader.onerror = fail;
  reader.readAsDataURL(blob);
});

/** @param {Api.Photo} photo */
async function shot({ id, at_ms }) {
  const li = shots.get(id) || el("li");
  if (!shots.has(id)) {
    const image = el("img");
    image.alt = chosenOf(wordsOf("photo_alt", { time: timeOf(at_ms, Date.now()) }));
    image.src = await dataOf(await fetchPhoto(id));
    li.append(image);
    shots.set(id, li);
  }
  return li;
}

async function list() {
  try {
    const { photos } = await fetchPhotos(), found = [];
    for (const photo of photos.slice(0, SHOWN)) found.push(await shot(photo));
    byId("shots").replaceChildren(...found);
  } catch { /* the next look brings them */ }
}

export function startPhotos() {
  if (document.documentElement.dataset.photos !== "1") return;
  const input = byId("photo", HTMLInputElement);
  byId("photos").hidden = false;
  input.addEventListener("change", () => { if (input.files?.[0]) send(input, input.files[0]); });
  list();
}
