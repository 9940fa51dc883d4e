// Ways round: what a bus was seen on, and the leaps between.
import assert from "node:assert/strict";
import { it } from "node:test";

import { leapsOf } from "../../../maps/static/map/detour-lines.js";

it("a stretch of more than 350 m between two places is a leap", () => {
  const path = [[127.72, 37.88], [127.723, 37.88], [127.727, 37.88], [127.727, 37.884]];
  assert.deepEqual(leapsOf(/** @type {any} */ ({ path })), [false, true, true]);
  assert.deepEqual(leapsOf(/** @type {any} */ ({ path: [] })), []);
});
