// What stands first, what is one permit's, and how a verdict looks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { lookOf } from "../../../maps/static/desk/parts.js";
import { CLOSURES } from "../../../maps/static/gravity.js";
import { boxOf, overlaps, uprightTurn } from "../../../maps/static/map/labels.js";
import { ADDRESSED, KINDS, LAYERS } from "../../../maps/static/map/kinds.js";
import { byGravity, byPermit, isInPhase, permitOf } from "../../../maps/static/map/kinds/permits.js";
import { signOf } from "../../../maps/static/signs.js";

const work = (more = {}) => ({
  id: "w", title: "T", organisation: "O", phase: "active", closure: "full", starts_ms: 1, ends_ms: 2, ...more,
});

describe("works", () => {
  it("stand by phase, closure, begin and end; unknown times last", () => {
    const rows = [
      { phase: "planned" }, { closure: "none" }, { closure: "shoulder" }, { closure: "unknown" },
      { closure: "partial" }, { starts_ms: null }, { starts_ms: 3 }, { ends_ms: 9 }, { phase: "overdue" },
    ].map((more, k) => work({ id: String(k), ...more }));
    assert.deepEqual(rows.sort(byGravity).map(({ id }) => id), ["8", "7", "6", "5", "4", "3", "2", "1", "0"]);
  });

  it("of one title, period and organisation are one permit's", () => {
    const rows = ["1", "2", "3", "4"].map((id) => work({ id, title: "13".includes(id) ? "T" : "" }));
    assert.deepEqual(byPermit(rows).map((spots) => spots.map(({ id }) => id)), [["1", "3"], ["2"], ["4"]]);
    assert.notEqual(permitOf(work()), permitOf(work({ ends_ms: 3 })));
  });

  it("go on outside their hours and past their end", () => {
    const phases = ["active", "paused", "overdue", "planned", "finished"];
    const going = phases.filter((phase) => isInPhase({ phase }, "active"));
    assert.deepEqual(going, ["active", "paused", "overdue"]);
    assert.ok(isInPhase({ phase: "cancelled" }, "all"));
  });
});

describe("a closure", () => {
  it("has the mark of what leaves the lanes open, but for two", () => {
    assert.deepEqual(CLOSURES.map(signOf), ["full", "partial", ...new Array(6).fill("minor")]);
  });

  it("looks like no answer where nothing is known of it", () => {
    assert.deepEqual(CLOSURES.map((closure) => lookOf({ closure, certainty: "confirmed" })), [
      "full", "partial", "unknown", "minor", "minor", "minor", "minor", "none",
    ]);
    assert.equal(lookOf({ closure: "none", certainty: "lost" }), "unknown");
    assert.equal(lookOf({ closure: "full", certainty: "lost" }), "full");
    assert.equal(lookOf(undefined), "unknown");
  });
});

describe("kinds", () => {
  it("have letters and boxes of their own", () => {
    const letters = Object.values(KINDS).flatMap(({ letter }) => letter || []);
    assert.equal(new Set(letters).size, letters.length);
    assert.equal(new Set(LAYERS).size, LAYERS.length);
    assert.deepEqual(letters.filter((letter) => letter.length !== 1 || "lqcektvmx".includes(letter)), []);
  });

  it("are kept by an address where they have a card and do not pass", () => {
    assert.deepEqual([...ADDRESSED].sort(), [
      "alert", "clash", "closure", "detour", "discrepancy", "incident", "link", "report", "situation",
      "work",
    ]);
  });

  it("have an entry where they are listed and a sign where they are drawn", () => {
    for (const { lists, entry, mark, layers } of Object.values(KINDS)) {
      assert.equal(Boolean(lists), Boolean(entry));
      if (mark) assert.deepEqual(layers.map((layer) => Boolean(mark(layer).sign)), layers.map(() => true));
    }
  });
});

describe("a name on the map", () => {
  it("never stands on its head", () => {
    const half = Math.PI / 2;
    for (const [dx, dy, turn] of [[1, 0, 0], [-1, 0, 0], [0, 1, half], [0, -1, half], [-1, -1, half / 2]]) {
      assert.ok(Math.abs(uprightTurn({ dx, dy }) - turn) < 1e-9, `${dx},${dy}`);
    }
  });

  it("takes the room its angle needs", () => {
    assert.deepEqual(boxOf({ text: "", x: 100, y: 50, turn: 0 }, 40, 10), [74, 41, 126, 59]);
    const [left, top] = boxOf({ text: "", x: 100, y: 50, turn: Math.PI / 2 }, 40, 10);
    assert.deepEqual([Math.round(left), Math.round(top)], [89, 26]);
  });

  it("overlaps what it shares more than an edge with", () => {
    assert.equal(overlaps([0, 0, 2, 2], [1, 1, 3, 3]), true);
    assert.equal(overlaps([0, 0, 2, 2], [2, 0, 4, 2]), false);
  });
});
