// The panel of corridors: how long each takes now against the usual, and any two places typed.
import { arrange, el, makeButton, showFault, showText, write } from "../../dom.js";
import { getJson } from "../../get.js";
import { t } from "../../words.js";
import { Chart } from "../charts/chart.js";
import { loadPlot, sheet } from "../charts/plot.js";
import { ChartTable } from "../charts/table.js";
import {
  chartOf, delayOf, delayText, faultText, nameOf, refusalIn, rowsOf, shareText, timeText, usualText,
  whereText,
} from "./saying.js";
import { sparkline } from "./sparkline.js";

const ADDRESS = "/api/v1/corridors", EVERY_MS = 30_000;
const COLUMNS = ["day.column.time", "corridors.column.span"];

export class CorridorsPanel {
  list = el("ul", "corridor-rows");
  note = el("p", "note");
  form = el("form", "corridor-form");
  fields = { from: field("from"), to: field("to") };
  fault = el("p", "trouble");
  detail = el("section", "corridor-detail");
  title = el("h2");
  chart = new Chart();
  table = new ChartTable();
  body = /** @type {Api.Corridors | null} */ (null);
  typed = /** @type {Api.Corridors | null} */ (null); // of the two places that were typed here
  chosen = ""; // the corridor whose way is drawn
  timer = 0;

  /** @param {Ui.Live} live @param {HTMLElement} place */
  constructor(live, place) {
    this.live = live;
    this.fault.id = "corridors-fault";
    this.fault.setAttribute("role", "alert");
    this.note.setAttribute("role", "status");
    this.send = makeButton("corridor-send", null, () => {});
    this.send.type = "submit";
    this.form.noValidate = true;
    this.form.append(...Object.values(this.fields).flatMap(({ label, input }) => [label, input]), this.send);
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.ask(); });
    this.detail.hidden = true;
    this.detail.append(this.title, this.chart.element, this.table.element);
    place.replaceChildren(this.note, this.list, this.detail, this.form, this.fault);
    live.state.on((change) => this.onChange(change));
  }

  open() {
    sheet("../../css/corridors.css");
    loadPlot();
    this.words();
    this.read();
    clearInterval(this.timer);
    this.timer = setInterval(() => { if (!document.hidden) this.read(); }, EVERY_MS);
  }

  close() {
    clearInterval(this.timer);
    this.timer = 0;
  }

  /** @param {Ui.Change} change */
  onChange(change) {
    if (!this.timer || !["lang", "colours", "address", "moment"].includes(change)) return;
    this.words();
    this.show();
  }

  words() {
    for (const [name, { label }] of Object.entries(this.fields)) label.textContent = t("corridors." + name);
    this.send.textContent = t("corridors.send");
  }

  async read() {
    try {
      this.body = await getJson(ADDRESS);
      if (this.typed) this.typed = await getJson(addressOf(this.typed.corridors[0].typed));
      this.show();
    } catch {
      showText(this.note, t("corridors.failed"));
    }
  }

  /** The two places that were typed. */
  async ask() {
    const { from, to } = this.fields, typed = [from.input.value.trim(), to.input.value.trim()];
    const empty = [from, to].filter((_, k) => !typed[k]);
    if (empty.length) {
      showFault(this.fault, t("corridors.both"), ...empty.map(({ input }) => input));
      empty[0].input.focus();
      return;
    }
    const answer = await fetch(addressOf(typed)).catch(() => null);
    const body = await answer?.json().catch(() => null);
    if (!answer?.ok || !body) { this.refuse(body?.error?.message); return; }
    showFault(this.fault, "", from.input, to.input);
    this.typed = body;
    this.chosen = keyOf(body.corridors[0]);
    this.show();
    this.draw(body.corridors[0]);
  }

  /** Says at its field what is wrong, and what is near. @param {string} [message] */
  refuse(message) {
    const { from, to } = this.fields, { name, text } = refusalIn(message || "", this.live.state.lang);
    const wrong = { from: [from], to: [to] }[name] || [];
    showFault(this.fault, "", from.input, to.input);
    const said = wrong.length ? `${t("corridors." + name)}: ${text}` : text || t("corridors.failed");
    showFault(this.fault, said, ...wrong.map(({ input }) => input));
    wrong[0]?.input.focus();
  }

  show() {
    const { body, typed } = this;
    if (!body) return;
    const rows = [...(typed ? typed.corridors : []), ...body.corridors];
    arrange(this.list, rows.map((row) => this.rowOf(row, body)));
    const isThen = this.live.state.at_ms !== null;
    showText(this.note, isThen ? t("corridors.now") : rows.length ? "" : t("corridors.none"));
    this.showDetail(rows.find((row) => keyOf(row) === this.chosen && !row.fault), typed || body);
  }

  /** @param {Api.Corridor} row @param {Api.Corridors} body */
  rowOf(row, body) {
    const item = el("li"), button = makeButton("row corridor", null, () => this.choose(row));
    const fault = faultText(row), text = el("span", "text"), { lang } = this.live.state;
    button.dataset.id = keyOf(row);
    button.dataset.delay = delayOf(row);
    button.disabled = fault !== "";
    button.setAttribute("aria-pressed", String(this.chosen === keyOf(row)));
    text.append(el("span", "title", nameOf(row, lang)));
    text.append(el("span", "under", fault || usualText(row)));
    button.append(text, ...fault ? [] : partsOf(row, body.known_from));
    item.append(button);
    return item;
  }

  /** @param {Api.Corridor} row */
  choose(row) {
    const key = keyOf(row), isOff = this.chosen === key;
    this.chosen = isOff ? "" : key;
    this.show();
    if (isOff) this.live.marks?.choose([], null); else this.draw(row);
  }

  /** Draws its way on the map. @param {Api.Corridor} row */
  draw({ links = [] }) {
    this.live.state.choose(null);
    this.live.marks?.choose(links, null);
    this.live.flyTo(links, null);
  }

  /** @param {Api.Corridor | undefined} row @param {Api.Corridors} body */
  showDetail(row, body) {
    this.detail.hidden = row === undefined;
    if (!row) return;
    const day = chartOf(body, row), label = t("corridors.day", { name: nameOf(row, this.live.state.lang) });
    write(this.title, label);
    this.table.show(label, COLUMNS, rowsOf(day));
    this.chart.show(day, label).catch(() => showText(this.note, t("day.failed")));
  }
}

/** @param {Api.Corridor} row */
const keyOf = ({ typed }) => typed.join("\n");

/** @param {string[]} typed */
const addressOf = ([from, to]) =>
  `${ADDRESS}?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`;

/** The time of a corridor, its delay, its day in a line; below, what it rests on and where time is lost.
 * @param {Api.Corridor} row @param {number} from */
function partsOf(row, from) {
  const figures = el("span", "corridor-figures"), more = el("span", "corridor-more");
  figures.append(el("b", "", timeText(row)), el("span", "corridor-delay", delayText(row)));
  const lines = [shareText(row, from), whereText(row)].filter(Boolean);
  more.append(...lines.map((text) => el("span", "under", text)));
  return [figures, more, sparkline((row.day_s || []).map((value) => value ?? null))];
}

/** @param {string} name */
function field(name) {
  const label = el("label"), input = el("input");
  input.id = label.htmlFor = "corridors-" + name;
  Object.assign(input, { type: "text", maxLength: 80, autocomplete: "off", spellcheck: false });
  input.required = true;
  return { label, input };
}
