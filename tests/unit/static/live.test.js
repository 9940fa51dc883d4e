// Whether the page is live, and which delta comes next.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isAhead, liveStatus } from "../../../maps/static/clock.js";
import { judge } from "../../../maps/static/map/stream.js";

const live = {
  isLoaded: true, connection: "open", age_ms: 1000, broken_ms: 0, hasFailed: false, store: "ok",
};

describe("the page is", () => {
  for (const [more, status] of [
    [{}, "live"], [{ age_ms: 10_000 }, "live"], [{ age_ms: 10_001 }, "stale"], [{ age_ms: -120_000 }, "live"],
    [{ age_ms: -120_001 }, "stale"], [{ age_ms: null }, "stale"], [{ store: "lost" }, "stale"],
    [{ connection: "none" }, "init"], [{ connection: "broken" }, "retry"],
    [{ connection: "broken", broken_ms: 30_001 }, "down"], [{ isLoaded: false }, "init"],
    [{ isLoaded: false, hasFailed: true }, "retry"], [{ isLoaded: false, broken_ms: 30_001 }, "down"],
  ]) {
    it(`${status} where ${JSON.stringify(more)}`, () => {
      assert.equal(liveStatus({ ...live, ...more }), status);
    });
  }
});

describe("a delta after 5-0", () => {
  for (const [id, prev, isJoining, step] of [
    ["6-0", "5-0", false, "next"], ["6-0", undefined, false, "next"], ["5-0", "4-0", false, "old"],
    ["4-0", "3-0", true, "old"], ["7-0", "6-0", false, "gap"], ["6-0", "4-0", false, "gap"],
    ["6-0", "4-0", true, "next"], ["7-0", "6-0", true, "gap"],
  ]) {
    it(`${id} that follows ${prev} is ${step}${isJoining ? " when joining" : ""}`, () => {
      assert.equal(judge(id, prev, "5-0", isJoining), step);
    });
  }
});

it("a clock is ahead from two minutes on", () => {
  assert.deepEqual([isAhead(120_000, 0), isAhead(120_001, 0), isAhead(0, 120_001)], [false, true, false]);
});
