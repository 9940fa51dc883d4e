// An accident, a gathering, weather: what a feed of incidents reports.
import { flagText } from "../../flags.js";
import { timeText } from "../../times.js";
import { feedName, t } from "../../words.js";

/** @type {Ui.Kind<Api.Incident>} */
export const incident = {
  rows: "incidents",
  letter: "n",
  layers: ["incidents"],
  mark: () => ({ sign: "incident", style: "solid" }),
  lists: ({ rows }) => ({
    incidents: [...rows.incident.values()].sort((a, b) => b.starts_ms - a.starts_ms).map((row) => [row]),
  }),
  entry: ([row]) => ({
    sign: "incident", style: "solid", title: row.title || t("incident." + row.kind),
    tags: ["incident." + row.kind, ...closureOf(row)].map((key) => t(key)),
    under: [feedName(row.feed), row.road_name, row.direction, timeText(row.starts_ms) + " ~"]
      .filter(Boolean).join(" · "),
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.incident.get(id)),
  hint: (picture, id) => picture.rows.incident.get(id)?.title || id,
};

/** @param {Api.Incident} row */
const closureOf = ({ closure }) => closure && closure !== "unknown" ? ["closure." + closure] : [];

/** @param {Ui.Card} card @param {string} id @param {Api.Incident | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.incident"), id), card.note("card.gone")];
  return [
    card.head(t("incident." + row.kind), row.title || id, row.road_name),
    card.facts([
      ["card.closure", t("closure." + (row.closure || "unknown"))], ["card.lanes", row.lanes],
      ["card.direction", row.direction], ["card.source", feedName(row.feed)],
      ["card.since", timeText(row.starts_ms)],
      ["card.until", row.ends_ms ? timeText(row.ends_ms) : t("card.open_end")],
      ["card.noted", flagText(row)], ["card.age", card.ageText(row.seen_ms)],
    ]),
    card.links(row.links) || card.note("card.nowhere"),
  ];
}
