// What of the chosen datasets lies in view: asked for with some room around it, anew when the view leaves it.
import { getJson } from "../../get.js";
import { shadingOf } from "./areas.js";
import { markOf, shapeOf } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("../../data/shared.js").Dataset} Dataset */
/** @typedef {{version: string, zoom: number, box: number[], shapes: Shape[], left_out: number,
 *   shading: import("./areas.js").Shading | null}} Part */
/** @typedef {{marks: number[][], shapes: {id: number, geometry: import("./shapes.js").Geometry}[],
 *   left_out: number}} Body */

export const ADDRESS = "/api/v1/datasets";
const ROOM = 0.3, MAX_ZOOM = 22, WHOLE = 2_000;

/** Whether a dataset comes whole, with its cells: areas that a number shades. @param {Dataset} one */
export const isWhole = ({ draw, shade, on_map }) =>
  draw === "dong" || draw === "area" && shade !== null && on_map <= WHOLE;

export class DataParts {
  known = /** @type {Map<string, Part>} */ (new Map());
  asked = /** @type {Map<string, number>} */ (new Map()); // the number of the last question of each
  count = 0;

  /** @param {Ui.LeafletMap} map */
  constructor(map) { this.map = map; }

  /** @param {string} id */
  of(id) { return this.known.get(id); }

  /** Whether what is known of a dataset is all that the view shows. @param {string} id
   * @param {string} version */
  isEnough(id, version) {
    const part = this.known.get(id);
    return part?.version === version && part.zoom === this.zoom() && holds(part.box, this.box(0));
  }

  /** Reads what lies in view; whether there is news. @param {Dataset} one */
  async read(one) {
    if (isWhole(one)) return this.readWhole(one);
    const { id, version } = one;
    if (this.isEnough(id, version)) return false;
    const number = ++this.count, zoom = this.zoom(), box = this.box(ROOM);
    this.asked.set(id, number);
    const query = `bbox=${box.map((degrees) => degrees.toFixed(6)).join(",")}&zoom=${zoom}`;
    const body = /** @type {Body} */ (await getJson(`${ADDRESS}/${encodeURIComponent(id)}/layer?${query}`));
    if (this.asked.get(id) !== number) return false; // the view has moved on meanwhile
    const shapes = [...body.shapes.map((shape) => shapeOf(shape)), ...body.marks.map(markOf)];
    this.known.set(id, { version, zoom, box, shapes, left_out: body.left_out, shading: null });
    return true;
  }

  /** @param {Dataset} one */
  async readWhole({ id, version, shade }) {
    if (this.known.get(id)?.version === version) return false;
    const { features } = await getJson(`${ADDRESS}/${encodeURIComponent(id)}/features`);
    const shapes = /** @type {any[]} */ (features).map((feature) => shapeOf(feature));
    const shading = shade && shadingOf(shapes, shade.column);
    this.known.set(id, { version, zoom: -1, box: [], shapes, left_out: 0, shading });
    return true;
  }

  zoom() { return Math.max(0, Math.min(MAX_ZOOM, Math.round(this.map.getZoom()))); }

  /** West, south, east, north of the view, with room around it. @param {number} room */
  box(room) {
    const bounds = this.map.getBounds().pad(room);
    return [Math.max(-180, bounds.getWest()), Math.max(-90, bounds.getSouth()),
      Math.min(180, bounds.getEast()), Math.min(90, bounds.getNorth())];
  }
}

/** Whether a box holds another. @param {number[]} outer @param {number[]} inner */
export const holds = (outer, inner) =>
  outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
