import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boxWithin, linesThatFit } from "../../../maps/static/map/paper/fit.js";

describe("a sheet", () => {
  /** @param {number[]} sizes @param {number} room */
  const lines = (sizes, room) => linesThatFit(sizes, (counts) => counts.reduce((a, b) => a + b, 0) <= room);

  it("has all lines where there is room", () => assert.deepEqual(lines([3, 0, 2], 9), [3, 0, 2]));

  it("takes from the longest list, of equals from the later", () => {
    assert.deepEqual(lines([9, 2, 5], 8), [3, 2, 3]);
    assert.deepEqual(lines([2, 2], 3), [2, 1]);
  });

  it("has none where nothing fits", () => assert.deepEqual(linesThatFit([2, 1], () => false), [0, 0]));

  it("holds a map of any shape", () => {
    assert.deepEqual(boxWithin({ width: 400, height: 100 }, { width: 200, height: 150 }),
      { width: 200, height: 50 });
    assert.deepEqual(boxWithin({ width: 100, height: 400 }, { width: 200, height: 150 }),
      { width: 37.5, height: 150 });
  });
});
