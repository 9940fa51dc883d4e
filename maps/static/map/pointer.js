// The pointer on the map: a press chooses what is nearest, and a line beside it names that.
import { byId, write } from "../dom.js";
import { KINDS } from "./kinds.js";
import { isDragged } from "./leaflet.js";

/** @typedef {import("leaflet").LeafletMouseEvent} MapEvent */

const HOVER_EVERY_MS = 60, HINT_PX = 240;

export class Pointer {
  hovered_ms = 0;
  element = byId("hint");

  /** @param {Ui.Live} live @param {Ui.LeafletMap} map */
  constructor(live, map) {
    this.live = live;
    this.map = map;
    map.on("click", (e) => this.onClick(e));
    map.on("mousemove", (e) => this.onHover(e));
    map.on("mouseout movestart", () => this.hint(null, { x: 0, y: 0 }));
  }

  /** @param {MapEvent} e */
  onClick(e) {
    if (this.live.closing.takes(e.latlng)) return;
    const found = this.live.nearest?.at(e.containerPoint, this.live.state.chosen);
    if ((!found || found.kind === "link") && this.live.data.takes(e)) return;
    this.live.choose(found ? { kind: found.kind, id: found.id } : null);
    this.live.tools.openSheet("");
  }

  /** @param {MapEvent} e */
  onHover(e) {
    const now = performance.now();
    if (isDragged(this.map) || now - this.hovered_ms < HOVER_EVERY_MS) return;
    this.hovered_ms = now;
    this.hint(this.live.nearest?.at(e.containerPoint) || null, e.containerPoint);
  }

  /** The line beside the pointer: what a press would choose.
   * @param {Ui.Hit | null} hit @param {{x: number, y: number}} point */
  hint(hit, { x, y }) {
    const { element, map, live: { picture } } = this;
    map.getContainer().classList.toggle("is-over", hit !== null);
    element.hidden = !hit;
    if (!hit || !picture) return;
    write(element, KINDS[hit.kind].hint?.(picture, hit.id, hit.index) || hit.id);
    const side = x > map.getSize().x - HINT_PX ? "calc(-100% - 12px)" : "14px";
    element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(${side}, 14px)`;
  }
}
