import assert from "node:assert/strict";
import { test } from "node:test";
import {
  archivedWord, nothingAt, refusedWord, sameHour, wordOf,
} from "../../../maps/static/map/past-days.js";
import { RefusedError } from "../../../maps/static/get.js";

test("a day keeps the hour that is shown, in Korea; what is no day is no time", () => {
  const at_ms = Date.parse("2026-11-29T08:10:00+09:00");
  assert.equal(sameHour("2026-03-01", at_ms), Date.parse("2026-03-01T08:10:00+09:00"));
  for (const text of ["", "2026-13-01", "yesterday"]) assert.ok(Number.isNaN(sameHour(text, at_ms)), text);
});

test("a gap is said, and what only the history has", () => {
  const days = [
    { day: "2026-11-01", source: ["history"] }, { day: "2026-11-02", reason: "no_record" },
    { day: "2026-11-28", source: ["redis", "history"] },
  ];
  const words = ["2026-11-01", "2026-11-02", "2026-11-28", "2026-11-30"].map((day) => wordOf(days, day));
  assert.deepEqual(words, ["history", "none", "", ""]);
});

test("of a moment there is said why nothing is known, before what its source does not keep", () => {
  const nothing = nothingAt("n", 5);
  assert.equal(archivedWord(nothing), "no_record");
  assert.equal(archivedWord({ ...nothing, reason: "" }), "history");
  assert.equal(archivedWord({ ...nothing, reason: "", lacks: ["calls"] }), "history.part");
  assert.equal(archivedWord({ ...nothing, source: "redis", reason: "" }), "");
  assert.equal(archivedWord(null), "");
});

test("a refusal that asking again would not change is told from one that it may", () => {
  assert.equal(refusedWord(new RefusedError("", "before_history")), "before");
  assert.equal(refusedWord(new RefusedError("", "no_history_extra")), "no_extra");
  assert.equal(refusedWord(new RefusedError("", "store_lost")), "");
  assert.equal(refusedWord(new TypeError("offline")), "");
});
