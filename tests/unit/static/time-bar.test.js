import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOf } from "../../../maps/static/map/time-bar.js";

test("the bar has works, and closures by hand for as long as they stood", () => {
  const work = { closure: "full", starts_ms: 10, ends_ms: 20 };
  const later = { closure: "partial", starts_ms: 30, ends_ms: 40 };
  const ended = { closure: "full", starts_ms: 30, ends_ms: undefined, over_ms: 35 };
  const takenBack = { closure: "full", starts_ms: 30, ends_ms: 40, over_ms: 25 };
  const closure = new Map([["a", later], ["b", ended], ["c", takenBack]]);
  const bars = barsOf({ work: new Map([["w", work]]), closure });
  assert.deepEqual(bars.map((each) => [each.starts_ms, each.ends_ms]), [[10, 20], [30, 40], [30, 35]]);
});
