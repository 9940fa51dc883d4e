// Works that clash: with each other, a bus route, a detour, or that cut a place off together.
import { daysText, periodText } from "../../period.js";
import { hasWord, localized, t } from "../../words.js";
import { byNumber } from "../order.js";

/** @type {Ui.Kind<Api.Clash>} */
export const clash = {
  layers: ["clashes"],
  mark: (row) => ({
    sign: "clash", style: typeof row === "string" || row.severity === "high" ? "solid" : "hollow",
  }),
  side: 1,
  isGathered: true,
  lists: ({ rows }) => ({ clashes: [...rows.clash.values()].map((row) => [row]) }),
  entry: ([row]) => ({
    sign: "clash", style: row.severity === "high" ? "solid" : "hollow", title: reasonOf(row),
    tags: [t("severity." + row.severity), kindOf(row)], under: daysText(periodOf(row)),
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.clash.get(id)),
  hint: (picture, id) => `${t("clashes.title")} · ${reasonOf(picture.rows.clash.get(id))}`,
};

/** @param {Api.Clash} row */
const periodOf = (row) => ({ starts_ms: row.from_ms, ends_ms: row.until_ms });
/** @param {Api.Clash} row */
const kindOf = (row) => t(hasWord("clash." + row.kind) ? "clash." + row.kind : "clash.other");
/** Why they clash, in the language chosen. @param {Api.Clash | undefined} row */
const reasonOf = (row) => row ? localized(row, "reason") || kindOf(row) : "";

/** @param {Ui.Card} card @param {string} id @param {Api.Clash | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("clashes.title"), id), card.note("card.clash_gone")];
  const { network, rows } = card.picture, works = (row.works || []).map((work) => rows.work.get(work));
  return [
    card.head(`${t("clashes.title")} · ${kindOf(row)}`, reasonOf(row)),
    card.facts([["card.period", periodText(periodOf(row))], ...whatItMeets(row, network)]),
    card.items("card.clash_works", works.flatMap((work) => work ? [card.workItem(work)] : [])),
    card.links(row.links),
  ];
}

/** @param {Api.Clash} row @param {Ui.Network} network @returns {[string, string][]} */
function whatItMeets({ routes = [], stops = [], places = [] }, network) {
  /** @param {string} route */
  const routeOf = (route) => network.routes.find(([id]) => id === route)?.[1] || route;
  return [
    ["card.routes", routes.map(routeOf).sort(byNumber).join(", ")],
    ["card.stops", stops.map((stop) => network.stopName(stop)).join(", ")],
    ["card.places", places.join(", ")],
  ];
}
