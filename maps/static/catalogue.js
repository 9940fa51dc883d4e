// The words of every language by their codes. The server serves streams/words/*.json in the place of this file.

/** @type {Record<string, Record<string, string>>} */
export const CATALOGUE = {};
