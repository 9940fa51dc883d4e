// Works that clash: with each other, a bus route, a detour, or that cut a place off together. Asked for, not pushed.
import { write } from "../dom.js";
import { daysText, periodText } from "../period.js";
import { hasWord, t } from "../words.js";
import { Card } from "./card.js";

const EVERY_MS = 30000, AFTER_MS = 1500, LEAST_MS = 5000;
const SEVERITY_ORDER = { high: 0, low: 1 };

export class Clashes {
  /** `onRead` is told when the list was read again. */
  constructor(lists, onRead) {
    Object.assign(this, { lists, onRead, rows: new Map(), hasFailed: false, asked_ms: -Infinity });
    setInterval(() => this.ask(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** Reads the list soon; works that change together are one question. */
  ask() {
    if (this.timer || document.hidden) return;
    const wait_ms = Math.max(AFTER_MS, this.asked_ms + LEAST_MS - performance.now());
    this.timer = setTimeout(() => { this.timer = 0; this.read(); }, this.asked_ms < 0 ? 0 : wait_ms);
  }

  async read() {
    this.asked_ms = performance.now();
    try {
      const answer = await fetch("/api/v1/clashes");
      if (!answer.ok) throw new Error(`clashes: HTTP ${answer.status}`);
      const { clashes } = await answer.json();
      this.rows = new Map(clashes.map((clash) => [clash.id, clash]));
      this.hasFailed = false;
    } catch {
      this.hasFailed = true; // what was read last stays
    }
    this.onRead();
  }

  show(picture) {
    const { indexOf } = picture.network;
    const indexes = (links) => links.map((link) => typeof link === "number" ? link : indexOf.get(link)).filter((i) => i !== undefined);
    const rows = [...this.rows.values()].map((clash) => ({ ...clash, links: indexes(clash.links) }))
      .sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || a.from_ms - b.from_ms || (a.id < b.id ? -1 : 1));
    picture.clashes = new Map(rows.map((clash) => [clash.id, clash]));
    this.lists.fill("clashes", "clash", rows.map((clash) => [clash]), ([clash]) => factsOf(clash));
    if (this.hasFailed && !rows.length) write(document.getElementById("clashes-none"), t("clashes.failed"));
  }
}

function factsOf(clash) {
  return {
    sign: "clash", style: clash.severity === "high" ? "solid" : "hollow", title: reasonOf(clash), isOver: false,
    tags: [t("severity." + clash.severity), kindOf(clash)], under: daysText(periodOf(clash)),
  };
}

const periodOf = (clash) => ({ starts_ms: clash.from_ms, ends_ms: clash.until_ms });
const kindOf = (clash) => t(hasWord("clash." + clash.kind) ? "clash." + clash.kind : "clash.other");

/** Why they clash, in the language chosen. */
export function reasonOf(clash) {
  if (!clash) return "";
  return (document.documentElement.lang === "en" && clash.reason_en) || clash.reason_ko || kindOf(clash);
}

/** The card of a clash and of an unconfirmed report. */
Object.assign(Card.prototype, {
  showClash(id) {
    const clash = this.picture.clashes.get(id), { network, works } = this.picture;
    if (!clash) return this.put(this.head(t("clashes.title"), id), this.note("card.clash_gone"));
    const routeOf = (route) => network.routes.find(([key]) => key === route)?.[1] || route;
    return this.put(
      this.head(`${t("clashes.title")} · ${kindOf(clash)}`, reasonOf(clash)),
      this.facts([
        ["card.period", periodText(periodOf(clash))], ["card.routes", (clash.routes || []).map(routeOf).join(", ")],
        ["card.stops", (clash.stops || []).map((stop) => network.stopName(stop) || stop).join(", ")], ["card.places", (clash.places || []).join(", ")],
      ]),
      this.items("card.clash_works", "work", (clash.works || []).map((work) => works.get(work)).filter(Boolean)),
      clash.links.length ? this.items("card.links", "link", clash.links.slice(0, 12)) : null,
    );
  },

  showReport(id) {
    const report = this.picture.reports.get(id);
    if (!report) return this.put(this.head(t("report"), id), this.note("card.report_gone"));
    return this.put(
      this.head(t("report"), report.title || t("report")), this.note("reports.note"),
      this.facts([["card.calls", t("report.count", { n: report.count })], ["card.first", this.ageText(report.first_ms)], ["card.last", this.ageText(report.last_ms)]]),
      report.links.length ? this.items("card.links", "link", report.links.slice(0, 12)) : null,
    );
  },
});
