// The card of an alert: what holds since when, who has acknowledged it, and the way to the work or incident behind it.
import { el } from "../dom.js";
import { untilText } from "../period.js";
import { t } from "../words.js";
import { alertPlaces, alertTitle, alertWhat, isSeen, ruleText, whenText } from "./alerts.js";
import { Card } from "./card.js";

Card.prototype.showAlert = function (name) {
  const alert = this.picture.alerts.get(name);
  if (!alert) return this.put(this.head(t("card.alert"), name), this.note("card.alert_gone"));
  const ack = this.picture.acks.get(alert.id);
  const kind = this.head(`${t("card.alert")} · ${t("alert." + alert.severity)}`, alertTitle(alert), ruleText(alert.rule));
  const age = el("span", "", this.ageText(alert.since_ms));
  this.ageOf = { element: age, ms: alert.since_ms };
  return this.put(
    kind,
    this.facts([
      ["card.since", age], ["card.what", alertWhat(alert)], ["card.place", alertPlaces(alert)],
      ["card.until", alert.ends_ms || alert.end ? untilText({ ends_ms: alert.ends_ms, flags: alert.end === "unreadable" ? ["end_unreadable"] : [] }) : ""], ["card.organisation", alert.organisation],
      ["card.ack", ack ? `${ack.by} (${whenText(ack.at_ms)})` : t("card.ack.none")], ["card.comment", ack?.comment],
    ]),
    !isSeen(this.picture, alert) ? this.ackButton(alert) : null,
    this.behind(alert), this.items("card.works", "work", alert.works.filter((id) => alert.subject !== `work:${id}`).map((id) => this.picture.works.get(id.replace(/^work:/, ""))).filter(Boolean)), alert.links.length ? this.items("card.links", "link", alert.links.slice(0, 12)) : null,
  );
};

Object.assign(Card.prototype, {
  ackButton(alert) {
    const box = el("p", "actions"), button = el("button", "button do-ack", t("ack.button"));
    button.type = "button";
    button.addEventListener("click", () => this.actions.acknowledge(alert));
    box.append(button);
    return box;
  },

  /** The work or incident an alert is about, where the picture has it. */
  behind(alert) {
    const cut = alert.subject.indexOf(":"), kind = alert.subject.slice(0, cut), id = alert.subject.slice(cut + 1);
    const thing = { work: this.picture.works, incident: this.picture.incidents }[kind]?.get(id);
    return thing ? this.items(`card.alert_${kind}`, kind, [thing]) : null;
  },
});
