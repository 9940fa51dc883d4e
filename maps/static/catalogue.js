// The words of every language by their codes: the server puts streams/words/*.json in the place of this file.

/** @type {Record<string, Record<string, string>>} */
export const CATALOGUE = {};
