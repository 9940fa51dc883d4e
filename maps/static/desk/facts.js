// What stands under the sentence: clauses, works, incidents, sections, buses, sources. All text as text.
import { dial, el, makeButton, makeList } from "../dom.js";
import { flagText } from "../flags.js";
import { firstEndText, hoursText, periodText, unknownText } from "../period.js";
import { shots } from "../photos.js";
import { endText, timeText } from "../times.js";
import { hasWord, localized, t } from "../words.js";
import { may } from "../map/closures/may.js";
import { certaintyChip, lookIcon, lookOf, part } from "./parts.js";

const CLOSURE_DOES = /** @type {const} */ (["correct", "end", "undo"]);

/** A row of the definition list: the clause, its telephone numbers to press, and links to its sources.
 * @param {Desk.Clause} clause @param {string[]} phones */
export function clauseRow(clause, phones) {
  const row = el("div", "clause"), dd = el("dd"), key = "clause." + clause.name;
  row.dataset.name = clause.name;
  dd.append(...withPhones(localized(clause), phones), " ", ...(clause.sources || []).map(sourceLink));
  row.append(el("dt", "", hasWord(key) ? t(key) : clause.name), dd);
  return row;
}

/** @param {string} id */
function sourceLink(id) {
  const link = el("a", "ref", id);
  link.href = "#source-" + id;
  link.dataset.key = "ref-" + id;
  link.addEventListener("click", (e) => {
    e.preventDefault(); // the address belongs to the place
    document.getElementById("source-" + id)?.focus();
  });
  return link;
}

/** A text in pieces, with a link to dial for each of the numbers in it.
 * @param {string} text @param {string[]} phones @returns {(string | Node)[]} */
function withPhones(text, phones) {
  const phone = phones.find((number) => text.includes(number));
  if (!phone) return [text];
  const at = text.indexOf(phone);
  return [text.slice(0, at), phoneLink(phone), ...withPhones(text.slice(at + phone.length), phones)];
}

/** @param {string} phone */
function phoneLink(phone) {
  const link = el("a", "phone", phone);
  link.href = dial(phone);
  link.dataset.key = "phone-" + phone;
  return link;
}

/** @param {Desk.Source} source */
export function sourceRow(source) {
  const li = el("li", "source");
  li.id = "source-" + source.id;
  li.tabIndex = -1;
  li.append(el("b", "", source.id), " ", el("span", "", localized(source)), " ", ageTime(source.at_ms));
  return li;
}

/** An age that goes on counting: the card writes every `data-at` once a second. @param {Api.Time} at_ms */
export function ageTime(at_ms) {
  const time = el("time", "ago");
  if (at_ms) time.dataset.at = String(at_ms);
  return time;
}

/** Rows under a heading; nothing where there are none, as a part must be something.
 * @param {string} name @param {string} key @param {HTMLElement[]} rows @returns {HTMLElement} */
function listPart(name, key, rows) {
  return rows.length ? part(name, t(key), makeList("rows", rows)) : el("i");
}

/** @param {Desk.Work[]} works */
export const worksPart = (works) => listPart("works", "card.deskworks", works.map(workRow));

/** @param {Desk.Work} row */
function workRow(row) {
  const li = el("li", "work"), { organisation, id, phone, doubts = [], said, photos = [] } = row;
  const who = el("p", "who", [organisation, id].filter(Boolean).join(" · ") + " ");
  if (phone) who.append(phoneLink(phone));
  li.append(workHead(row), el("p", "period", period(row)), who);
  const doubt = doubts.map((each) => t("doubt." + each)).join(" · ");
  appendText(li, "note", [unknownText(row), flagText(row)].filter(Boolean).join(" "));
  appendText(li, "doubt", doubt && `${t("card.doubt")}: ${doubt}`);
  appendText(li, "said", said && said.by !== "feed" ? `${t("said.last")}: ${localized(said)}` : "");
  if (photos.length) li.append(shots(id, photos));
  return li;
}

/** @param {HTMLElement} li @param {string} className @param {string} text "" for nothing */
function appendText(li, className, text) { if (text) li.append(el("p", className, text)); }

/** @param {Desk.Work} row */
function workHead(row) {
  const head = el("p", "head"), page = el("a", "title", row.title || row.id);
  page.href = "/w/" + encodeURIComponent(row.id);
  page.dataset.key = "work-" + row.id;
  head.append(lookIcon(lookOf(row)), page, el("span", "phase", t("phase." + row.phase)), closureSpan(row));
  if (row.certainty) head.append(certaintyChip(row.certainty));
  return head;
}

/** @param {{closure: Api.Closure}} row */
const closureSpan = ({ closure }) => el("span", "closure", t("closure." + (closure || "unknown")));

