// The photos a work's crew sent, newest first: a list for any page, and the part of the map's card.
import { getJson } from "./get.js";
import { el, makeList } from "./dom.js";
import { timeText } from "./times.js";
import { t } from "./words.js";

const EVERY_MS = 30_000, LEAST_MS = 3000, OPEN_MS = 9 * 60_000;

/** Until when the photos of a work are open to who sits here, ms. @type {Map<string, number>} */
const openUntil_ms = new Map();
const WHY = ["call", "work", "site", "other"];

/** A work's photos; where people log in, they say first why they look. @param {string} work
 * @param {Api.Photo[]} photos */
export function shots(work, photos) {
  const { account = "" } = document.documentElement.dataset;
  if (!account || (openUntil_ms.get(work) || 0) > performance.now()) return pictures(work, photos);
  const form = el("form", "why-look"), why = el("select"), said = el("p", "trouble");
  why.setAttribute("aria-label", t("look.why"));
  why.append(...WHY.map((name) => new Option(t("look.why." + name))));
  const look = el("button", "", t("look.show", { count: photos.length }));
  form.append(why, look, said);
  said.setAttribute("role", "alert");
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    try {
      await sayWhy(work, why.value);
      openUntil_ms.set(work, performance.now() + OPEN_MS);
      form.replaceWith(pictures(work, photos));
    } catch (error) {
      said.textContent = error instanceof Error && error.message || t("look.failed");
    }
  });
  return form;
}

/** The server records it. @param {string} work @param {string} reason */
async function sayWhy(work, reason) {
  const headers = { "Bomnae-Reason": encodeURIComponent(reason) };
  const url = `/api/v1/desk/photos/${encodeURIComponent(work)}/look`;
  const answer = await fetch(url, { method: "POST", headers });
  if (!answer.ok) throw new Error(String((await answer.json().catch(() => null))?.error?.message || ""));
}

/** Each opens in its own size. @param {string} work @param {Api.Photo[]} photos */
function pictures(work, photos) {
  return makeList("shots", photos.map((photo) => {
    const li = el("li"), link = el("a"), image = el("img");
    link.href = image.src = `/api/v1/desk/photos/${encodeURIComponent(work)}/${photo.id}.jpg`;
    link.target = "_blank";
    link.rel = "noopener";
    link.dataset.key = "photo-" + photo.id;
    image.loading = "lazy";
    image.alt = t("said.photo", { time: timeText(photo.at_ms) });
    link.append(image);
    li.append(link);
    return li;
  }));
}

export class WorkPhotos {
  asked_ms = -Infinity;
  work = "";
  shown = "";
  element = el("section", "others photos");

  constructor() { setInterval(() => { if (this.element.isConnected) this.ask(); }, EVERY_MS); }

  /** The part of a work's card; the same element while the work is, so that a redrawn card does not flicker.
   * @param {string} work */
  of(work) {
    if (work !== this.work) {
      this.work = work;
      this.shown = "";
      this.asked_ms = -Infinity;
      this.element = el("section", "others photos");
      this.element.hidden = true;
    }
    this.ask();
    return this.element;
  }

  async ask() {
    const { work } = this, now = performance.now();
    if (document.hidden || now - this.asked_ms < LEAST_MS) return;
    this.asked_ms = now;
    try {
      const { photos } = await getJson("/api/v1/desk/photos/" + encodeURIComponent(work));
      if (work === this.work) this.show(photos);
    } catch { /* what was shown last stays */ }
  }

  /** @param {Api.Photo[]} photos */
  show(photos) {
    const shown = photos.map((photo) => photo.id).join() + document.documentElement.lang;
    if (shown === this.shown) return;
    this.shown = shown;
    this.element.hidden = !photos.length;
    this.element.replaceChildren(el("h3", "", t("card.photos")), shots(this.work, photos));
  }
}
