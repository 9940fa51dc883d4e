// What the page of the reports says of sizes and days.
import assert from "node:assert/strict";
import { test } from "node:test";
import { periodText, sizeText } from "../../../maps/static/reports/saying.js";

test("a size is said in the unit that leaves it three figures at most", () => {
  const said = [[1, "1 B"], [999, "999 B"], [1000, "1.0 kB"], [240_113, "240 kB"], [999_600, "1.0 MB"],
    [1_340_000, "1.3 MB"], [200 * 1024 * 1024, "210 MB"]];
  for (const [bytes, text] of said) assert.equal(sizeText(Number(bytes)), text);
});

test("one day is that day, more are from one to another", () => {
  assert.equal(periodText({ first: "2026-11-28", last: "2026-11-28" }), "2026-11-28");
  assert.equal(periodText({ first: "2026-11-01", last: "2026-11-30" }), "2026-11-01 ~ 2026-11-30");
});
