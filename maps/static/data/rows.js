// The rows of a dataset, some at a time, and those that hold some words.
import { byId, showText, write } from "../dom.js";
import { tell } from "../session.js";
import { t } from "../words.js";
import { figure, shortMeaning, tableOf, textOf, whyEmpty } from "./shared.js";

const LIMIT = 20, WAIT_MS = 200;

export class RowsView {
  offset = 0;
  body = /** @type {{columns: string[], rows: unknown[][], total: number} | null} */ (null);
  one = /** @type {import("./one.js").Detail | null} */ (null);
  timer = 0;
  asked = 0;
  hasFailed = false;

  /** @param {string} path of the dataset in the API */
  constructor(path) {
    this.path = path;
    const form = byId("ds-rows-form");
    form.addEventListener("submit", (e) => { e.preventDefault(); this.find(); });
    form.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), WAIT_MS);
    });
    byId("ds-before").addEventListener("click", () => this.turn(-LIMIT));
    byId("ds-after").addEventListener("click", () => this.turn(LIMIT));
  }

  find() {
    this.offset = 0;
    return this.read();
  }

  /** @param {number} by */
  turn(by) {
    this.offset = Math.max(0, this.offset + by);
    return this.read();
  }

  async read() {
    const number = ++this.asked, q = byId("ds-q", HTMLInputElement).value.trim();
    const query = new URLSearchParams({ offset: String(this.offset), limit: String(LIMIT) });
    if (q) query.set("q", q);
    const body = await tell("GET", `${this.path}/rows?${query}`).catch(() => null);
    if (number !== this.asked) return; // a newer question is under way
    this.hasFailed = body === null;
    this.body = body || this.body;
    if (this.one) this.draw(this.one);
  }

  /** @param {import("./one.js").Detail} one */
  draw(one) {
    this.one = one;
    const { body } = this, isOn = one.has_data && one.grade !== "personal";
    showText(byId("ds-rows-said"), this.saying(one));
    byId("ds-rows-form").hidden = !isOn;
    byId("ds-rows").hidden = byId("ds-pager").hidden = !isOn || !body?.total;
    if (!body || !isOn) return;
    const isNumber = one.columns.map(({ type }) => type === "whole" || type === "number");
    const heads = one.columns.map((column) =>
      [headOf(column), shortMeaning(column.name, one.columns)].filter(Boolean).join("\n"));
    const rows = body.rows.map((row) => row.map(textOf));
    const shown = body.columns.map((name) => one.columns.findIndex((column) => column.name === name));
    byId("ds-rows").replaceChildren(tableOf(shown.map((k, at) => heads[k] || body.columns[at]), rows,
      shown.map((k) => isNumber[k] || false), t("data.rows")));
    const until = Math.min(body.total, this.offset + LIMIT);
    write(byId("ds-place"), t("data.place", {
      from: figure(this.offset + 1), until: figure(until), total: figure(body.total),
    }));
    byId("ds-before", HTMLButtonElement).disabled = this.offset === 0;
    byId("ds-after", HTMLButtonElement).disabled = until >= body.total;
  }

  /** @param {import("./one.js").Detail} one */
  saying(one) {
    const { grade, has_data, rows, kept } = one;
    if (grade === "personal") return t("data.personal");
    if (!has_data) return t(whyEmpty(one));
    if (this.hasFailed) return t("data.failed");
    if (this.body && !this.body.total) return t("data.rows.nothing");
    return kept < rows ? t("data.rows.kept", { rows: figure(rows), kept: figure(kept) }) : "";
  }
}

/** The name of a column with its unit, unless the name says that. 
 * @param {import("./one.js").Column} column */
const headOf = ({ name, unit }) => !unit || name.includes(`(${unit})`) ? name : `${name} (${unit})`;
