// A city of four links for the tests: one free, one slow, one jammed, one that is not drawn and unknown.
import { Network } from "../../../maps/static/map/network.js";

export const network = (more = {}) => new Network({
  version: "1", city: "city", simulated: false, bbox: [127, 37, 128, 38],
  ids: ["a", "b", "c", "S1>S2"], names: ["A", "", "", "first → second"], roads: ["R", "R", "", ""],
  classes: ["motorway", "city", "nobody", "city"], kinds: [], lengths: [100, 200, 300, 400],
  free: [80, 50, 50, 50], drawn: [1, 1, 1, 0], slow: [25, 25, 25, 25], jam: [15, 15, 15, 15],
  geometry: [
    [12700000, 3700000, 1000, 0], [12700000, 3700000, 0, 1000, 1000, 0],
    [12750000, 3750000, 0, 0], [12700000, 3700000],
  ],
  ...more,
});

export const snapshot = () => ({
  net: "1", id: "5-0", t: 1, clock_ms: 1, simulated: false, store: "ok", speeds: [40, 20, 5, -1],
  certainty: "cril", closures: [[1, "partial"]], closure_certainty: [], alerts: [], acks: [], feeds: [],
  buses: [["b1", "300", 127.5, 37.5, -1, 1, null]], works: [{ id: "w1" }], incidents: [], reports: [],
});
