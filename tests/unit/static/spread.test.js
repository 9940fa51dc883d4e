import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spread } from "../../../maps/static/map/spread.js";

/** @param {string} id @param {number} x @param {number} y */
const mark = (id, x, y) => ({
  kind: "work", id, sign: /** @type {Ui.Sign} */ ("full"), style: /** @type {Ui.Style} */ ("solid"),
  x, y, scale: 1, r: 8,
});
/** @param {Ui.Mark} a @param {Ui.Mark} b */
const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

describe("marks that would lie on one another", () => {
  it("leaves those that do not touch where they are", () => {
    const marks = [mark("a", 0, 0), mark("b", 40, 0)];
    assert.deepEqual(spread(marks, true), marks);
  });

  it("moves the less grave aside, with a line to its place, and covers none", () => {
    const found = spread([mark("a", 100, 100), mark("b", 101, 100), mark("c", 100, 101)], true);
    assert.deepEqual(found.map(({ id }) => id), ["a", "b", "c"]);
    assert.equal(found[2].from, undefined, "the gravest stays");
    assert.deepEqual(found[0].from, { x: 100, y: 100 });
    for (const a of found) for (const b of found) if (a !== b) assert.ok(apart(a, b) >= 0.85 * 16);
  });

  it("stacks and counts those that find no room", () => {
    const found = spread(Array.from({ length: 60 }, (_, k) => mark(String(k), 5, 5)), true);
    const seen = found.filter(({ under }) => !under);
    assert.equal(seen.length + found.filter(({ under }) => under).length, 60);
    assert.equal(seen.reduce((sum, { count }) => sum + (count || 1), 0), 60);
    assert.ok(seen.length < 60);
  });

  it("stacks at once in a view of the whole city", () => {
    const found = spread([mark("a", 0, 0), mark("b", 3, 0), mark("c", 50, 0)], false);
    assert.equal(found[0].under, found[1]);
    assert.deepEqual([found[1].count, found[2].count], [2, undefined]);
    assert.deepEqual([found[0].x, found[0].from], [3, undefined]);
  });

  it("spreads the same marks the same way wherever the view begins", () => {
    const at = [[3, 4], [6, 4], [9, 9], [60, 50], [61, 50]];
    /** @param {number} shift */
    const spreadAt = (shift) => spread(at.map(([x, y], k) => mark(String(k), x + shift, y - shift)), true);
    for (const shift of [17.5, 96, -333]) {
      spreadAt(0).forEach((first, k) => {
        const then = spreadAt(shift)[k];
        assert.ok(Math.abs(then.x - shift - first.x) < 1e-6 && Math.abs(then.y + shift - first.y) < 1e-6);
      });
    }
  });

  it("gathers those of a kind that gathers, the gravest on top, and moves no other under them", () => {
    /** @param {string} id @param {number} x @returns {Ui.Mark} */
    const clash = (id, x) => ({ ...mark(id, x, 0), kind: "clash", sign: "clash", gathers_px: 40 });
    const found = spread([mark("work", 2, 0), clash("a", 70), clash("b", 30), clash("c", 0)], true);
    const [work, a, b, c] = found;
    assert.equal(b.under, c);
    assert.equal(c.count, 2);
    assert.equal(a.under, undefined, "farther than that stands alone");
    assert.ok(work.from && !work.under, "another kind stands aside");
  });
});
