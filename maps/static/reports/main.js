// The published reports: by kind and year, each with its files; one may be asked for behind the #.
import { startPage } from "../data/page.js";
import { byId, el, showText, write } from "../dom.js";
import { getJson } from "../get.js";
import { askWhy } from "../taken.js";
import { timeText } from "../times.js";
import { t } from "../words.js";
import { countOf, periodText, sizeText } from "./saying.js";

/** @typedef {{format: string, bytes: number, sha256: string, url: string}} ReportFile */
/** @typedef {{id: string, kind: string, first: string, last: string, published_ms: number,
 *   revision: number, missing: string[], files: ReportFile[]}} Report */

const EVERY_MS = 60_000, HEADS = ["what", "published", "missing", "files"];
const root = document.documentElement;

/** The id behind the # of the address. */
const askedFor = () => location.hash.slice(1);
const chosenKind = () => new FormData(byId("rp-form", HTMLFormElement)).get("kind");
/** Whether files are given to whoever looks; not known before the session is. */
const mayTake = () => root.dataset.door === "open" || (root.dataset.may || "").split(" ").includes("export");

class ReportsPage {
  all = /** @type {Report[]} */ ([]);
  isKept = true;
  state = "loading";
  asked = askedFor();

  constructor() {
    const form = byId("rp-form", HTMLFormElement);
    form.addEventListener("input", () => this.draw());
    form.addEventListener("submit", (e) => e.preventDefault());
    byId("tool-print").addEventListener("click", () => print());
    addEventListener("hashchange", () => { this.asked = askedFor(); this.seek(); });
    askWhy(byId("rp-list"));
    startPage(() => this.draw()).then(() => this.draw());
    this.read();
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY_MS);
  }

  async read() {
    const isFirst = this.state !== "read", before = JSON.stringify(this.all);
    try {
      const { reports, is_kept } = await getJson("/api/v1/reports");
      Object.assign(this, { all: reports, isKept: is_kept, state: "read" });
    } catch {
      this.state = "failed"; // what was read before stays on the page
    }
    if (this.state !== "read" || isFirst || JSON.stringify(this.all) !== before) this.draw();
    if (this.state === "read" && isFirst) this.seek();
  }

  get shown() {
    const kind = chosenKind(), year = byId("rp-year", HTMLSelectElement).value;
    return this.all.filter((one) => (!kind || one.kind === kind) && (!year || one.last.startsWith(year)));
  }

  draw() {
    const { state } = this;
    document.title = t("title.reports", { city: root.dataset.city });
    this.fillYears();
    byId("rp").dataset.state = state;
    const { shown } = this;
    write(byId("rp-said"), this.saying(shown.length));
    const isRefused = root.dataset.may !== undefined && !mayTake();
    showText(byId("rp-right"), this.all.length && isRefused ? t("reports.no_right") : "");
    byId("rp-list").replaceChildren(...shown.length ? [tableOf(shown)] : []);
    this.mark();
  }

  /** @param {number} count */
  saying(count) {
    if (this.state !== "read") return t("reports." + this.state);
    if (this.all.length) return count ? countOf(count, this.all.length) : t("reports.none");
    return t(this.isKept ? "reports.none_yet" : "reports.not_kept");
  }

  fillYears() {
    const select = byId("rp-year", HTMLSelectElement), { value } = select;
    const years = [...new Set(this.all.map((one) => one.last.slice(0, 4)))].sort().reverse();
    select.replaceChildren(...["", ...years].map((year) => {
      const option = el("option", "", year || t("reports.all"));
      option.value = year;
      return option;
    }));
    select.value = years.includes(value) ? value : "";
  }

  /** Shows the report that the address asks for. */
  seek() {
    if (!this.asked) return;
    if (this.all.some((one) => one.id === this.asked)) {
      byId("rp-form", HTMLFormElement).reset();
      this.draw();
      const row = byId(this.asked);
      row.scrollIntoView({ block: "center" });
      row.querySelector("a")?.focus({ preventScroll: true });
    } else write(byId("rp-said"), t("reports.unknown_id", { id: this.asked.slice(0, 40) }));
  }

  mark() {
    for (const row of document.querySelectorAll("#rp-list tbody tr")) {
      row.classList.toggle("asked", row.id === this.asked);
    }
  }
}

/** @param {Report[]} rows */
function tableOf(rows) {
  const table = el("table", "rp-table"), head = el("thead"), body = el("tbody"), names = el("tr");
  table.append(el("caption", "ds-quiet", t("reports.title")), head, body);
  names.append(...HEADS.map((name) => {
    const cell = el("th", "", t("reports.head." + name));
    cell.scope = "col";
    return cell;
  }));
  head.append(names);
  body.append(...rows.map(rowOf));
  return table;
}

/** @param {Report} one */
function rowOf(one) {
  const row = el("tr"), what = el("th", "", t("reports.kind." + one.kind)), files = el("td");
  row.id = one.id;
  what.scope = "row";
  what.append(el("small", "", periodText(one)));
  const again = one.revision > 1 ? ` · ${t("reports.revision", { n: one.revision })}` : "";
  const missing = named("missing", one.missing.length ? "rp-missing" : "", missingText(one));
  files.append(filesOf(one), sumsOf(one));
  row.append(what, named("published", "", timeText(one.published_ms) + again), missing, files);
  return row;
}

/** @param {string} name @param {string} className @param {string} text */
function named(name, className, text) {
  const cell = el("td", className, text);
  cell.dataset.name = t("reports.head." + name);
  return cell;
}

/** @param {Report} one */
function missingText({ missing }) {
  const { length: n } = missing;
  return n ? `${t("reports.days", { n })}: ${missing.join(", ")}` : t("reports.whole");
}

/** @param {Report} one */
function filesOf(one) {
  const list = el("ul", "rp-files"), isGiven = mayTake();
  const title = `${t("reports.kind." + one.kind)} ${periodText(one)}`;
  list.append(...one.files.map((file) => {
    const item = el("li"), link = isGiven ? el("a") : el("span"), name = file.format.toUpperCase();
    if (link instanceof HTMLAnchorElement) {
      Object.assign(link, { href: file.url, download: "" });
      link.setAttribute("aria-label", `${title} ${name} ${sizeText(file.bytes)}`);
    }
    link.append(`${name} `, el("small", "", sizeText(file.bytes)));
    item.append(link);
    return item;
  }));
  return list;
}

/** @param {Report} one */
function sumsOf({ files }) {
  const details = el("details", "rp-sums");
  details.append(el("summary", "", t("reports.sums")));
  details.append(...files.map((file) => el("code", "", `${file.format.toUpperCase()} ${file.sha256}`)));
  return details;
}

export const page = new ReportsPage();
