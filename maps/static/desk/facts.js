// What stands under the sentence: clauses, works, incidents, sections, buses, sources. All text as text.
import { dial, el } from "../dom.js";
import { flagText } from "../flags.js";
import { firstEndText, hoursText, periodText, unknownText } from "../period.js";
import { shots } from "../photos.js";
import { endText, hasWord, t, timeText } from "../words.js";
import { localized } from "./ask.js";
import { certaintyChip, lookIcon, lookOf, part } from "./parts.js";

/** A row of the definition list: the clause, its telephone numbers to press, and links to its sources. */
export function clauseRow(clause, phones) {
  const row = el("div", "clause"), dd = el("dd");
  row.dataset.name = clause.name;
  dd.append(...withPhones(localized(clause), phones), " ", ...refs(clause.sources));
  row.append(el("dt", "", hasWord("clause." + clause.name) ? t("clause." + clause.name) : clause.name), dd);
  return row;
}

function refs(sources) {
  return (sources || []).map((id) => {
    const link = el("a", "ref", id);
    link.href = "#source-" + id;
    link.dataset.key = "ref-" + id;
    link.addEventListener("click", (e) => {
      e.preventDefault(); // the address belongs to the place
      const source = document.getElementById("source-" + id);
      if (source) source.focus();
    });
    return link;
  });
}

/** A text in pieces, with a link to dial for each of the numbers in it. */
function withPhones(text, phones) {
  const phone = phones.filter(Boolean).find((number) => text.includes(number));
  if (!phone) return [text];
  const at = text.indexOf(phone);
  return [text.slice(0, at), phoneLink(phone), ...withPhones(text.slice(at + phone.length), phones)];
}

function phoneLink(phone) {
  const link = el("a", "phone", phone);
  link.href = dial(phone);
  link.dataset.key = "phone-" + phone;
  return link;
}

export function sourceRow(source) {
  const li = el("li", "source");
  li.id = "source-" + source.id;
  li.tabIndex = -1;
  li.append(el("b", "", source.id), " ", el("span", "", localized(source)), " ", ageTime(source.at_ms));
  return li;
}

/** An age that goes on counting: the card writes every `data-at` once a second. */
export function ageTime(at_ms) {
  const time = el("time", "ago");
  if (at_ms) time.dataset.at = String(at_ms);
  return time;
}

export const worksPart = (works) => works.length ? part("works", t("card.deskworks"), list(works.map(workRow))) : null;

function list(rows) {
  const ul = el("ul", "rows");
  ul.append(...rows);
  return ul;
}

function workRow(row) {
  const li = el("li", "work"), head = el("p", "head"), look = lookOf(row), page = el("a", "title", row.title || row.id);
  page.href = "/w/" + encodeURIComponent(row.id);
  page.dataset.key = "work-" + row.id;
  head.append(lookIcon(look), page, el("span", "phase", t("phase." + row.phase)), el("span", "closure", t("closure." + (row.closure || "unknown"))));
  if (row.certainty) head.append(certaintyChip(row.certainty));
  const who = el("p", "who", [row.organisation, row.id].filter(Boolean).join(" · ") + " ");
  if (row.phone) who.append(phoneLink(row.phone));
  li.append(head, el("p", "period", period(row)), who);
  const why = [unknownText(row), flagText(row)].filter(Boolean).join(" ");
  if (why) li.append(el("p", "note", why));
  if ((row.doubts || []).length) li.append(el("p", "doubt", `${t("card.doubt")}: ${row.doubts.map((doubt) => t("doubt." + doubt)).join(" · ")}`));
  if (row.said && row.said.by !== "feed") li.append(el("p", "said", `${t("said.last")}: ${localized(row.said)}`));
  if ((row.photos || []).length) li.append(shots(row.id, row.photos));
  return li;
}

function period(row) {
  const parts = [periodText(row), hoursText(row.hours)], first = firstEndText(row);
  if (first) parts.push(t("card.extended", { time: first }));
  for (const name of ["started", "ended"]) {
    const said = row[name];
    if (said && said.at_ms) parts.push(t("said." + name, { time: timeText(said.at_ms), by: t("said." + said.by) }));
  }
  return parts.filter(Boolean).join(" · ");
}

export const incidentsPart = (rows) => rows.length ? part("incidents", t("card.deskincidents"), list(rows.map(incidentRow))) : null;

function incidentRow(row) {
  const li = el("li", "work"), head = el("p", "head");
  head.append(lookIcon(lookOf(row)), el("b", "title", row.title || t("incident." + row.kind)), el("span", "closure", t("closure." + (row.closure || "unknown"))));
  li.append(head);
  if (row.starts_ms) li.append(el("p", "period", `${timeText(row.starts_ms)} ~ ${row.ends_ms ? endText(row.ends_ms) : t("card.open_end")}`));
  const why = flagText(row);
  if (why) li.append(el("p", "note", why));
  return li;
}

/** The sections of a place that has several; each opens its own answer. */
export function sectionsPart(sections, open, least = 2) {
  if (sections.length < least) return null;
  const rows = sections.map((section) => {
    const li = el("li"), button = el("button", "section");
    button.type = "button";
    button.dataset.key = "section-" + section.id;
    button.append(lookIcon(lookOf(section)), el("span", "name", section.name), el("span", "closure", t("closure." + (section.closure || "unknown"))));
    if (section.level) button.append(el("span", "level", t("level." + section.level)));
    if (section.certainty) button.append(certaintyChip(section.certainty));
    button.addEventListener("click", () => open("section:" + section.id));
    li.append(button);
    return li;
  });
  return part("sections", t("card.sections"), el("p", "note", t("card.sections.note")), list(rows));
}

export function busesPart(buses) {
  const rows = buses.filter((bus) => (bus.skipped || []).length || bus.nearest);
  return rows.length ? part("buses", t("clause.buses"), list(rows.map(busRow))) : null;
}

function busRow(row) {
  const li = el("li", "bus"), { nearest } = row;
  li.append(el("b", "route", row.route_no), el("span", "", `${t("card.stops_skipped")}: ${(row.skipped || []).map(stop).join(", ") || "–"}`));
  if (nearest) li.append(el("span", "nearest", [t("card.nearest", { name: nearest.name, number: nearest.number ? ` (${nearest.number})` : "" }), nearest.walk_m ? t("card.walk", { m: nearest.walk_m }) : ""].filter(Boolean).join(", ")));
  return li;
}

const stop = ({ name, number }) => number ? `${name}(${number})` : name;

/** A bus route today: the buses that run, and that nothing closes it where nothing does. */
export function routePart(route) {
  if (!route) return null;
  const rows = (route.buses || []).map((bus) => {
    const li = el("li", "bus");
    li.append(el("b", "route", route.no), el("span", "", bus.stop || "–"), ageTime(bus.observed_ms));
    return li;
  });
  const note = !route.is_known ? "card.route_unknown" : rows.length ? "" : "card.route_idle";
  return part("route", t("card.route_buses"), note && el("p", "note", t(note)), rows.length && list(rows), !(route.closed || []).length && el("p", "note", t("card.route_clear")));
}

export function callsPart(calls) {
  if (!calls || !calls.count_30min) return null;
  const p = el("p", "heard", t("card.heard", { n: calls.count_30min }) + " ");
  p.prepend(el("i", "mark", "?"));
  if (calls.is_reported) p.append(t("card.heard.reported"));
  return p;
}
