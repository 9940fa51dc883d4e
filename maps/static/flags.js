// What the flags of a row say: what of it could not be read, or is not as it was listed.
import { hasWord, t } from "./words.js";

/** The sentences of a row's flags; a flag without words says nothing. @param {{flags?: string[]}} row */
export function flagText({ flags = [] }) {
  return [...new Set(flags)].map((flag) => "flag." + flag).filter(hasWord).map((key) => t(key)).join(" ");
}
