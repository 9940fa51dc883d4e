// A section of road in one direction: how fast it is, how sure that is, and what closes it.
import { el } from "../../dom.js";
import { LEVELS } from "../../levels.js";
import { whenText } from "../../times.js";
import { hasWord, t } from "../../words.js";
import { isOver } from "./permits.js";

/** @type {Ui.Kind<any>} */
export const link = {
  layers: ["impassable"],
  card(card, id) {
    const i = card.picture.network.indexOf.get(id);
    if (i === undefined) return [card.head(t("kind.section"), id), card.note(card.waitsFor(id))];
    card.readDetail(id);
    return cardOf(card, i);
  },
  hint(picture, id, i) {
    const speed = picture.speeds[i], closure = picture.closures.get(i);
    const parts = [picture.network.nameOf(i), t("level." + LEVELS[picture.levels[i]])];
    if (speed >= 0) parts.push(`${speed} km/h`);
    if (picture.certainty[i] === "s") parts.push(t("certainty.stale"));
    if (isSlower(picture, i)) parts.push(slowerText(picture, i));
    if (closure) parts.push(t("closure." + closure));
    if (picture.blocked.has(i)) parts.push(t("observed.impassable"));
    return parts.join(" · ");
  },
};

/** @param {Ui.Card} card @param {number} i */
function cardOf(card, i) {
  const { network, rows, closures } = card.picture, { detail } = card;
  const works = [...rows.work.values()].filter((work) => !isOver(work) && work.links.includes(i));
  const incidents = [...rows.incident.values()].filter((incident) => incident.links.includes(i));
  return [
    card.head(t("kind.section"), network.nameOf(i), network.roads[i]), speedLine(card, i),
    card.day(network.ids[i]),
    card.facts([
      ["card.closure", closureText(card, i, closures.get(i) || "none")],
      ["card.observed", observedText(card, i)],
      ["card.promise", card.live(() => promiseText(card.picture.promises.get(i)))],
      ["card.certainty", card.picture.isArchived ? archivedCertainty(card, i) : certaintyText(card, i)],
      ["card.range", rangeText(card.picture.ranges.get(i))],
      ["card.usual", usualText(card.picture, i)],
      ["card.samples", detail && sampleText(detail)], ["card.age", detail && card.age(detail.observed_ms)],
      ["card.length", network.lengths[i] + " m"], ["card.free_flow", Math.round(network.free[i]) + " km/h"],
    ]),
    card.items("layer.by_hand", closuresOn(rows.closure, i).map((row) => card.closureItem(row))),
    card.items("card.works", works.map((work) => card.workItem(work))),
    card.items("card.incidents", incidents.map((incident) => card.incidentItem(incident))),
    card.items("layer.detours", [...rows.detour.values()]
      .filter((row) => row.links.includes(i)).map((row) => card.detourItem(row))),
    el("p", "small-id", network.ids[i]),
  ];
}

/** @param {Map<string, Api.HandClosure>} closures @param {number} i */
const closuresOn = (closures, i) =>
  [...closures.values()].filter((row) => row.phase !== "finished" && row.links.includes(i));

/** @param {Ui.Card} card @param {number} i */
function speedLine({ picture: { speeds, levels, isArchived }, detail }, i) {
  const kmh = isArchived ? Math.floor(detail?.speed_kmh ?? -1) : speeds[i];
  const level = LEVELS[levels[i]], line = el("p", "speed " + level);
  line.append(
    el("b", "", kmh < 0 ? "–" : String(kmh)), el("span", "unit", "km/h"),
    el("span", "level-word", t("level." + level)),
  );
  return line;
}

/** From how many times slower on it is worth a word: as the desk says it. */
const SLOWER = 1.2;

/** How many times slower than usual a link is; 0: not known. @param {Ui.Picture} picture
 * @param {number} i */
function timesSlower({ speeds, usual }, i) {
  return speeds[i] < 0 || usual[i] < 0 ? 0 : usual[i] / Math.max(1, speeds[i]);
}

/** @param {Ui.Picture} picture @param {number} i */
const isSlower = (picture, i) => timesSlower(picture, i) > SLOWER;

/** @param {Ui.Picture} picture @param {number} i */
function slowerText(picture, i) {
  return t("slower.times", { n: Number(timesSlower(picture, i).toFixed(1)) });
}

/** The usual speed, and how the present one stands to it; nothing where it is not known.
 * @param {Ui.Picture} picture @param {number} i */
export function usualText(picture, i) {
  if (picture.usual[i] < 0) return "";
  const times = timesSlower(picture, i), kmh = `${picture.usual[i]} km/h`;
  if (isSlower(picture, i)) return `${kmh} · ${slowerText(picture, i)}`;
  return times * SLOWER > 1 ? `${kmh} · ${t("card.usual.as")}` : kmh;
}

/** What is closed, and how sure that is: another question than how sure the speed is.
 * @param {Ui.Card} card @param {number} i @param {Api.Closure} closure */
function closureText({ picture, detail }, i, closure) {
  const span = el("span"), sure = picture.sure.get(i);
  span.append(el("b", "", t("closure." + closure)));
  if (sure) span.append(" ", el("span", "why sure " + sure, t("sure." + sure, { n: detail?.buses_through })));
  return span;
}

/** What buses did here, whatever was declared. @param {Ui.Card} card @param {number} i */
function observedText({ picture, detail }, i) {
  const letter = picture.blocked.get(i), span = el("span", "observed " + (letter || "p"));
  if (!letter) return picture.passable.has(i) ? t("observed.passable") : "";
  const why = [t(letter === "c" ? "observed.sure" : "observed.one")], since_ms = detail?.observed_since_ms;
  if (since_ms) why.push(t("observed.since", { time: whenText(since_ms) }));
  span.append(el("b", "", t("observed.impassable")), " ", el("span", "why", why.join(" · ")));
  return span;
}

/** @param {number} [minutes] */
const promiseText = (minutes) => minutes ? t("promise.within", { n: minutes }) : t("promise.no");

/** The letters of certainty in a picture. @type {Record<string, string>} */
const CERTAINTIES = { c: "confirmed", r: "reported", i: "inferred", l: "lost", s: "stale" };

/** How sure the speed is. A link that had observations and one that never had are told apart.
 * @param {Ui.Card} card @param {number} i */
function certaintyText({ picture, detail }, i) {
  const span = el("span"), letter = picture.certainty[i] || "l", name = CERTAINTIES[letter];
  const lost = letter === "l" && detail ? detail.observed_ms ? "old" : "never" : "";
  span.append(
    el("b", "certainty " + letter, t("certainty." + (lost === "never" ? lost : name))), " ",
    el("span", "why", t(`certainty.${lost || name}.why`)),
  );
  return span;
}

/** Whether the history has a speed as measured: by whom, it does not keep. @param {Ui.Card} card
 * @param {number} i */
function archivedCertainty({ picture }, i) {
  const key = "card.history.certainty." + (picture.certainty[i] || "l");
  return hasWord(key) ? t(key) : "";
}

/** @param {Api.SpeedRange} [range] @returns {string | undefined} */
function rangeText(range) {
  return range && range[0] >= 0 ? `${range[0]}–${range[1]} km/h` : undefined;
}

/** @param {Api.Link} detail */
function sampleText({ sources = {} }) {
  return Object.entries(sources).map(([name, n]) =>
    hasWord("sample." + name) ? t("sample." + name, { n }) : `${name.toUpperCase()} ${n}`).join(", ");
}
