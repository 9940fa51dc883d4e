// A permit to dig, at one of its spots.
import { dial, el } from "../../dom.js";
import { flagText } from "../../flags.js";
import { beginText, daysText, firstEndText, hoursText, unknownText, untilText } from "../../period.js";
import { signOf } from "../../signs.js";
import { timeText } from "../../times.js";
import { t } from "../../words.js";
import { endedAction } from "../closures/ended.js";
import { byGravity, byPermit, isInPhase, isOver, isPlaced, permitOf, styleOf } from "./permits.js";

const SEEN_EVERY_MS = 660_000; // a work that is only listed again is written every ten minutes
const SIGNS = ["full", "partial", "minor"];

/** @type {Ui.Kind<Api.Work>} */
export const work = {
  rows: "works",
  letter: "w",
  layers: SIGNS,
  layerOf: (row) => signOf(row.closure),
  isDrawn: (row, state) => !isOver(row) && isInPhase(row, state.phase),
  mark: (row) => typeof row === "string" ? { sign: /** @type {any} */ (row), style: "solid" }
    : { sign: signOf(row.closure), style: styleOf(row.phase) },
  lists(picture, state) {
    const all = [...picture.rows.work.values()];
    const found = all.filter((row) => isInPhase(row, state.phase)).sort(byGravity);
    const isShown = (/** @type {Api.Work} */ row) => isPlaced(row) && state.isShown(signOf(row.closure));
    const nowhere = found.filter((row) => !isPlaced(row));
    return { works: byPermit(found.filter(isShown)), nowhere: byPermit(nowhere) };
  },
  entry: (spots, { network }) => entryOf(spots, network),
  card: (card, id) => cardOf(card, id, card.picture.rows.work.get(id)),
  hint: (picture, id) => {
    const row = picture.rows.work.get(id);
    return row ? `${row.title} · ${t("closure." + row.closure)}` : id;
  },
};

/** The line of a permit's spots, the gravest first. @param {Api.Work[]} spots @param {Ui.Network} network
 * @returns {Ui.Entry} */
function entryOf(spots, network) {
  const [row] = spots, tags = [t("closure." + (row.closure || "unknown")), t("phase." + row.phase)];
  if (spots.length > 1) tags.push(t("works.spots", { n: spots.length }));
  return {
    sign: signOf(row.closure), style: styleOf(row.phase), title: row.title || row.id, tags,
    under: [daysText(row), shortPlace(row.place || "", network.city)].filter(Boolean).join(" · "),
    isOver: isOver(row),
  };
}

/** An address without the province and the city everyone in the room is in. @param {string} place
 * @param {string} city */
function shortPlace(place, city) {
  const cut = place.indexOf(city + " ");
  return cut < 0 ? place : place.slice(cut + city.length + 1);
}

/** @param {Ui.Card} card @param {string} id @param {Api.Work | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.work"), id), card.note("card.gone")];
  const verdict = el("p", "verdict " + signOf(row.closure));
  verdict.append(el("b", "", t("closure." + row.closure)), el("span", "", t("phase." + row.phase)));
  const others = [...card.picture.rows.work.values()]
    .filter((other) => other.id !== id && permitOf(other) === permitOf(row));
  return [
    card.head(t("kind.work"), row.title || id, id), verdict,
    card.facts([...whoAndWhere(row), ...when(row), ...what(row, card)]),
    row.phase === "planned" ? null : card.live(() => endedAction("works", id, isOver(row))),
    card.links(row.links) || card.note("card.nowhere"),
    card.live(() => card.photos.of(id)), card.live(() => card.crews.of(id)),
    card.items("card.spots", others.map((spot) => card.spotItem(spot))), card.live(() => pageLink(id)),
  ];
}

/** @param {Api.Work} row @returns {Ui.Facts} */
const whoAndWhere = (row) => [
  ["card.organisation", organisation(row)], ["card.contractor", other(row, row.contractor)],
  ["card.client", other(row, row.client)], ["card.place", row.place],
  ["card.doubt", (row.doubts || []).map((doubt) => t("doubt." + doubt)).join(" · ")],
  ["card.noted", flagText(row)],
];

/** @param {Api.Work} row @returns {Ui.Facts} */
const when = (row) => [
  ["card.period", period(row, unknownText(row))],
  ["card.dig", both(row.dig_starts_ms, row.dig_ends_ms)],
  ["card.restore", both(row.restore_starts_ms, row.restore_ends_ms)],
  ["card.extended", firstEndText(row)],
  ["card.started", observedText(row.started)], ["card.ended", observedText(row.ended)],
  ["card.hours", hoursText(row.hours)],
];

/** @param {Api.Work} row @param {Ui.Card} card @returns {Ui.Facts} */
const what = (row, card) => [
  ["card.lanes", row.lanes_closed ? t("card.lanes.n", { n: row.lanes_closed }) : ""],
  ["card.width", row.remaining_width_m ? t("card.width.m", { n: row.remaining_width_m }) : ""],
  ["card.direction", row.direction],
  ["card.also", (row.also_closed || []).map((closure) => t("closure." + closure)).join(", ")],
  ["card.unlisted", row.unlisted_ms ? t("card.unlisted.since", { age: card.ageText(row.unlisted_ms) }) : ""],
  ["card.purpose", row.purpose], ["card.seen", seenText(row.seen_ms, card)],
];

/** When it was last in its list; the time is written every ten minutes, so nothing finer is shown.
 * @param {Api.Time} ms @param {Ui.Card} card */
function seenText(ms, card) {
  return ms && card.clock.shown() - ms < SEEN_EVERY_MS ? t("seen.fresh") : card.ageText(ms);
}

/** When something really happened, and who said so. @param {Api.Observed} [observed] */
function observedText(observed) {
  if (!observed?.at_ms) return "";
  return t("card.said", { time: timeText(observed.at_ms), by: t("said." + observed.by) });
}

/** @param {Api.Time} [starts_ms] @param {Api.Time} [ends_ms] */
const both = (starts_ms, ends_ms) => starts_ms && ends_ms ? period({ starts_ms, ends_ms }) : "";

/** A period whose two times do not break in a line; under it why one of them is not known.
 * @param {Api.Period} row */
function period(row, why = "") {
  const span = el("span");
  span.append(el("span", "time", beginText(row) + " ~"), " ", el("span", "time", untilText(row)));
  if (why) span.append(" ", el("span", "why", why));
  return span;
}

/** @param {Api.Work} row */
function organisation({ organisation: name, phone }) {
  if (!phone) return name;
  const span = el("span"), link = el("a", "", phone);
  link.href = dial(phone);
  span.append(name || "", " ", link);
  return span;
}

/** Who builds, or for whom, where the first line does not say it. @param {Api.Work} row
 * @param {string} [name] */
const other = (row, name) => name && name !== row.organisation ? name : "";

/** @param {string} id */
function pageLink(id) {
  const p = el("p", "actions"), link = el("a", "button", t("card.page"));
  link.href = "/w/" + encodeURIComponent(id);
  p.append(link);
  return p;
}
