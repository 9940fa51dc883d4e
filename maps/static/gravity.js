// What is graver than what: each list has the gravest first, as the server ranks them.

/** What nobody knows is graver than what leaves the lanes open. @type {Api.Closure[]} */
export const CLOSURES = ["full", "partial", "unknown", "shoulder", "bus_stop", "bicycle", "sidewalk", "none"];
/** @type {Api.Severity[]} */
export const SEVERITIES = ["critical", "warning", "notice"];
/** What is happening now before what will; @type {Api.Phase[][]} */
export const PHASES = [["overdue", "active"], ["paused"], ["planned"], ["finished", "cancelled"]];

/** @param {Api.Work} a @param {Api.Work} b */
export const byPhase = (a, b) => rankOfPhase(a.phase) - rankOfPhase(b.phase);
/** @param {Api.Work} a @param {Api.Work} b */
export const byClosure = (a, b) => CLOSURES.indexOf(a.closure) - CLOSURES.indexOf(b.closure);
/** @param {Api.Phase} phase */
const rankOfPhase = (phase) => PHASES.findIndex((phases) => phases.includes(phase));
