// The kinds of things on the map, one row a kind: picture, cards, marks, legend, lists and address follow it.
import { alert } from "./kinds/alert.js";
import { bus } from "./kinds/bus.js";
import { clash } from "./kinds/clash.js";
import { closure } from "./kinds/closure.js";
import { detour } from "./kinds/detour.js";
import { discrepancy } from "./kinds/discrepancy.js";
import { incident } from "./kinds/incident.js";
import { link } from "./kinds/link.js";
import { report } from "./kinds/report.js";
import { situation } from "./kinds/situation.js";
import { stop } from "./kinds/stop.js";
import { work } from "./kinds/work.js";

/** @type {Record<string, Ui.Kind<any>>} */
export const KINDS = {
  link, work, closure, incident, detour, report, discrepancy, clash, bus, stop, alert, situation,
  ack: { rows: "acks", letter: "y", shownBy: "alert" },
  feed: { rows: "feeds", letter: "f", idOf: (feed) => feed.feed },
};

/** Layers that are shown only when asked for. */
export const EXTRAS = ["promise"];
/** The boxes of the legend below the levels. */
export const LAYERS = [...Object.values(KINDS).flatMap((kind) => kind.layers || []), "labels", ...EXTRAS];
/** The kinds an address can choose. */
export const ADDRESSED = Object.keys(KINDS).filter((name) => KINDS[name].card && !KINDS[name].isPassing);
