// The roads as flat arrays.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { FREE, JAM, SLOW, UNKNOWN } from "../../../maps/static/levels.js";
import { widthAt } from "../../../maps/static/map/links-layer.js";
import { fromSegment } from "../../../maps/static/map/nearest.js";
import { worldX, worldY } from "../../../maps/static/map/network.js";
import { network } from "./city.js";

/** @param {number} a @param {number} b */
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

describe("a network", () => {
  const city = network();

  it("gives a speed on a threshold the better level", () => {
    const levels = [-1, 0, 14, 15, 24, 25].map((speed) => city.levelOf(0, speed));
    assert.deepEqual(levels, [UNKNOWN, JAM, JAM, SLOW, SLOW, FREE]);
  });

  it("ranks roads among those there are, one of no known class as the last", () => {
    assert.deepEqual([...city.rank], [0, 1, 1, 1]);
    assert.deepEqual([...network({ classes: ["x", "x", "x", "x"] }).rank], [0, 0, 0, 0]);
  });

  it("finds the middle of a line by its length, with its direction there", () => {
    const middle = city.middle(0);
    near(middle.x, worldX(127.005));
    near(middle.y, worldY(37));
    near(middle.n[1], 1); // right of east is south, which grows downwards
    assert.deepEqual(Object.keys(city.middle(3)), ["x", "y", "dx", "dy", "n"]); // a single point has one too
  });

  it("bounds links by their corners, south-west first", () => {
    const [[south, west], [north, east]] = city.bounds([0, 1]);
    [south, west, north, east].forEach((value, k) => near(value, [37, 127, 37.01, 127.01][k]));
    assert.equal(city.bounds([]), null);
  });

  it("reads names of stops off the sections that begin or end there", () => {
    const names = ["S1", "S2", "S9"].map((id) => city.stopName(id));
    assert.deepEqual(names, ["first", "second", "S9"]);
  });

  it("takes links by id or index and leaves out those it does not know", () => {
    assert.deepEqual(city.indexes(["b", 3, "nowhere"]), [1, 3]);
  });
});

it("a road is as wide as the steps of the zoom say, and between them in proportion", () => {
  const widths = [5, 10, 10.5, 19, 22].map((zoom) => widthAt(zoom).toFixed(2));
  assert.deepEqual(widths, ["1.30", "1.30", "1.50", "9.00", "9.00"]);
});

it("a point is as far from a piece of road as from its nearest place", () => {
  assert.equal(fromSegment(5, 3, 0, 0, 10, 0), 3);
  assert.equal(fromSegment(-4, 3, 0, 0, 10, 0), 5);
  assert.equal(fromSegment(3, 4, 0, 0, 0, 0), 5);
});
