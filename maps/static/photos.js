// The photos a work's crew sent, newest first: a list for any page, and the part of the map's card that asks for them.
import { el } from "./dom.js";
import { t, timeText } from "./words.js";

const EVERY_MS = 30000, LEAST_MS = 3000;

/** Each opens in its own size. */
export function shots(work, photos) {
  const ul = el("ul", "shots");
  ul.append(...photos.map((photo) => {
    const li = el("li"), link = el("a"), image = el("img"), time = timeText(photo.at_ms);
    link.href = image.src = `/api/v1/desk/photos/${encodeURIComponent(work)}/${photo.id}.jpg`;
    link.target = "_blank";
    link.rel = "noopener";
    link.dataset.key = "photo-" + photo.id;
    image.loading = "lazy";
    image.alt = t("said.photo", { time });
    link.append(image);
    li.append(link);
    return li;
  }));
  return ul;
}

export class WorkPhotos {
  constructor() {
    this.asked_ms = -Infinity;
    setInterval(() => { if (this.element?.isConnected) this.ask(); }, EVERY_MS);
  }

  /** The part of a work's card; the same element while the work is, so that a redrawn card does not flicker. */
  of(work) {
    if (work !== this.work) {
      Object.assign(this, { work, element: el("section", "others photos"), shown: "", asked_ms: -Infinity });
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
      const answer = await fetch("/api/v1/desk/photos/" + encodeURIComponent(work));
      if (answer.ok && work === this.work) this.show((await answer.json()).photos);
    } catch { /* what was shown last stays */ }
  }

  show(photos) {
    const shown = photos.map((photo) => photo.id).join() + document.documentElement.lang;
    if (shown === this.shown) return;
    this.shown = shown;
    this.element.hidden = !photos.length;
    this.element.replaceChildren(el("h3", "", t("card.photos")), shots(this.work, photos));
  }
}
