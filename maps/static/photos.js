// The photos a work's crew sent, newest first: a list for any page, and the part of the map's card.
import { getJson } from "./get.js";
import { el, makeList } from "./dom.js";
import { timeText } from "./times.js";
import { t } from "./words.js";

const EVERY_MS = 30_000, LEAST_MS = 3000;

/** Each opens in its own size. @param {string} work @param {Api.Photo[]} photos */
export function shots(work, photos) {
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
