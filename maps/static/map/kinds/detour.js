// Buses of a route that go round: the way they take, the stops they leave out, and what explains it.
import { minuteText } from "../../times.js";
import { t } from "../../words.js";
import { byNumber } from "../order.js";

/** @type {Ui.Kind<Api.Detour>} */
export const detour = {
  rows: "detours",
  letter: "g",
  layers: ["detours"],
  mark: () => ({ sign: "detour", style: "solid" }),
  side: 1,
  lists: ({ rows }) => ({
    incidents: [...rows.detour.values()].sort(inOrder).map((row) => [row]),
  }),
  entry: ([row], picture) => ({
    sign: "detour", style: "solid", title: titleOf(row), tags: [t("layer.detours"), causeOf(row, picture)],
    under: [wayOf(row), stopsOf(row), minuteText(row.since_ms) + " ~"].filter(Boolean).join(" · "),
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.detour.get(id)),
  hint(picture, id) {
    const row = picture.rows.detour.get(id);
    return row ? [titleOf(row), wayOf(row), stopsOf(row)].filter(Boolean).join(" · ") : id;
  },
};

/** By number of the route, then the latest first. @param {Api.Detour} a @param {Api.Detour} b */
const inOrder = (a, b) => byNumber(a.title || "", b.title || "") || b.since_ms - a.since_ms;

/** @param {Api.Detour} row */
const titleOf = ({ title }) => t("round.title", { no: title || "" });
/** @param {Api.Detour} row */
const wayOf = ({ streets }) => streets.length ? t("round.through", { streets: streets.join(", ") }) : "";
/** @param {Api.Detour} row */
const stopsOf = ({ stops }) => stops.length ? t("round.stops", { stops: namesOf(stops) }) : "";
/** @param {Api.LeftStop[]} stops */
const namesOf = (stops) => [...new Set(stops.map(({ name }) => name))].join(", ");

/** The work or the incident that explains it. @param {Api.Detour} row @param {Ui.Picture} picture */
function behind({ cause }, { rows }) {
  const at = cause.indexOf(":"), kind = cause.slice(0, at), id = cause.slice(at + 1);
  return {
    id, work: kind === "work" ? rows.work.get(id) : undefined,
    incident: kind === "incident" ? rows.incident.get(id) : undefined,
  };
}

/** @param {Api.Detour} row @param {Ui.Picture} picture */
function causeOf(row, picture) {
  const { id, work, incident } = behind(row, picture);
  if (!row.cause) return t("round.no_record");
  return work?.title || incident?.title || (/^(work|incident):/.test(row.cause) ? id : t("round.calls"));
}

/** @param {Ui.Card} card @param {string} id @param {Api.Detour | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("layer.detours"), id), card.note("round.gone")];
  const { work, incident } = behind(row, card.picture);
  return [
    card.head(t("layer.detours"), titleOf(row)),
    card.facts([
      ["card.detour_route", t("round.route", { no: row.title || "", towards: row.towards })],
      ["card.detour_way", row.streets.join(", ") || t(row.path.length ? "round.unnamed" : "round.unseen")],
      ["card.detour_stops", namesOf(row.stops)],
      ["card.detour_cause", causeOf(row, card.picture)],
      ["card.since", card.age(row.since_ms)],
      ["card.detour_buses", t("round.buses", { n: row.buses })],
      ["card.detour_last", card.ageText(row.last_ms)],
    ]),
    row.cause ? null : card.note("round.no_record.why"),
    card.items("card.works", work ? [card.workItem(work)] : []),
    card.items("card.incidents", incident ? [card.incidentItem(incident)] : []),
    card.items("card.detour_links", row.links.map((i) => card.linkItem(i))),
  ];
}
