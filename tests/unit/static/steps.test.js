import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyOf, stepOf } from "../../../maps/static/map/steps/rules.js";

const CITY = /** @type {import("../../../maps/static/map/steps/rules.js").Seen} */ ({
  chosen: null, place: null, at_ms: null, isThen: false, sheet: "", dialogs: [],
});
const WORK = { ...CITY, chosen: { kind: "work", id: "1" } };
const THEN = { ...CITY, at_ms: 1000 };
/** @param {typeof CITY} before @param {typeof CITY} now @param {typeof CITY | null} below */
const step = (before, now, below = null, isSameMove = false) =>
  stepOf(before, now, below ? keyOf(below) : "", isSameMove);

describe("a step of the screen", () => {
  it("is what opens a card, another one, a sheet, a dialog, a place or another time", () => {
    const place = { links: [1], lon: null, lat: null };
    for (const more of [{ ...WORK }, THEN, { sheet: "right" }, { dialogs: ["help"] }, { place }]) {
      assert.equal(step(CITY, { ...CITY, ...more }), "push");
    }
    assert.equal(step(WORK, { ...CITY, chosen: { kind: "work", id: "2" } }), "push");
  });

  it("is none where only the address is another", () => {
    assert.equal(step(WORK, { ...WORK, chosen: { ...WORK.chosen } }), "stay");
    assert.equal(step(CITY, { ...CITY, isThen: true }), "stay", "now is now, as known then or not");
  });

  it("ends as the one below where that shows what is left", () => {
    assert.equal(step(WORK, CITY, CITY), "back");
    assert.equal(step(WORK, CITY, THEN), "put");
    assert.equal(step(WORK, CITY), "put", "nothing of this page lies below");
    assert.equal(step({ ...WORK, dialogs: ["a", "b"] }, { ...WORK, dialogs: ["a"] }, WORK), "put");
    assert.equal(step({ ...WORK, dialogs: ["a"] }, WORK, WORK), "back");
    assert.equal(step({ ...CITY, sheet: "right" }, WORK, CITY), "push", "closes a sheet and opens a card");
  });

  it("holds one drag or play of time, and no second one", () => {
    assert.equal(step(CITY, THEN, null, true), "push", "it begins");
    assert.equal(step(THEN, { ...CITY, at_ms: 2000 }, CITY, true), "put");
    assert.equal(step(THEN, { ...CITY, at_ms: 2000 }, CITY, false), "push");
    assert.equal(step(THEN, CITY, CITY, true), "back", "it came up to now");
    assert.equal(step(THEN, { ...THEN, isThen: true }, CITY, false), "push");
  });
});
