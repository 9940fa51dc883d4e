// The terms of a closure in a line.
import { whenText } from "../../times.js";
import { t } from "../../words.js";

/** @typedef {{title?: Api.Text, cause: string, closure: string, lanes?: Api.Text, direction?: Api.Text,
 *   reason?: Api.Text, starts_ms: number, ends_ms?: Api.Time}} Terms */

/** @param {Terms} terms */
export const termsText = (terms) => [
  terms.title, t("incident." + terms.cause), whatText(terms), terms.direction, periodText(terms),
  terms.reason,
].filter(Boolean).join(" · ");

/** @param {Terms} terms */
export const whatText = ({ closure, lanes }) => t("closure." + closure) + (lanes ? ` (${lanes})` : "");

/** @param {Terms} terms */
export function periodText({ starts_ms, ends_ms }) {
  return `${whenText(starts_ms)} ~ ${ends_ms ? whenText(ends_ms) : t("card.open_end")}`;
}
