// What deltas do to a picture.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { FREE, JAM, SLOW, UNKNOWN } from "../../../maps/static/levels.js";
import { usualText } from "../../../maps/static/map/kinds/link.js";
import { isBefore } from "../../../maps/static/map/order.js";
import { Picture, eachOf } from "../../../maps/static/map/picture.js";
import { network, snapshot } from "./city.js";
import "./words.js";

let picture;
beforeEach(() => {
  picture = new Picture(network());
  picture.load(snapshot());
});

describe("a snapshot", () => {
  it("counts the links and metres of each level that are drawn", () => {
    assert.deepEqual([...picture.levels], [FREE, SLOW, JAM, UNKNOWN]);
    assert.deepEqual(picture.counts, [1, 1, 1, 0]); // the fourth is not drawn
    assert.deepEqual(picture.metres, [100, 200, 300, 0]);
  });

  it("replaces what the picture held before", () => {
    picture.load({ ...snapshot(), works: [], closures: [], buses: [["b2", "200", 1, 2, 0, 0, null]] });
    assert.equal(picture.rows.work.size, 0);
    assert.equal(picture.closures.size, 0);
    assert.deepEqual([...picture.rows.bus.keys()], ["b2"]);
  });
});

describe("a delta", () => {
  it("names links by the gap from the one before", () => {
    const touched = picture.apply({ t: 1, l: [0, 5, 2, 40] });
    assert.deepEqual([...picture.speeds], [5, 20, 40, -1]);
    assert.deepEqual(touched.links, [0, 2]);
    assert.deepEqual(picture.counts, [1, 1, 1, 0]);
    assert.deepEqual(picture.metres, [300, 200, 100, 0]);
  });

  it("reports a link whose speed changed within its level as named only", () => {
    const touched = picture.apply({ t: 1, l: [1, 21], q: [3, "c"] });
    assert.deepEqual(touched.links, []);
    assert.deepEqual(touched.named, [1, 3]);
    assert.equal(picture.certainty[3], "c");
  });

  it("takes in what buses say of links, and promises", () => {
    picture.load({ ...snapshot(), observed: "pciu", promises: [0, 5, 2, 12] });
    assert.deepEqual([...picture.blocked], [[1, "c"], [2, "i"]]);
    assert.deepEqual([[...picture.passable], [...picture.promises]], [[0], [[0, 5], [2, 12]]]);
    const touched = picture.apply({ t: 1, v: [0, "u", 1, "p"], m: [0, 0, 3, 40] });
    assert.deepEqual([[...picture.blocked], [...picture.passable]], [[[2, "i"]], [1]]);
    assert.deepEqual([...picture.promises], [[2, 12], [3, 40]]);
    assert.deepEqual([touched.named, touched.closures, touched.promises], [[0, 1, 0, 3], true, true]);
  });

  it("has what is usual beside the speed", () => {
    picture.load({ ...snapshot(), usual: [42, -1, 11, 30] });
    const touched = picture.apply({ t: 1, h: [1, 45] });
    assert.deepEqual([...picture.usual], [42, 45, 11, 30]);
    assert.deepEqual([touched.links, touched.named], [[], [1]]);
    assert.deepEqual([0, 1, 2, 3].map((i) => usualText(picture, i)), [
      "42 km/h · 평소와 비슷함", "45 km/h · 평소보다 2.3배 느림", "11 km/h · 평소보다 2.2배 느림", "30 km/h",
    ]);
    picture.load(snapshot());
    assert.equal(usualText(picture, 0), "");
  });

  it("takes in between what a speed lies, and that it is one of before", () => {
    const touched = picture.apply({ t: 1, q: [1, "s"], r: [1, [18, 24, 2, 0], 2, [-1, -1, 0, 0]] });
    assert.deepEqual(touched.named, [1, 1, 3]);
    assert.deepEqual([picture.certainty[1], picture.ranges.get(1)], ["s", [18, 24, 2, 0]]);
    assert.deepEqual(picture.ranges.get(3), [-1, -1, 0, 0]);
  });

  it("leaves out a link that the network does not have", () => {
    assert.deepEqual(picture.apply({ t: 1, l: [9, 5] }).links, []);
    assert.equal(picture.speeds.length, 4);
  });

  it("takes a closure and how sure it is in, and out again", () => {
    assert.equal(picture.apply({ t: 1, c: [[0, "full"]], e: [[0, "reported"]] }).closures, true);
    assert.equal(picture.closures.get(0), "full");
    assert.equal(picture.sure.get(0), "reported");
    picture.apply({ t: 1, c: [[0, "none"]], e: [[0, ""]] });
    assert.equal(picture.closures.has(0) || picture.sure.has(0), false);
  });

  it("sets and removes things by the letter of their kind", () => {
    const bus = ["b1", "300", 1, 2, 0, 9, null];
    const touched = picture.apply({ t: 1, w: [{ id: "w2" }], wx: ["w1"], b: [bus] });
    assert.deepEqual([...picture.rows.work.keys()], ["w2"]);
    assert.equal(picture.rows.bus.get("b1")[5], 9);
    assert.deepEqual([...touched.kinds].sort(), ["bus", "work"]);
  });

  it("touches the alerts where somebody acknowledged one", () => {
    const touched = picture.apply({ t: 1, y: [{ id: "ep1", by: "a" }] });
    assert.deepEqual([...touched.kinds], ["alert"]);
    assert.equal(picture.rows.ack.get("ep1").by, "a");
  });

  it("touches nothing where it holds nothing", () => {
    const { links, named, closures, kinds } = picture.apply({ t: 1, k: 77 });
    assert.deepEqual([links, named, closures, kinds.size], [[], [], false, 0]);
    assert.equal(picture.clock_ms, 77);
  });
});

it("gaps become indexes", () => {
  const found = [];
  eachOf([2, 10, 1, 20, 0, 30], (i, value) => found.push([i, value]));
  eachOf(undefined, () => found.push([]));
  assert.deepEqual(found, [[2, 10], [3, 20], [3, 30]]);
});

it("ids order by time, then by their number within it", () => {
  for (const [a, b] of [["5-1", "6-0"], ["5-1", "5-2"], ["5-9", "5-10"], ["5", "5-1"]]) {
    assert.equal(isBefore(a, b), true);
    assert.equal(isBefore(b, a), false);
  }
  assert.equal(isBefore("5-1", "5-1"), false);
});