/** @param {Desk.Work} row */
function period(row) {
  const first = firstEndText(row);
  return [
    periodText(row), hoursText(row.hours), first && t("card.extended", { time: first }),
    observedText("said.started", row.started), observedText("said.ended", row.ended),
  ].filter(Boolean).join(" · ");
}

/** @param {string} key @param {Api.Observed} [observed] */
function observedText(key, observed) {
  return observed?.at_ms ? t(key, { time: timeText(observed.at_ms), by: t("said." + observed.by) }) : "";
}

/** @param {Desk.Incident[]} rows @param {Desk.OnClosure} act on one that was closed by hand */
export const incidentsPart = (rows, act) =>
  listPart("incidents", "card.deskincidents", rows.map((row) => incidentRow(row, act)));

/** @param {Desk.Incident} row @param {Desk.OnClosure} act */
function incidentRow(row, act) {
  const li = el("li", "work"), head = el("p", "head"), why = flagText(row);
  const title = el("b", "title", row.title || t("incident." + row.kind));
  head.append(lookIcon(lookOf(row)), title, closureSpan(row));
  if (row.phase === "finished") head.append(el("span", "phase", t("phase.finished")));
  li.append(head);
  const until = row.ends_ms ? endText(row.ends_ms) : t("card.open_end");
  appendText(li, "period", row.starts_ms ? `${timeText(row.starts_ms)} ~ ${until}` : "");
  appendText(li, "note", why);
  if (row.feed === "hand" && may("act")) li.append(closureActs(row, act));
  return li;
}

/** What may be done with a closure by hand. @param {Desk.Incident} row @param {Desk.OnClosure} act */
function closureActs({ id, phase }, act) {
  const box = el("div", "actions closing-acts"), isOver = phase === "finished";
  box.append(...CLOSURE_DOES.filter((what) => !isOver || what !== "end").map((what) => {
    const button = makeButton("", t("closing.do." + what), () => act(what, id));
    button.dataset.act = what;
    button.dataset.key = `closure-${what}-${id}`;
    return button;
  }));
  return box;
}

/** The sections of a place that has at least so many; each opens its own answer.
 * @param {Desk.Section[]} sections @param {(id: string) => void} open @param {number} least */
export function sectionsPart(sections, open, least) {
  if (sections.length < least) return el("i");
  const rows = sections.map((section) => {
    const li = el("li"), button = makeButton("section", null, () => open("section:" + section.id));
    button.dataset.key = "section-" + section.id;
    button.append(lookIcon(lookOf(section)), el("span", "name", section.name), closureSpan(section));
    if (section.level) button.append(el("span", "level", t("level." + section.level)));
    if (section.certainty) button.append(certaintyChip(section.certainty));
    li.append(button);
    return li;
  });
  const note = el("p", "note", t("card.sections.note"));
  return part("sections", t("card.sections"), note, makeList("rows", rows));
}

/** @param {Desk.Bus[]} buses */
export function busesPart(buses) {
  const found = buses.filter(({ skipped, nearest }) => skipped?.length || nearest);
  return listPart("buses", "clause.buses", found.map(busRow));
}

/** @param {Desk.Bus} row */
function busRow({ route_no, skipped = [], nearest }) {
  const li = el("li", "bus"), stops = skipped.map(({ name, number }) => number ? `${name}(${number})` : name);
  const skips = `${t("card.stops_skipped")}: ${stops.join(", ") || "–"}`;
  li.append(el("b", "route", route_no), el("span", "", skips));
  if (nearest) li.append(el("span", "nearest", nearestText(nearest)));
  return li;
}

/** @param {Desk.Stop} stop */
function nearestText({ name, number, walk_m }) {
  const text = t("card.nearest", { name, number: number ? ` (${number})` : "" });
  return walk_m ? `${text}, ${t("card.walk", { m: walk_m })}` : text;
}

/** A bus route today: the buses that run, and that nothing closes it where nothing does.
 * @param {Desk.Route | undefined} route */
export function routePart(route) {
  return route ? routeSection(route) : el("i");
}

/** @param {Desk.Route} route */
function routeSection(route) {
  const rows = (route.buses || []).map(({ no, stop, observed_ms }) => {
    const li = el("li", "bus");
    li.append(el("b", "route", no), el("span", "", stop || "–"), ageTime(observed_ms));
    return li;
  });
  const section = part("route", t("card.route_buses"));
  if (!route.is_known || !rows.length) {
    section.append(el("p", "note", t(route.is_known ? "card.route_idle" : "card.route_unknown")));
  }
  if (rows.length) section.append(makeList("rows", rows));
  if (!route.closed?.length) section.append(el("p", "note", t("card.route_clear")));
  return section;
}

/** @param {Desk.Calls} calls */
export function callsPart({ count_30min: n, is_reported }) {
  const p = el("p", "heard", t("card.heard", { n }) + " ");
  p.prepend(el("i", "mark", "?"));
  if (is_reported) p.append(t("card.heard.reported"));
  return p;
}
