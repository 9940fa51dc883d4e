// An alert: what holds since when, who has acknowledged it, and the way to the work or incident behind it.
import { SEVERITIES } from "../../gravity.js";
import { el, makeButton } from "../../dom.js";
import { untilText } from "../../period.js";
import { whenText } from "../../times.js";
import { feedName, t, wordOr } from "../../words.js";

/** @type {Ui.Kind<Api.Alert>} */
export const alert = {
  rows: "alerts",
  letter: "a",
  idOf: (row) => row.name,
  card: (card, id) => cardOf(card, id, card.picture.rows.alert.get(id)),
};

/** @param {Ui.Card} card @param {string} name @param {Api.Alert | undefined} row */
function cardOf(card, name, row) {
  if (!row) return [card.head(t("card.alert"), name), card.note("card.alert_gone")];
  const { rows } = card.picture, ack = rows.ack.get(row.id);
  const works = row.works.filter((id) => row.subject !== `work:${id}`)
    .flatMap((id) => rows.work.get(id.replace(/^work:/, "")) || []);
  return [
    card.head(`${t("card.alert")} · ${t("alert." + row.severity)}`, alertTitle(row), holdsText(row)),
    card.facts([
      ["card.since", card.age(row.since_ms)], ["card.what", alertWhat(row)], ["card.place", alertPlaces(row)],
      ["card.until", endOf(row)], ["card.organisation", row.organisation],
      ["card.ack", ack ? `${ack.by} (${whenText(ack.at_ms)})` : t("card.ack.none")],
      ["card.comment", ack?.comment], ["ack.verdict", ack?.verdict && t("ack.verdict." + ack.verdict)],
    ]),
    ackPart(card, row, isSeen(card.picture, row)), behind(card, row),
    card.items("card.works", works.map((work) => card.workItem(work))), card.links(row.links),
  ];
}

/** @param {Api.Alert} row */
function endOf({ ends_ms, end }) {
  return ends_ms || end ? untilText({ ends_ms, flags: end === "unreadable" ? ["end_unreadable"] : [] }) : "";
}

/** The button that acknowledges; of one that is, that which says whether it was true.
 * @param {Ui.Card} card @param {Api.Alert} row @param {boolean} seen */
function ackPart(card, row, seen) {
  const box = el("p", "actions"), word = t(seen ? "ack.judge" : "ack.button");
  box.append(makeButton(seen ? "button" : "button do-ack", word, () => card.actions.acknowledge(row)));
  return box;
}

/** The work, the incident or what buses show that an alert is about, where the picture has it.
 * @param {Ui.Card} card @param {Api.Alert} row */
function behind(card, row) {
  const { subject } = row, { rows } = card.picture, id = subject.slice(subject.indexOf(":") + 1);
  const work = subject.startsWith("work:") && rows.work.get(id);
  const incident = subject.startsWith("incident:") && rows.incident.get(id);
  const closure = subject.startsWith("closure:") && rows.closure.get(id);
  if (closure) return card.items("kind.hand_closure", [card.closureItem(closure)]);
  if (work) return card.items("card.alert_work", [card.workItem(work)]);
  if (incident) return card.items("card.alert_incident", [card.incidentItem(incident)]);
  return ofBuses(card, row, id);
}

/** What buses show that an alert is about: a discrepancy, a way round. @param {Ui.Card} card
 * @param {Api.Alert} row @param {string} id of its subject */
function ofBuses(card, row, id) {
  const { rows } = card.picture;
  if (row.subject.startsWith("discrepancy:") && rows.discrepancy.has(id)) {
    const chosen = { kind: "discrepancy", id }, text = t("discrepancy.evidence");
    return card.items("kind.discrepancy", [card.item(chosen, "dot discrepancy", holdsText(row), text)]);
  }
  const detour = row.subject.startsWith("detour:") && rows.detour.get(id);
  return card.items("layer.detours", detour ? [card.detourItem(detour)] : []);
}

/** Whether somebody has acknowledged an alert as grave as it is now. @param {Ui.Picture} picture
 * @param {{id: string, severity: Api.Severity}} row */
export function isSeen(picture, row) {
  const ack = picture.rows.ack.get(row.id);
  return ack !== undefined && SEVERITIES.indexOf(ack.severity) <= SEVERITIES.indexOf(row.severity);
}

/** The sign of a severity: octagon, triangle, circle; the word stands beside it.
 * @param {Api.Severity} severity */
export function alertMark(severity) {
  const mark = el("span", "alert-mark", severity === "notice" ? "i" : "!");
  mark.dataset.severity = severity;
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

/** @param {Api.Alert} row */
export function alertTitle({ rule, subject, title }) {
  if (rule === "detour") return t("round.title", { no: title || "" });
  return rule === "feed" ? feedName(subject.replace(/^feed:/, "")) : title || subject.replace(/^\w+:/, "");
}

/** What holds: a closure, a level, a feed's status, so many calls, a way round. @param {Api.Alert} row */
export function alertWhat({ closure, level, status, count, judged_by, times_slower, ...row }) {
  const keys = [];
  if (closure && closure !== "none") keys.push("closure." + closure);
  if (level) keys.push("level." + level);
  if (status) keys.push("status." + status);
  if (judged_by === "level") keys.push("slower.by_level");
  const said = keys.map((key) => t(key));
  if (times_slower) said.unshift(t("slower.times", { n: times_slower }));
  if (count) said.push(t("report.count", { n: count }));
  return [...said, ...roundOf(row)].join(" · ");
}

/** Which way buses take, and the stops they leave out. @param {Partial<Api.Alert>} row */
const roundOf = ({ streets = [], stops = [] }) => [
  streets.length ? t("round.through", { streets: streets.join(", ") }) : "",
  stops.length ? t("round.stops", { stops: stops.join(", ") }) : "",
].filter(Boolean);

/** Where a permit with several spots holds: how many places, and the first three. @param {Api.Alert} row */
function alertPlaces({ places, place_count = 0 }) {
  if (!places) return "";
  const more = place_count > 3 ? ", …" : "";
  return `${t("works.spots", { n: place_count })}: ${places.slice(0, 3).join(", ")}${more}`;
}

/** What the rule calls it, a discrepancy by its kind. @param {Api.Alert} row */
export const holdsText = ({ rule, kind }) =>
  rule === "discrepancy" && kind ? t("discrepancy." + kind) : ruleText(rule);

/** @param {string} rule */
const ruleText = (rule) => wordOr("rule." + rule, rule);
