// A shift on one page of A4: what does not fit is counted, never cut off.
import { el } from "../dom.js";
import { timeText } from "../times.js";
import { t } from "../words.js";
import { doneOf, figuresOf, markWord, sectionsOf, spanOf, textOf, timeIn } from "./sheet.js";

/** @typedef {import("./sheet.js").ShiftBody} ShiftBody */
/** @typedef {import("./sheet.js").Sheet} Sheet */

const LEAST = 1; // lines of a part that stay
/** What gives way first when the page is full; notes are people's own words and go last. */
const GIVES = ["ended", "outages", "closures", "ahead", "standing", "notes"];

/** Draws a shift on the paper. @param {HTMLElement} paper @param {ShiftBody} shift @param {string} city
 * @param {string} account who prints it */
export function drawPaper(paper, shift, city, account) {
  const { sheet } = shift;
  const parts = sectionsOf(sheet).map(({ part, total, lines }) => partOf(part, t("book.part." + part), total,
    lines.map((line) => lineOf(line, sheet, part))));
  const said = sheet.notes.map((note) => noteOf(note, sheet));
  const notes = partOf("notes", t("book.notes"), said.length, said);
  paper.replaceChildren(titleOf(shift, city), figures(sheet), ...parts, notes, signatures(shift),
    footOf(shift, account));
  fit(paper);
}

/** @param {ShiftBody} shift @param {string} city */
function titleOf(shift, city) {
  const head = el("header"), { sheet } = shift;
  head.append(el("h1", "", `${city} ${t("book.title")}`));
  head.append(el("p", "", t("book.span", { begin: timeText(sheet.from_ms), end: timeText(sheet.until_ms) })));
  if (shift.state === "open") head.append(el("p", "paper-warn", t("book.unsigned")));
  if (sheet.is_simulated) head.append(el("p", "paper-warn", t("simulated")));
  return head;
}

/** @param {Sheet} sheet */
function figures(sheet) {
  const list = el("dl");
  for (const [name, value] of figuresOf(sheet)) {
    const pair = el("div");
    pair.append(el("dt", "", name), el("dd", "", value));
    list.append(pair);
  }
  return list;
}

/** @param {string} part @param {string} title @param {number} total @param {HTMLElement[]} lines */
function partOf(part, title, total, lines) {
  const section = el("section"), list = el("ul");
  section.dataset.part = part;
  section.dataset.total = String(total);
  section.append(el("h2", "", `${title} ${t("book.n", { n: total })}`));
  list.append(...lines);
  section.append(list);
  sayRest(section);
  return section;
}

/** Says how many there are besides the lines that are shown. @param {HTMLElement} section */
function sayRest(section) {
  const shown = section.querySelectorAll("li:not(.paper-rest)").length;
  const rest = Number(section.dataset.total) - shown;
  section.querySelector(".paper-rest")?.remove();
  if (rest > 0) section.querySelector("ul")?.append(el("li", "paper-rest", t("book.rest", { n: rest })));
  else if (!shown) section.querySelector("ul")?.append(el("li", "paper-rest", t("book.none")));
}

/** @param {import("./sheet.js").Line} line @param {Sheet} sheet @param {string} part */
function lineOf(line, sheet, part) {
  const row = el("li"), said = el("div", "paper-text"), word = markWord(line.mark);
  said.append(el("span", "", [word && `[${word}]`, textOf(line)].filter(Boolean).join(" ")));
  const done = doneOf(line, sheet).join(" · ");
  if (done) said.append(" ", el("small", "", done));
  row.append(el("time", "", spanOf(line, sheet, part)), said);
  return row;
}

/** @param {import("./sheet.js").Note} note @param {Sheet} sheet */
function noteOf(note, sheet) {
  const row = el("li"), said = el("div", "paper-text");
  const by = note.version > 1 ? t("book.corrected", { by: note.by, n: note.version - 1 }) : note.by;
  said.append(el("span", "", note.text), " ", el("small", "", by));
  row.append(el("time", "", timeIn(note.at_ms, sheet)), said);
  return row;
}

/** @param {ShiftBody} shift */
function signatures(shift) {
  const box = el("div", "paper-signs");
  const both = /** @type {const} */ ([["hand_over", shift.handed], ["take_over", shift.taken]]);
  for (const [word, signed] of both) {
    const cell = el("div");
    cell.append(el("b", "", t("book." + word)));
    cell.append(el("span", "", signed ? signed.by : ""));
    cell.append(el("small", "", signed ? timeText(signed.at_ms) : t("book.sign.empty")));
    if (signed?.is_typed) cell.append(el("small", "paper-warn", t("book.typed")));
    box.append(cell);
  }
  return box;
}

/** @param {ShiftBody} shift @param {string} account */
function footOf(shift, account) {
  const said = [t("book.printed", { time: timeText(shift.now_ms), by: account || t("book.nobody") })];
  if (shift.state !== "open") said.push(t("book.digest", { digest: shift.digest }));
  if (shift.is_renamed) said.push(t("book.renamed"));
  return el("footer", "", said.join(" · "));
}

/** Takes lines away until the paper holds all. @param {HTMLElement} paper */
function fit(paper) {
  const isFull = () => paper.scrollHeight > paper.clientHeight + 1; // of a pixel there may be parts
  for (const part of GIVES) {
    const section = /** @type {HTMLElement} */ (paper.querySelector(`[data-part="${part}"]`));
    while (isFull()) {
      const lines = section.querySelectorAll("li:not(.paper-rest)");
      if (lines.length <= LEAST) break;
      lines[lines.length - 1].remove();
      sayRest(section);
    }
  }
  paper.dataset.full = isFull() ? "1" : "";
}
