// Korean particles: which form follows a word, as it is read aloud; as `streams/words/particles.py` has them.

const BRACKETED = /[([{<（［〈《【「『][^()[\]{}<>（）［］〈〉《》【】「」『』]*[)\]}>）］〉》】」』]/g;
const SOUND = /[0-9A-Za-z\uAC00-\uD7A3%]/g;
const NUMBER = /[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?$/;
const LATIN = /[A-Za-z]+$/;
const UNIT = /[0-9](?:mm|cm|m|km|km\/h|m\/s)$/; // read as metres: they end in a vowel
const RO = "\uB85C"; // the one particle that follows a final ㄹ as it follows a vowel
const FIRST_SYLLABLE = 0xAC00, LAST_SYLLABLE = 0xD7A3, FINALS = 28, RIEUL = 8;

/** How a syllable ends: in a vowel, in ㄹ or otherwise. @typedef {"none" | "rieul" | "other"} Final */

/** The word with the right form of a particle, both where its sound is unknown. @param {string} word
 * @param {string} pair */
export function withParticle(word, pair) {
  const [closed, opened] = pair.split("/"), final = finalOf(word);
  if (final === null) return word + (opened === RO ? `(${closed[0]})${opened}` : `${closed}(${opened})`);
  return word + (final === "none" || (final === "rieul" && opened === RO) ? opened : closed);
}

/** How a word ends when read aloud; null when nothing in it can be read. @param {string} word
 * @returns {Final | null} */
export function finalOf(word) {
  const read = readPart(word.normalize("NFKC"));
  if (!read) return null;
  const code = read.charCodeAt(read.length - 1);
  if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE) return ofSyllable((code - FIRST_SYLLABLE) % FINALS);
  return read.endsWith("%") || UNIT.test(read) ? "none" : ofNumberOrLatin(read);
}

/** The word without brackets and what follows its last readable character; brackets alone are read.
 * @param {string} word */
function readPart(word) {
  let bare = word;
  for (let shorter = word; (shorter = bare.replace(BRACKETED, "")) !== bare;) bare = shorter;
  const text = bare.search(SOUND) < 0 ? word : bare;
  const last = [...text.matchAll(SOUND)].at(-1);
  return last ? text.slice(0, last.index + 1) : "";
}

/** @param {string} read @returns {Final} */
function ofNumberOrLatin(read) {
  return NUMBER.test(read) ? ofDigit(read.slice(-1)) : ofLatin(LATIN.exec(read)?.[0] ?? read.slice(-1));
}

/** @param {number} final @returns {Final} */
const ofSyllable = (final) => final === 0 ? "none" : final === RIEUL ? "rieul" : "other";

/** Digits by their Korean names; a round number ends as a nought does. @param {string} digit
 * @returns {Final} */
const ofDigit = (digit) => "178".includes(digit) ? "rieul" : "2459".includes(digit) ? "none" : "other";

/** Capitals and single letters by their names, words by their sound. @param {string} word @returns {Final} */
function ofLatin(word) {
  const last = word.slice(-1).toUpperCase();
  if (word.length > 1 && word.endsWith("r")) return "none";
  if ("LR".includes(last)) return "rieul";
  return "MN".includes(last) || (word.length > 1 && word.endsWith("ng")) ? "other" : "none";
}
