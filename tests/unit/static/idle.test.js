// What a page does while nobody is there: a login warns before it ends.
import assert from "node:assert/strict";
import { it } from "node:test";

import "./words.js";
import { stepOf, warnMs } from "../../../maps/static/idle.js";

const IDLE_MS = 1_800_000;
/** @param {number} now_ms @param {number} [acted_ms] */
const step = (now_ms, acted_ms = 0) => stepOf(now_ms, { told_ms: 0, acted_ms, idle_ms: IDLE_MS });

it("a login warns a minute before it ends, and then it is over", () => {
  assert.equal(step(IDLE_MS - 60_001), "rest");
  assert.equal(step(IDLE_MS - 60_000), "warn");
  assert.equal(step(IDLE_MS - 1), "warn");
  assert.equal(step(IDLE_MS), "over");
});

it("whoever is there is told of once a minute, and at once where the end is near", () => {
  assert.equal(step(59_999, 59_000), "rest");
  assert.equal(step(60_000, 59_000), "tell");
  assert.equal(step(IDLE_MS - 60_000, IDLE_MS - 60_001), "tell");
  assert.equal(step(IDLE_MS, IDLE_MS - 1), "over");
});

it("a short login warns half of its time before, one without an end never", () => {
  assert.equal(warnMs(60_000), 30_000);
  const endless = { told_ms: 0, acted_ms: 0, idle_ms: Infinity };
  assert.equal(stepOf(1e15, endless), "rest");
  assert.equal(stepOf(1e15, { ...endless, acted_ms: 1 }), "tell");
});
