// One dataset: what it is, how fresh, its chart, its rows, its columns, what was refused, its files.
import { byId, el, showText, termRow, write } from "../dom.js";
import { askWhy } from "../taken.js";
import { timeText } from "../times.js";
import { t, wordOr } from "../words.js";
import { tell } from "../session.js";
import { barsOf } from "./bars.js";
import { lineOf } from "./line.js";
import { startPage } from "./page.js";
import { RowsView } from "./rows.js";
import {
  chipsOf, dateText, fieldName, figure, figureRow, shortMeaning, tableOf, titleOf, whyEmpty,
} from "./shared.js";

/** @typedef {{name: string, type: string, unit: string, meaning: string, sum: number | null,
 *   unknown: number}} Column */
/** @typedef {{row: number, column: string, value: string, why: string}} RefusedRow */
/** @typedef {import("./shared.js").Dataset & {columns: Column[], key: string[], refused_rows: RefusedRow[],
 *   left_out: Record<string, number>, dropped: string[], box: number[] | null, source: string,
 *   publisher: string, note: string, examples: string[], code: string, detail: string,
 *   fault: string, addresses: Addresses | null, areas: Areas | null,
 *   shapes: Record<string, number>}} Detail */
/** @typedef {{compared: number, offset_m: number | null, far: number, far_m: number}} Addresses */
/** @typedef {{boundaries: string, drawn: number, without: string[], time: string}} Areas */
/** @typedef {{is_line: boolean, by: string, value: string, unit: string, is_sum: boolean, labels: string[],
 *   values: (number | null)[], others: number}} Figure */

const FORMS = ["csv", "xlsx", "geojson", "parquet"], EVERY_MS = 60_000;
const id = decodeURIComponent(location.pathname.split("/")[2] || "");
const path = `datasets/${encodeURIComponent(id)}`, address = `/api/v1/${path}`;
const root = document.documentElement;

class DatasetPage {
  one = /** @type {Detail | null} */ (null);
  chart = /** @type {Figure | null} */ (null);
  drawn = ""; // the content whose rows and chart stand on the page
  state = "loading";

  /** The link to each file. @type {Record<string, HTMLAnchorElement>} */
  files = Object.fromEntries(FORMS.map((form) =>
    [form, linkTo(`${address}/file.${form}`, form.toUpperCase())]));

