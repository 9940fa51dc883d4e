// What a discrepancy's evidence spans, in what order they are listed, and how soon a closure is seen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { promiseClass } from "../../../maps/static/map/driven.js";
import { spanOf } from "../../../maps/static/map/evidence.js";
import { discrepancy } from "../../../maps/static/map/kinds/discrepancy.js";
import { Picture } from "../../../maps/static/map/picture.js";
import { network, snapshot } from "./city.js";

const MINUTE = 60_000, NOW = 600 * MINUTE;
const row = (more = {}) => ({
  id: "d1", kind: "undeclared", links: [1], since_ms: 500 * MINUTE, told_ms: 510 * MINUTE,
  certainty: "inferred", buses: [[505 * MINUTE, "astray", "300"]], ...more,
});

describe("a timeline", () => {
  it("goes from before the first bus to now", () => {
    assert.deepEqual(spanOf(row(), NOW), [500 * MINUTE, NOW]);
    assert.deepEqual(spanOf(row({ until_ms: 550 * MINUTE }), NOW), [500 * MINUTE, 550 * MINUTE]);
  });

  it("cuts a permit that began long before, and shows one that ends later whole", () => {
    const long = row({ declared_ms: 100 * MINUTE, declared_until_ms: 700 * MINUTE });
    assert.deepEqual(spanOf(long, NOW), [480 * MINUTE, 700 * MINUTE]);
  });

  it("is ten minutes long at least", () => {
    const short = row({ since_ms: NOW, told_ms: NOW, buses: [] });
    assert.deepEqual(spanOf(short, NOW), [NOW - 10 * MINUTE, NOW]);
  });
});

describe("the list of discrepancies", () => {
  const picture = new Picture(network());
  const rows = [
    row({ id: "over", told_ms: 9, until_ms: 8 }), row({ id: "old", told_ms: 1 }), row({ id: "new" }),
    row({ id: "other", kind: "overrun" }),
  ];
  picture.load({ ...snapshot(), discrepancies: rows });
  const listed = (kind) =>
    discrepancy.lists(picture, { discrepancy: kind }).discrepancies.map(([each]) => each.id);

  it("has what goes on before what is over, the newest first", () => {
    assert.deepEqual(listed(""), ["new", "other", "old", "over"]);
  });

  it("has one kind where one is asked for", () => assert.deepEqual(listed("overrun"), ["other"]));
});

describe("a promise", () => {
  for (const [minutes, place] of [[1, 0], [5, 0], [6, 1], [10, 1], [20, 2], [40, 3], [41, 4], [0, 4]]) {
    it(`of ${minutes} minutes has a class`, () => assert.equal(promiseClass(minutes), place));
  }
});
