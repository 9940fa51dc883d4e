// The notes of a shift: each with who and when, its earlier versions behind it, and those that wait.
import { el, makeButton } from "../dom.js";
import { t } from "../words.js";
import { timeIn } from "./sheet.js";

/** @typedef {import("./sheet.js").ShiftBody} ShiftBody */
/** @typedef {import("./sheet.js").Note} Note */
/** @typedef {import("../map/closures/sender.js").Waiting} Waiting */

/** The notes that stand, and those that are not recorded yet. @param {ShiftBody} shift
 * @param {Waiting[]} waiting @param {((note: Note) => void) | null} correct */
export function noteRows(shift, waiting, correct) {
  const known = new Set((shift.notes || []).flatMap(({ note_id, versions }) =>
    versions.map(({ version }) => `${note_id} ${version}`)));
  const rows = (shift.notes || []).map(({ versions }) => noteRow(versions, shift, correct));
  const waits = waiting.filter(({ path, body }) => path.endsWith("/notes")
    && !known.has(`${body.note_id} ${body.version}`));
  return [...rows, ...waits.map(waitingRow)];
}

/** @param {Note[]} versions @param {ShiftBody} shift @param {((note: Note) => void) | null} correct */
function noteRow(versions, shift, correct) {
  const row = el("li", "book-note"), now = versions[versions.length - 1], { sheet } = shift;
  row.dataset.note = now.note_id;
  row.append(el("p", "", now.text));
  const under = el("p", "book-under");
  under.append(`${timeIn(now.at_ms, sheet)} · ${now.by}`);
  if (correct) under.append(" ", makeButton("book-link", t("book.note.correct"), () => correct(now)));
  row.append(under);
  if (versions.length > 1) {
    const before = el("details");
    before.append(el("summary", "", t("book.versions", { n: versions.length - 1 })));
    for (const each of versions.slice(0, -1).reverse()) {
      before.append(el("p", "", `${timeIn(each.at_ms, sheet)} · ${each.by}: ${each.text}`));
    }
    row.append(before);
  }
  return row;
}

/** @param {Waiting} act */
function waitingRow(act) {
  const row = el("li", "book-note waits");
  row.append(el("p", "", String(act.body.text)), el("p", "book-under", t("book.waits")));
  return row;
}
