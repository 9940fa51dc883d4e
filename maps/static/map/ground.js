// The ground under the roads: tiles of the basemap, which a worker reads and paints, and the names on them.
import { el } from "../dom.js";
import { colours } from "../palette.js";
import { t } from "../words.js";
import { nameSteps } from "./ground-names.js";
import { L } from "./leaflet.js";

const TILE_PX = 512;
const MOST_TILES = 96; // whose names are kept
const NAMES_AFTER_MS = 120;
const RATIO = 2; // device pixels a pixel at most
/** The colours of the ground; the rest of the palette is for what lies on it. */
const COLOURS = ["water", "border", "rail", "road", "road-edge", "building"];

export class Ground {
  isFailed = false;
  isShown = true;
  isApproximate = false;
  credit = "";
  said = "";
  timer = 0;
  number = 0; // of the tile asked for last
  /** Tiles asked for: what is to be done when the worker has painted one.
   * @type {Map<number, (bitmap: ImageBitmap | null) => void>} */
  waiting = new Map();
  names = /** @type {Map<string, Ui.GroundName[]>} */ (new Map()); // by tile of the archive

  /** `changed` is called when there are other names. @param {Ui.LeafletMap} map @param {string} url
   * @param {() => void} changed */
  constructor(map, url, changed) {
    this.map = map;
    this.changed = changed;
    map.createPane("bomnae-ground").style.zIndex = "150"; // under tiles and roads
    this.worker = new Worker(new URL("./ground-worker.js", import.meta.url), { name: "ground" });
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = () => this.fail();
    this.worker.postMessage({ kind: "open", url: new URL(url, location.href).href });
    this.layer = this.makeLayer();
    this.layer.addTo(map);
  }

  makeLayer() {
    const layer = new L.GridLayer({
      pane: "bomnae-ground", tileSize: TILE_PX, keepBuffer: 1, updateWhenZooming: false,
      updateWhenIdle: false,
    });
    Object.assign(layer, { createTile: this.createTile.bind(this) });
    layer.on("tileunload", ({ tile }) => this.drop(Number(tile.dataset.number)));
    return layer;
  }

  /** @param {import("leaflet").Coords} coords @param {(error: unknown, tile: HTMLElement) => void} done */
  createTile({ x, y, z }, done) {
    const canvas = el("canvas"), number = ++this.number, ratio = Math.min(devicePixelRatio || 1, RATIO);
    canvas.dataset.number = String(number);
    this.waiting.set(number, (bitmap) => {
      if (bitmap) show(canvas, bitmap);
      done(null, canvas);
    });
    this.worker.postMessage({ kind: "tile", number, x, y, z, ratio, colours: groundColours() });
    return canvas;
  }

  /** The tiles of the view, and where they lie on the map's box. */
  inView() {
    const tiles = /** @type {Record<string, {coords: import("leaflet").Coords, el: HTMLElement}>} */ (
      Reflect.get(this.layer, "_tiles"));
    const box = this.map.getContainer().getBoundingClientRect();
    return Object.values(tiles).map(({ coords, el: tile }) => {
      const { left, top, width } = tile.getBoundingClientRect();
      return { coords, x: left - box.left, y: top - box.top, size: width };
    });
  }

  /** @param {number} number of a tile that nobody waits for any more */
  drop(number) {
    if (this.waiting.delete(number)) this.worker.postMessage({ kind: "drop", number });
  }

  /** What the worker says. @param {Ui.GroundAnswer} answer */
  take(answer) {
    if (answer.kind === "failed") { this.fail(); return; }
    if (answer.kind === "open") {
      this.credit = answer.credit;
      this.isApproximate = answer.isApproximate;
      this.translate();
      return;
    }
    const show_ = this.waiting.get(answer.number);
    this.waiting.delete(answer.number);
    this.keep(answer.key, answer.names);
    if (show_) show_(answer.bitmap); else answer.bitmap?.close();
  }

  /** @param {string} key of a tile of the archive @param {Ui.GroundName[]} names */
  keep(key, names) {
    const isNew = !this.names.has(key);
    this.names.delete(key); // the newest last
    this.names.set(key, names);
    if (this.names.size > MOST_TILES) this.names.delete([...this.names.keys()][0]);
    if (isNew && names.length) this.soon();
  }

  /** Tiles come one after another: names are written anew once for several. */
  soon() {
    this.timer ||= setTimeout(() => { this.timer = 0; this.changed(); }, NAMES_AFTER_MS);
  }

  /** Writes the names on the tiles of the view's zoom, bit by bit. @param {Ui.Labels} labels
   * @param {Ui.GroundPaper} paper @param {boolean} isGreat */
  nameSteps(labels, paper, isGreat) {
    return nameSteps(labels, this.namesAt(paper.view.zoom), paper, isGreat);
  }

  /** @param {number} zoom of the map */
  namesAt(zoom) {
    if (!this.isShown) return [];
    const of = `${Math.min(this.deepest(), Math.round(zoom) - 1)}/`;
    return [...this.names].flatMap(([key, names]) => key.startsWith(of) ? names : []);
  }

  /** The nearest zoom of a tile whose names are known. */
  deepest() {
    return Math.max(0, ...[...this.names.keys()].map((key) => Number(key.split("/")[0])));
  }

  /** Puts the ground under the roads or takes it away. @param {boolean} isShown */
  show(isShown) {
    if (isShown === this.isShown) return;
    this.isShown = isShown;
    if (isShown && !this.isFailed) this.layer.addTo(this.map); else this.layer.remove();
    this.changed();
    this.translate();
  }

  /** The map goes on without its ground, and says so in a line. */
  fail() {
    if (this.isFailed) return;
    this.isFailed = true;
    this.worker.terminate();
    this.layer.remove();
    this.names.clear();
    this.changed();
    this.translate();
  }

  /** Says whose the ground is, and whether it is only about so. */
  translate() {
    const words = !this.isShown ? [] : this.isFailed ? [t("ground.failed")]
      : [this.isApproximate ? t("ground.approximate") : "", this.credit];
    const { attributionControl } = this.map, text = harmless(words.filter(Boolean).join(" · "));
    if (this.said) attributionControl?.removeAttribution(this.said);
    if (text) attributionControl?.addAttribution(text);
    this.said = text;
  }

  /** Paints all in the colours there are now. */
  repaint() { if (!this.isFailed) this.layer.redraw(); }
}

/** @param {HTMLCanvasElement} canvas @param {ImageBitmap} bitmap */
function show(canvas, bitmap) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
}

/** @returns {Record<string, string>} */
function groundColours() {
  const found = /** @type {Record<string, any>} */ (colours());
  return Object.fromEntries(COLOURS.map((name) => [name, found[name]]));
}

/** A text for Leaflet's credits, which are HTML. @param {string} text */
function harmless(text) {
  const box = el("span", "", text);
  return box.innerHTML;
}
