// Where what buses do is not what was declared, with the evidence behind it.
import { whenText } from "../../times.js";
import { t } from "../../words.js";
import { evidence } from "../evidence.js";

/** Every kind, the gravest first. */
export const DISCREPANCY_KINDS = [
  "undeclared", "elsewhere", "overrun", "overdeclared", "no_effect", "late_start", "early_end",
];

/** @type {Ui.Kind<Api.Discrepancy>} */
export const discrepancy = {
  rows: "discrepancies",
  letter: "d",
  layers: ["discrepancies"],
  isDrawn: (row, state) => !row.until_ms && isAsked(row, state),
  mark: (row) => ({ sign: "discrepancy", style: typeof row === "string" ? "solid" : styleOf(row) }),
  side: -1,
  lists: ({ rows }, state) => ({
    discrepancies: [...rows.discrepancy.values()].filter((row) => isAsked(row, state)).sort(byNews)
      .map((row) => [row]),
  }),
  entry: ([row], picture) => ({
    sign: "discrepancy", style: styleOf(row), title: titleOf(row, picture),
    tags: [t("discrepancy." + row.kind), t("certainty." + row.certainty)],
    under: [periodOf(row), placeOf(row, picture)].filter(Boolean).join(" · "), isOver: Boolean(row.until_ms),
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.discrepancy.get(id)),
  hint: (picture, id) => {
    const row = picture.rows.discrepancy.get(id);
    return row ? `${t("discrepancy." + row.kind)} · ${titleOf(row, picture)}` : id;
  },
};

/** @param {Api.Discrepancy} row @param {Ui.State} state */
const isAsked = ({ kind }, { discrepancy: asked }) => !asked || asked === kind;
/** @param {Api.Discrepancy} row */
const styleOf = ({ certainty }) => certainty === "confirmed" ? "solid" : "hollow";
/** What goes on before what is over, then the newest first. @param {Api.Discrepancy} a
 * @param {Api.Discrepancy} b */
const byNews = (a, b) => Number(Boolean(a.until_ms)) - Number(Boolean(b.until_ms)) || b.told_ms - a.told_ms
  || (a.id < b.id ? -1 : 1);

/** The title of its work, else what its first link is called. @param {Api.Discrepancy} row
 * @param {Ui.Picture} picture */
function titleOf(row, picture) {
  const work = row.work ? picture.rows.work.get(row.work) : undefined;
  return work?.title || row.work || placeOf(row, picture) || t("kind.discrepancy");
}

/** @param {Api.Discrepancy} row @param {Ui.Picture} picture */
const placeOf = ({ links }, { network }) => links.length ? network.nameOf(links[0]) : "";

/** @param {Api.Discrepancy} row */
const periodOf = ({ since_ms, until_ms }) =>
  `${whenText(since_ms)} ~ ${until_ms ? whenText(until_ms) : ""}`.trim();

/** @param {Ui.Card} card @param {string} id @param {Api.Discrepancy | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.discrepancy"), id), card.note("card.discrepancy_gone")];
  const { picture } = card, kind = `${t("kind.discrepancy")} · ${t("discrepancy." + row.kind)}`;
  return [
    card.head(kind, titleOf(row, picture), placeOf(row, picture)),
    card.note(`discrepancy.${row.kind}.means`), card.facts([...timesOf(row), ...busesOf(row)]),
    evidence(row, card.clock.shown()), behind(card, row), card.links(row.links),
  ];
}

/** @param {Api.Discrepancy} row @returns {Ui.Facts} */
const timesOf = (row) => [
  ["card.since", whenText(row.since_ms)], ["card.told", whenText(row.told_ms)],
  ["card.until", row.until_ms ? whenText(row.until_ms) : t("discrepancy.goes_on")],
  ["card.certainty", t(`discrepancy.certainty.${row.certainty}`)],
];

/** @param {Api.Discrepancy} row @returns {Ui.Facts} */
const busesOf = ({ through, round, speed_ratio }) => [
  ["card.buses_through", through && t("discrepancy.buses", { n: through })],
  ["card.buses_round", round && t("discrepancy.buses", { n: round })],
  ["card.speed_ratio", speed_ratio && t("discrepancy.ratio", { n: Math.round(speed_ratio / 10) })],
].flatMap(([key, text]) => text ? [[String(key), String(text)]] : []);

/** The way to the work it is about. @param {Ui.Card} card @param {Api.Discrepancy} row */
function behind(card, { work: id }) {
  if (!id) return card.note("discrepancy.no_permit");
  const work = card.picture.rows.work.get(id);
  return work ? card.items("card.permit", [card.workItem(work)]) : card.note("card.gone");
}
