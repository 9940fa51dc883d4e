// A photo: made smaller on the phone where it can, sent again while the page stands, shown from what the server kept.
import { Refused, loadPhoto, loadPhotos, pauseAfter, sendPhoto, uuid } from "./line.js";
import { pair, timeOf, writePair } from "./words.js";

const SIDE = 1600, QUALITY = 0.85, TRIES = 6, SHOWN = 6;
const $ = (id) => document.getElementById(id);
const shots = new Map();

async function smaller(file) {
  try {
    const picture = await createImageBitmap(file), scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob && blob.type === "image/jpeg" ? blob : file;
  } catch { return file; } // the server judges it
}
const say = (key, state) => { writePair($("photo-state"), pair(key)); $("photo-state").dataset.state = state; };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function send(file) {
  const input = $("photo"), id = uuid();
  input.disabled = true;
  say("photo_making", "sending");
  try {
    const blob = await smaller(file);
    say("photo_sending", "sending");
    await sent(id, blob);
    say("photo_taken", "taken");
    await list();
  } catch (error) {
    const isFinal = error instanceof Refused;
    if (isFinal) writePair($("photo-state"), error.pair);
    else say("photo_lost", "refused");
    $("photo-state").dataset.state = "refused";
  } finally {
    input.disabled = false;
    input.value = "";
  }
}
async function sent(id, blob) {
  for (let failures = 1; ; failures += 1) {
    try { return await sendPhoto(id, blob); } catch (error) {
      if (error instanceof Refused || failures >= TRIES) throw error;
      say("photo_away", "away");
      await wait(pauseAfter(failures));
    }
  }
}

const dataOf = (blob) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.onerror = fail;
  reader.readAsDataURL(blob);
});
async function shot(row) {
  if (!shots.has(row.id)) {
    const image = document.createElement("img"), time = timeOf(row.at_ms, Date.now());
    image.alt = pair("photo_alt", { time })[document.documentElement.lang === "en" ? 1 : 0];
    image.src = await dataOf(await loadPhoto(row.id));
    const li = document.createElement("li");
    li.append(image);
    shots.set(row.id, li);
  }
  return shots.get(row.id);
}
async function list() {
  try {
    const { photos } = await loadPhotos(), found = [];
    for (const row of photos.slice(0, SHOWN)) found.push(await shot(row));
    $("shots").replaceChildren(...found);
  } catch { /* the next look brings them */ }
}

export function startPhotos() {
  if (document.documentElement.dataset.photos !== "1") return;
  $("photos").hidden = false;
  $("photo").addEventListener("change", () => { if ($("photo").files[0]) send($("photo").files[0]); });
  list();
}
