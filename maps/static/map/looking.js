// Of a network in tiles the page follows those of its view: which, and how it goes from one view to the next.
import { fetched } from "./fetched.js";
import { earlier } from "./order.js";
import { isSame, meet, queryOf, tilesIn } from "./tiles.js";

const AFTER_MS = 120; // a map that is dragged on stops often
const ON_THE_WAY_MS = 250; // how often one that does not stop is looked at
const AGAIN_MS = 1000;

/** @param {string} url @returns {Promise<Api.TileFile>} */
const readTile = (url) => fetched(url, "network");

export class Looking {
  tiles = /** @type {Set<string>} */ (new Set()); // those that are followed
  pin = ""; // a tile wanted besides those of the view
  frame = /** @type {Ui.Frame | null} */ (null); // what the line is joined for
  isBusy = false;
  timer = 0;

  /** @param {Ui.Stream} stream @param {Ui.StreamHooks} hooks */
  constructor(stream, hooks) {
    this.stream = stream;
    this.hooks = hooks;
  }

  /** Takes the view as the map stands; the query for it. */
  aim() {
    this.frame = this.hooks.frame();
    return queryOf(this.frame, this.pin);
  }

  /** Reads what a new network has for what the line is joined for. @param {Ui.Network} network */
  async begin(network) {
    this.tiles = new Set();
    if (!network.index || !this.frame) return;
    const tiles = this.wanted(network.index, this.frame, this.pin);
    await meet(network, tiles, readTile);
    this.tiles = tiles;
  }

  /** @param {Api.NetworkIndex} index @param {Ui.Frame} frame @param {string} pin */
  wanted(index, frame, pin) {
    const tiles = tilesIn(index, frame);
    if (index.tiles.includes(pin)) tiles.add(pin);
    return tiles;
  }

  /** The map shows something else, or another tile is wanted besides: the line follows soon.
   * @param {string} [pin] */
  soon(pin = this.pin) {
    this.pin = pin;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), AFTER_MS);
  }

  /** The map is on its way: what comes into view is read before it stands still. */
  onTheWay() {
    if (this.isBusy || this.timer) return;
    this.timer = setTimeout(() => this.look(), ON_THE_WAY_MS);
  }

  async look() {
    const { network, waiting } = this.stream;
    this.timer = 0;
    if (!network?.index || waiting) return; // a resync calls again
    if (this.isBusy) { this.soon(); return; }
    this.isBusy = true;
    try {
      await this.follow(network, network.index);
    } catch {
      this.timer = setTimeout(() => this.look(), AGAIN_MS); // until then those roads are not drawn
    }
    this.isBusy = false;
  }

  /** Reads the roads of tiles never met and the rows of new ones, shows them, and joins the line anew from
   * where these rows stand: no delta is missed.
   * @param {Ui.Network} network @param {Api.NetworkIndex} index */
  async follow(network, index) {
    const frame = this.hooks.frame(), { pin, stream } = this;
    const wanted = this.wanted(index, frame, pin);
    if (isSame(wanted, this.tiles)) return;
    const fresh = [...wanted].filter((name) => !this.tiles.has(name));
    const [now] = await Promise.all([this.readRows(fresh), meet(network, fresh, readTile)]);
    if (stream.waiting || network !== stream.network) return;
    if (now.net !== network.version) { stream.resync(); return; }
    this.tiles = wanted;
    this.frame = frame;
    this.hooks.look(wanted, now.tiles || []);
    stream.rejoin(queryOf(frame, pin), earlier(now.id, stream.last));
  }

  /** @param {string[]} names of tiles; of none nothing is asked @returns {Promise<Api.TilesNow>} */
  async readRows(names) {
    const { net, last } = this.stream;
    if (!names.length) return { net, id: last, t: 0 };
    return fetched(`/api/v1/tiles?tiles=${names.join(",")}`, "server");
  }
}
