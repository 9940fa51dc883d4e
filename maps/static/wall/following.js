// Which view an operator shows on the wall: the server is asked once a second, whatever server that is.
import { fetched } from "../map/fetched.js";

const EVERY_MS = 1000;
const KEPT_MS = 10_000; // a view that is not confirmed any more is shown for so long

/** @typedef {{lat: number, lon: number, zoom: number, width: number, height: number, kind: string,
 *   id: string, at_ms: number | null, is_then: boolean, by: string, since_ms: number, moved_ms: number,
 *   until_ms: number}} Shown */

export class Following {
  shown = /** @type {Shown | null} */ (null);
  isOn = true;
  answered_ms = performance.now();
  isAsking = false;

  /** @param {() => void} act when the view is another */
  constructor(act) {
    this.act = act;
    setInterval(() => this.ask(), EVERY_MS);
  }

  /** Whether the server has not answered for so long that what it said last counts no more. */
  get isAway() { return performance.now() - this.answered_ms > KEPT_MS; }

  /** @param {boolean} isOn */
  turn(isOn) {
    this.isOn = isOn;
    if (isOn) this.ask(); else this.take(null);
  }

  async ask() {
    if (!this.isOn || this.isAsking) return;
    this.isAsking = true;
    try {
      const { view } = await fetched("/api/v1/wall", "server");
      this.answered_ms = performance.now();
      if (this.isOn) this.take(view);
    } catch {
      if (this.isAway) this.take(null);
    }
    this.isAsking = false;
  }

  /** @param {Shown | null} shown */
  take(shown) {
    const isSame = JSON.stringify(shown) === JSON.stringify(this.shown);
    this.shown = shown;
    if (!isSame) this.act();
  }
}

/** The zoom at which a screen shows at least what another shows. @param {Shown} shown
 * @param {{x: number, y: number}} size of this screen's map */
export function zoomFor({ zoom, width, height }, { x, y }) {
  return Math.max(8, Math.min(19, zoom + Math.log2(Math.min(x / width, y / height))));
}