  constructor() {
    this.rows = new RowsView(path);
    const links = Object.values(this.files);
    for (const link of links) link.download = "";
    byId("ds-files").append(...links);
    askWhy(byId("ds-files"));
    this.session = startPage(() => this.draw());
    this.read();
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY_MS);
  }

  async read() {
    await this.session;
    try {
      this.one = await tell("GET", path);
      this.state = "read";
    } catch (error) {
      const status = Number(Reflect.get(Object(error), "status"));
      if (!this.one) this.state = { 403: "right", 404: "missing" }[status] || "failed";
    }
    await this.readRows();
    this.draw();
  }

  /** Rows and chart are read again where the content is another. */
  async readRows() {
    const { one } = this;
    if (!one?.has_data || one.grade === "personal" || this.drawn === one.version) return;
    this.drawn = one.version;
    const [answer] = await Promise.all([tell("GET", `${path}/figure`).catch(() => null), this.rows.read()]);
    this.chart = answer?.figure || null;
  }

  draw() {
    const { one, state } = this, { city } = root.dataset;
    byId("ds").dataset.state = state;
    showText(byId("ds-said"), state === "read" ? "" : t("data." + state));
    byId("ds-body").hidden = !one;
    write(byId("ds-title"), one ? titleOf(one) : id);
    document.title = one ? t("title.dataset", { title: titleOf(one), city }) : t("title.data", { city });
    if (!one) return;
    byId("ds-chips").replaceChildren(...chipsOf(one));
    showText(byId("ds-note"), one.note);
    const map = byId("ds-map", HTMLAnchorElement);
    map.hidden = !hasRows(one) || one.draw === "none" || !one.on_map;
    map.href = `/#data=${encodeURIComponent(id)}`;
    this.drawFigures(one);
    this.drawFacts(one);
    this.drawFiles(one);
    this.drawColumns(one);
    this.drawRefused(one);
    this.rows.draw(one);
    this.drawChart();
  }

  /** @param {Detail} one */
  drawFigures(one) {
    const rows = one.has_data ? [figureRow("rows", one.rows), figureRow("on_map", one.on_map),
      figureRow("refused", one.refused, true)] : [];
    byId("ds-figures").replaceChildren(...rows);
  }

  /** @param {Detail} one */
  drawFacts(one) {
    const { owner, publisher, licence, source, key, dropped, examples } = one;
    /** @type {Record<string, string>} */
    const facts = {
      field: fieldName(one.field), owner, publisher, licence, period: t("data.period." + one.period),
      changed: timeOf(one.changed_ms), due: timeOf(one.due_ms), at: timeOf(one.at_ms),
      source: sourceText(source),
      key: key.join(", "), addresses: addressesText(one.addresses), areas: areasText(one.areas),
      shapes: shapesText(one.shapes),
      dropped: dropped.join(", "), examples: examples.join(" / "), id: one.id,
    };
    const why = [one.code, one.detail].filter(Boolean).join(": ");
    const rows = Object.entries(facts).filter(([, text]) => text).map(([name, text]) =>
      termRow(t("data.fact." + name), text));
    if (why) rows.unshift(termRow(t("data.status." + one.status), why));
    if (one.fault) rows.unshift(termRow(t("data.fact.fault"), one.fault));
    byId("ds-facts").replaceChildren(...rows);
  }

  /** @param {Detail} one */
  drawFiles(one) {
    const why = whyNoFiles(one);
    showText(byId("ds-files-said"), why && t(why));
    for (const [form, link] of Object.entries(this.files)) {
      link.hidden = why !== "" || form === "geojson" && !one.on_map;
    }
    const rest = hasRows(one) ? ["/rows?limit=100", ...one.on_map ? ["/features"] : []] : [];
    byId("ds-addresses").replaceChildren(...["", ...rest].map((end) => linkTo(address + end, address + end)));
  }

  /** @param {Detail} one */
  drawColumns({ columns, has_data }) {
    const heads = ["name", "type", "meaning", ...has_data ? ["sum", "unknown"] : []];
    const rows = columns.map(({ name, type, unit, meaning, sum, unknown }) => [
      name, t("data.type." + type) + (unit ? ` (${unit})` : ""), meaning, ...has_data ? [sum, unknown] : [],
    ]);
    byId("ds-columns").replaceChildren(tableOf(heads.map((head) => t("data.column." + head)), rows,
      [false, false, false, true, true], t("data.columns")));
  }

  /** @param {Detail} one */
  drawRefused({ refused, refused_rows }) {
    byId("ds-refused-part").hidden = !refused;
    write(byId("ds-refused-title"), t("data.refused", { n: figure(refused) }));
    const heads = ["data.refused.row", "data.column.name", "data.refused.value", "data.refused.why"];
    const rows = refused_rows.map(({ row, column, value, why }) => [
      row ? figure(row) : t("data.refused.whole"), column, value, why,
    ]);
    const caption = t("data.refused.about"), words = heads.map((key) => t(key));
    byId("ds-refused").replaceChildren(tableOf(words, rows, [true, false, false, false], caption));
  }

  /** A column as people call it. @param {string} name */
  nameOf(name) { return shortMeaning(name, this.one?.columns || []) || name; }

  async drawChart() {
    const { chart } = this, part = byId("ds-figure-part");
    part.hidden = !chart;
    if (!chart) return;
    const kind = !chart.value ? "count" : chart.is_sum ? "sum" : "mean";
    const by = this.nameOf(chart.by), value = this.nameOf(chart.value);
    const title = t("data.figure." + kind, { by, value }), n = figure(chart.others);
    write(byId("ds-figure-title"), title);
    const said = chart.others ? [el("p", "ds-about", t("data.bars.others", { n }))] : [];
    try {
      const drawn = chart.is_line ? await lineOf({ ...chart, by, value }, title) : barsOf(chart);
      byId("ds-figure").replaceChildren(drawn, ...said);
    } catch {
      byId("ds-figure").replaceChildren(el("p", "ds-about", t("data.failed")));
    }
  }
}

/** How its positions lie to their addresses. @param {Addresses | null} addresses */
function addressesText(addresses) {
  if (!addresses) return "";
  const { compared, offset_m, far, far_m } = addresses;
  const words = { n: figure(compared), m: figure(Math.round(offset_m ?? 0)), far: figure(far),
    far_m: figure(far_m) };
  return t(offset_m === null ? "data.addresses.few" : "data.addresses.judged", words);
}

/** Which districts are on the map, and which have no boundary. @param {Areas | null} areas */
function areasText(areas) {
  if (!areas) return "";
  if (!areas.boundaries) return t("data.areas.none");
  const { drawn, time, without } = areas, n = figure(drawn);
  const said = [t(time ? "data.areas.at" : "data.areas.drawn", { n, time: dateText(time) })];
  if (without.length) said.push(t("data.areas.without", { names: without.join(", ") }));
  return said.join(" · ");
}

/** What was put right in shapes, and which are none. @param {Record<string, number>} shapes */
const shapesText = (shapes) => Object.entries(shapes).map(([why, count]) =>
  t("data.shape." + why, { n: figure(count) })).join(" · ");

/** Whether its rows may be shown at all. @param {Detail} one */
const hasRows = ({ has_data, grade }) => has_data && grade !== "personal";

/** Why there is no file to take, as the key of a word; "" where there is. @param {Detail} one */
function whyNoFiles(one) {
  const { grade, has_data } = one;
  if (grade === "personal") return "data.files.none";
  if (!has_data) return whyEmpty(one);
  return (root.dataset.may || "").split(" ").includes("export") ? "" : "data.files.right";
}

/** "폴더", "공개 API apis.data.go.kr". @param {string} source */
function sourceText(source) {
  const [kind, ...rest] = source.split(" ");
  return [wordOr("data.source." + kind, kind), ...rest].join(" ");
}

/** @param {number | null} ms */
const timeOf = (ms) => ms === null ? "" : timeText(ms);

/** @param {string} url @param {string} text */
function linkTo(url, text) {
  const link = el("a", "", text);
  link.href = url;
  return link;
}

export const dataset = new DatasetPage();
