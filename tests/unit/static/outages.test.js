import "./words.js";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { outagesOf, partsOf } from "../../../maps/static/map/outages.js";

const HOUR_MS = 3_600_000;

describe("feeds that do not answer", () => {
  it("are those without an answer or without news; a short or an empty list is an answer", () => {
    const statuses = ["live", "stale", "empty", "frozen", "partial", "stopped", "dropped", "unknown"];
    const feeds = statuses.map((status, k) => /** @type {Api.Feed} */ (/** @type {unknown} */ (
      { feed: status, status, last_success_ms: k, last_change_ms: 100 + k })));
    assert.deepEqual(outagesOf(feeds, ({ status }) => status), [
      { feed: "stale", since_ms: 1 }, { feed: "frozen", since_ms: 103 }, { feed: "stopped", since_ms: 5 },
      { feed: "unknown", since_ms: 7 },
    ]);
  });

  it("have been away for ever where nothing ever came", () => {
    const never = /** @type {Api.Feed} */ (/** @type {unknown} */ ({ feed: "a", last_success_ms: 0 }));
    assert.deepEqual(outagesOf([never], () => "stopped"), [{ feed: "a", since_ms: null }]);
  });
});

describe("a feed's day", () => {
  const day = { feed: "a", since_ms: 0, until_ms: 24 * HOUR_MS };

  it("begins with nothing until the first report", () => {
    const spans = /** @type {[number, string][]} */ ([[HOUR_MS, "live"], [2 * HOUR_MS, "stale"]]);
    assert.deepEqual(partsOf({ ...day, spans }), [
      { status: "nothing", from_ms: 0, to_ms: HOUR_MS },
      { status: "live", from_ms: HOUR_MS, to_ms: 2 * HOUR_MS },
      { status: "stale", from_ms: 2 * HOUR_MS, to_ms: 24 * HOUR_MS },
    ]);
  });

  it("has no part without length, and is one part where nothing is known", () => {
    assert.deepEqual(partsOf({ ...day, spans: [[0, "live"]] }).map(({ status }) => status), ["live"]);
    assert.deepEqual(partsOf({ ...day, spans: [] }).map(({ status }) => status), ["nothing"]);
  });
});
