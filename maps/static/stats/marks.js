// The marks of a chart: what a layout gives and a painter draws, on the page or into a file. Pure.

/** @typedef {"accent" | "jam" | "text" | "text-2" | "text-3" | "line" | "line-strong" | "surface"
 *   | "warn"} Tone */
/** @typedef {{kind: "rect", x: number, y: number, w: number, h: number, tone: Tone, alpha?: number}
 *  | {kind: "line", x: number, y: number, x2: number, y2: number, tone: Tone, w: number, dash?: boolean}
 *  | {kind: "area" | "path", points: [number, number][], tone: Tone, alpha?: number}
 *  | {kind: "dot", x: number, y: number, r: number, tone: Tone}
 *  | {kind: "text", x: number, y: number, text: string, tone: Tone, size: number,
 *     anchor?: "start" | "middle" | "end", bold?: boolean, dir?: string}} Mark */
/** What the arrow keys go to: a place and the row that is there. @typedef {{x: number, y: number, w: number,
 *   h: number, row: number}} Point */
/** `stride` points stand side by side. @typedef {{width: number, height: number, marks: Mark[],
 *   points: Point[], stride: number}} Layout */

const WIDE = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]/;

/** About how wide a text is, px. @param {string} text @param {number} size */
export const widthOf = (text, size) =>
  [...text].reduce((sum, letter) => sum + size * (WIDE.test(letter) ? 1 : 0.58), 0);

/** A text cut to a width. @param {string} text @param {number} size @param {number} width */
export function fitted(text, size, width) {
  if (widthOf(text, size) <= width) return text;
  let letters = [...text];
  while (letters.length > 1 && widthOf(letters.join("") + "…", size) > width) letters = letters.slice(0, -1);
  return letters.join("") + "…";
}

/** An end of an axis that is round and at least this. @param {number} most */
export function roundEnd(most) {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((end) => end >= most * 0.999) ?? most;
}
