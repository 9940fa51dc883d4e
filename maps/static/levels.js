// The levels of traffic; a level is an index into LEVELS.

/** @type {Api.Level[]} */
export const LEVELS = ["free", "slow", "jam", "unknown"];
export const FREE = 0, SLOW = 1, JAM = 2, UNKNOWN = 3;
