// What citizens call about in one place, confirmed by nobody.
import { minuteText } from "../../times.js";
import { t } from "../../words.js";

/** @type {Ui.Kind<Api.Report>} */
export const report = {
  rows: "reports",
  letter: "u",
  layers: ["reports"],
  mark: () => ({ sign: "report", style: "dashed" }),
  side: -1,
  isFirst: true,
  lists: ({ rows }) => ({
    incidents: [...rows.report.values()].sort((a, b) => b.last_ms - a.last_ms).map((row) => [row]),
  }),
  entry: ([row]) => ({
    sign: "report", style: "dashed", title: row.title || t("report"),
    tags: [t("report"), t("report.count", { n: row.count })],
    under: `${minuteText(row.first_ms)} ~ ${minuteText(row.last_ms)}`,
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.report.get(id)),
  hint(picture, id) {
    const row = picture.rows.report.get(id);
    return row ? [t("report"), row.title, t("report.count", { n: row.count })].join(" · ") : id;
  },
};

/** @param {Ui.Card} card @param {string} id @param {Api.Report | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("report"), id), card.note("card.report_gone")];
  return [
    card.head(t("report"), row.title || t("report")), card.note("reports.note"),
    card.facts([
      ["card.calls", t("report.count", { n: row.count })],
      ["card.first", card.ageText(row.first_ms)], ["card.last", card.ageText(row.last_ms)],
    ]),
    card.links(row.links),
  ];
}
