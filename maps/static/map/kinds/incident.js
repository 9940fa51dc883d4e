// An accident, a gathering, weather: what a feed of incidents reports.
import { flagText } from "../../flags.js";
import { timeText } from "../../times.js";
import { feedName, t } from "../../words.js";
import { endedAction } from "../closures/ended.js";

/** @type {Ui.Kind<Api.Incident>} */
export const incident = {
  rows: "incidents",
  letter: "n",
  layers: ["incidents"],
  mark: (row) => ({ sign: "incident", style: typeof row !== "string" && row.ended ? "hollow" : "solid" }),
  lists: ({ rows }) => ({
    incidents: [...rows.incident.values()].sort((a, b) => b.starts_ms - a.starts_ms).map((row) => [row]),
  }),
  entry: ([row]) => ({
    sign: "incident", style: "solid", title: row.title || t("incident." + row.kind),
    tags: ["incident." + row.kind, ...(row.ended ? ["ended.tag"] : closureOf(row))].map((key) => t(key)),
    under: [feedName(row.feed), row.road_name, row.direction, timeText(row.starts_ms) + " ~"]
      .filter(Boolean).join(" · "),
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.incident.get(id)),
  hint: (picture, id) => picture.rows.incident.get(id)?.title || id,
};

/** @param {Api.Incident} row */
const closureOf = ({ closure }) => closure && closure !== "unknown" ? ["closure." + closure] : [];

/** @param {Api.Observed} ended */
const endedText = ({ at_ms, by }) => t("card.said", { time: timeText(at_ms), by: t("said." + by) });

/** @param {Ui.Card} card @param {string} id @param {Api.Incident | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.incident"), id), card.note("card.gone")];
  const kind = card.picture.isArchived ? "kind.incident" : "incident." + row.kind;
  return [
    card.head(t(kind), row.title || id, row.road_name),
    card.facts([
      ["card.closure", t("closure." + (row.closure || "unknown"))], ["card.lanes", row.lanes],
      ["card.direction", row.direction], ["card.source", feedName(row.feed)],
      ["card.since", timeText(row.starts_ms)],
      ["card.until", row.ends_ms ? timeText(row.ends_ms) : t("card.open_end")],
      ["card.ended", row.ended && endedText(row.ended)],
      ["card.noted", flagText(row)], ["card.age", card.ageText(row.seen_ms)],
    ]),
    card.live(() => endedAction("incidents", id, Boolean(row.ended))),
    card.links(row.links) || card.note("card.nowhere"),
  ];
}
