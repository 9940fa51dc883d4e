// The kinds of things on the map, one row a kind: picture, cards, marks, legend, lists and address follow it.
import { alert } from "./kinds/alert.js";
import { bus } from "./kinds/bus.js";
import { clash } from "./kinds/clash.js";
import { incident } from "./kinds/incident.js";
import { link } from "./kinds/link.js";
import { report } from "./kinds/report.js";
import { work } from "./kinds/work.js";

/** @import { Style, Sign } from "../signs.js" */
/** @import { Card } from "./card.js" */
/** @import { Picture } from "./picture.js" */
/** @import { State } from "./state.js" */

/**
 * @typedef {object} Rows what a picture holds of each kind, by id
 * @property {Map<string, Api.Bus>} bus
 * @property {Map<string, Api.Work>} work
 * @property {Map<string, Api.Incident>} incident
 * @property {Map<string, Api.Report>} report confirmed by nobody
 * @property {Map<string, Api.Clash>} clash asked for apart: the server works out their words
 * @property {Map<string, Api.Alert>} alert by "rule subject"
 * @property {Map<string, Api.Ack>} ack by episode of an alert
 * @property {Map<string, Api.Feed>} feed
 */
/**
 * @typedef {object} Entry what a row of a list says
 * @property {Sign} sign
 * @property {Style} style
 * @property {string} title
 * @property {string[]} tags
 * @property {string} under
 * @property {boolean} [isOver]
 */
/**
 * @template T
 * @typedef {object} Kind
 * @property {string} [rows] their name in a snapshot
 * @property {string} [letter] theirs in a delta, and with an x of those that are gone
 * @property {(row: T) => string} [idOf] `id` where nothing else is said
 * @property {string} [shownBy] the kind whose card and list show it, if not its own
 * @property {string[]} [layers] boxes of the legend
 * @property {(row: T) => string} [layerOf] the box that shows it; the first where nothing else is said
 * @property {(row: T, state: State) => boolean} [isDrawn] whether it has a mark besides its box
 * @property {(row: T | string) => {sign: Sign, style: Style}} [mark] of a row, or of a layer for its box
 * @property {number} [side] of its place its mark stands on, -1 left or 1 right, where a work's leaves room
 * @property {(picture: Picture, state: State) => Record<string, T[][]>} [lists] by panel: rows of one line
 * @property {(rows: T[], picture: Picture) => Entry} [entry] the line of such rows
 * @property {boolean} [isFirst] whether its lines stand above those of other kinds in a panel
 * @property {(picture: Picture) => number} [count] for the legend, where it is not all of them
 * @property {(card: Card, id: string) => (Node | null)[] | null} [card] its parts; null: choose nothing
 * @property {(picture: Picture, id: string, index: number) => string} [hint] beside the pointer
 * @property {boolean} [isPassing] whether an address does not keep it
 */

/** @type {Record<string, Kind<any>>} */
export const KINDS = {
  link, work, incident, report, clash, bus, alert,
  ack: { rows: "acks", letter: "y", shownBy: "alert" },
  feed: { rows: "feeds", letter: "f", idOf: (feed) => feed.feed },
};

/** The boxes of the legend below the levels. */
export const LAYERS = [...Object.values(KINDS).flatMap((kind) => kind.layers || []), "labels"];
/** The kinds an address can choose. */
export const ADDRESSED = Object.keys(KINDS).filter((name) => KINDS[name].card && !KINDS[name].isPassing);
