// What the page of the reports says of a report: its days, how large a file is, how many there are.
import { t } from "../words.js";

const UNITS = ["B", "kB", "MB", "GB"], STEP = 1000;

/** "2026-11-01 ~ 2026-11-30", of one day that day. @param {{first: string, last: string}} one */
export const periodText = ({ first, last }) => first === last ? first : `${first} ~ ${last}`;

/** "240 kB", "1.3 MB": to three figures at most. @param {number} bytes */
export function sizeText(bytes) {
  let size = bytes, at = 0;
  while (Math.round(size) >= STEP && at < UNITS.length - 1) { size /= STEP; at += 1; }
  return `${at > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[at]}`;
}

/** @param {number} shown @param {number} all */
export const countOf = (shown, all) =>
  shown === all ? t("reports.count", { n: all }) : t("reports.count_of", { n: shown, all });
