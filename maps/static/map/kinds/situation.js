// A situation: its facts with who tells each, what was done with it and by whom, and what can be done.
import { el, makeButton } from "../../dom.js";
import { minuteText, timeText, whenText } from "../../times.js";
import { actor } from "../../session.js";
import { feedName, localized, t } from "../../words.js";
import { isAsleep } from "../situations/sorting.js";
import { alertMark, alertWhat } from "./alert.js";

/** @type {Ui.Kind<Api.Situation>} */
export const situation = {
  rows: "situations",
  letter: "s",
  card: (card, id) => cardOf(card, id, card.picture.rows.situation.get(id)),
};

/** @param {Ui.Card} card @param {string} id @param {Api.Situation | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.situation"), id), card.note("card.situation_gone")];
  const word = t(row.alert ? "alert." + row.severity : "situation.information");
  return [
    card.head(`${t("kind.situation")} · ${word}`, localized(row, "title")),
    card.facts([
      ["card.since", card.age(row.since_ms)], ["card.until", row.until_ms ? timeText(row.until_ms) : ""],
      ["situation.queue_label", queueText(card, row)],
      ["situation.sources", row.sources.map(feedName).join(", ")], ...doneWith(card, row),
    ]),
    acts(card, row),
    card.items("situation.facts", row.facts.map((fact) => factItem(card, fact))),
    behind(card, row), history(row), card.links(row.links),
  ];
}

/** @param {Ui.Card} card @param {Api.Situation} row @returns {Ui.Facts} */
function doneWith(card, row) {
  const { acknowledged: ack, assigned, snoozed_until_ms } = row;
  const asleep = isAsleep(row, card.clock.now());
  return [
    ["card.ack", !row.alert ? "" : ack ? `${ack.by} (${whenText(ack.at_ms)})` : t("card.ack.none")],
    ["card.comment", ack?.comment], ["situation.assigned_label", assigned],
    ["situation.asleep_label", asleep ? `${minuteText(Number(snoozed_until_ms))} (${row.snoozed_by})` : ""],
  ];
}

/** How long a queue is, how it grows, and where its head is. @param {Ui.Card} card
 * @param {Api.Situation} row */
function queueText({ picture: { network } }, { queue }) {
  if (!queue) return "";
  const index = network.indexOf.get(queue.head) ?? -1;
  const growth = queue.growth_m > 0 ? "growing" : queue.growth_m < 0 ? "shrinking" : "steady";
  return [
    t("situation.queue_length", { km: (queue.length_m / 1000).toFixed(1) }),
    t("situation.queue." + growth, { m: Math.abs(queue.growth_m).toLocaleString() }),
    index < 0 ? "" : t("situation.queue_head", { name: network.nameOf(index) }),
  ].filter(Boolean).join(" · ");
}

/** What an operator can do. @param {Ui.Card} card @param {Api.Situation} row */
function acts(card, row) {
  const box = el("p", "actions"), last = (row.acts || []).at(-1);
  /** @param {import("../situations/acts.js").Act} act @param {string} className */
  const add = (act, className = "button") => {
    box.append(makeButton(className, t("act." + act), () => card.actions.situation(act, [row])));
  };
  if (row.alert && !row.acknowledged) add("acknowledge", "button do-ack");
  if (row.alert) add("snooze");
  add("assign");
  add("note");
  if (last && last.by === actor()) add("undo");
  return box;
}

/** @param {Ui.Card} card @param {Api.Fact} fact */
function factItem(card, fact) {
  const alert = card.picture.rows.alert.get(fact.name), chosen = { kind: "alert", id: fact.name };
  const said = [
    t("alert.since", { time: whenText(fact.since_ms) }), alert ? alertWhat(alert) : "",
    fact.source ? feedName(fact.source) : "",
  ].filter(Boolean).join(" · ");
  const li = el("li"), button = makeButton("other fact", null, () => card.actions.choose(chosen, true));
  const text = el("span", "text"), severity = el("b", "", t("alert." + fact.severity) + " ");
  text.append(severity, el("span", "", localized(fact, "text")), el("span", "under", said));
  button.append(alertMark(fact.severity), text);
  li.append(button);
  return li;
}

/** The works, incidents and detours that its facts are about, each once. @param {Ui.Card} card
 * @param {Api.Situation} row */
function behind(card, row) {
  const { work, incident, detour } = card.picture.rows;
  const subjects = [...new Set(row.facts.map(({ subject }) => subject))];
  /** @param {string} kind */
  const ids = (kind) => subjects.flatMap((each) => each.startsWith(kind) ? each.slice(kind.length) : []);
  return card.items("situation.about", [
    ...ids("work:").flatMap((id) => work.get(id) || []).map((each) => card.workItem(each)),
    ...ids("incident:").flatMap((id) => incident.get(id) || []).map((each) => card.incidentItem(each)),
    ...ids("detour:").flatMap((id) => detour.get(id) || []).map((each) => card.detourItem(each)),
  ]);
}

/** What was done, the last first. @param {Api.Situation} row */
function history({ acts: done = [] }) {
  if (!done.length) return null;
  const section = el("section", "others history"), list = el("ol");
  section.append(el("h3", "", t("situation.history")), list);
  for (const { act, by, at_ms, note, to, until_ms } of [...done].reverse()) {
    const more = [to, until_ms ? t("situation.until", { time: minuteText(until_ms) }) : "", note];
    const said = more.filter(Boolean).join(" · ");
    list.append(el("li", "", `${whenText(at_ms)} ${by} · ${t("act." + act)}${said ? ": " + said : ""}`));
  }
  return section;
}
