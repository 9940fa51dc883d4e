import "./words.js";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Announcer, freshOf } from "../../../maps/static/map/situations/announcing.js";
import { leadOf, overOf } from "../../../maps/static/map/situations/list.js";
import { holds, isAsleep, isOpen, listed } from "../../../maps/static/map/situations/sorting.js";

const NOW_MS = 1_000_000;
/** @param {string} id @param {object} more @returns {Api.Situation} */
const row = (id, more = {}) => /** @type {Api.Situation} */ ({
  id, title: id, title_ko: id, title_en: id, severity: "warning", alert: true, since_ms: 0, newest_ms: 0,
  sources: [], facts: [{
    id: "ep_" + id, name: "", rule: "closure", subject: "work:" + id, severity: "warning", since_ms: 0,
    asks: true, text_ko: id, text_en: id,
  }],
  acknowledged: null, links: [], lon: null, lat: null, ...more,
});
const SEEN = { by: "김", at_ms: 1, comment: "", severity: "warning" };
/** @param {Api.Situation[]} rows @param {object} [asked] */
const names = (rows, asked) => listed(rows, { show: "alerts", order: "gravest", query: "", ...asked }, NOW_MS)
  .map(({ id }) => id);

describe("situations of the list", () => {
  const rows = [
    row("seen", { acknowledged: SEEN }), row("old", { newest_ms: 1 }), row("new", { newest_ms: 9 }),
    row("grave", { severity: "critical" }), row("asleep", { snoozed_until_ms: NOW_MS + 1 }),
    row("planned", { alert: false }),
  ];

  it("wait for somebody first, the gravest and newest of them on top", () => {
    assert.deepEqual(names(rows), ["grave", "new", "old", "seen", "asleep"]);
  });

  it("are chosen by what was done with them", () => {
    assert.deepEqual(names(rows, { show: "open" }), ["grave", "new", "old"]);
    assert.deepEqual(names(rows, { show: "snoozed" }), ["asleep"]);
    assert.deepEqual(names(rows, { show: "information" }), ["planned"]);
    assert.equal(names(rows, { show: "all" }).length, rows.length);
    assert.equal(names(rows, { order: "newest" })[0], "new");
  });

  it("ask again once the time they were put off for has come", () => {
    const put = row("put", { snoozed_until_ms: NOW_MS });
    assert.deepEqual([isAsleep(put, NOW_MS - 1), isOpen(put, NOW_MS - 1)], [true, false]);
    assert.deepEqual([isAsleep(put, NOW_MS), isOpen(put, NOW_MS)], [false, true]);
  });

  it("are found by every word, without regard to spaces and case", () => {
    const found = row("a", { title_ko: "중앙로 하수관 공사", notes: [{ note: "Call Kim" }] });
    assert.ok(holds(found, "중앙 하수관공사") && holds(found, "callkim") && holds(found, ""));
    assert.ok(!holds(found, "중앙로 상수도"));
  });

  it("did not end where a fact of theirs has gone into another", () => {
    const known = new Map([["a", row("a")], ["b", row("b")], ["c", row("c", { alert: false })]]);
    const joined = row("b2", { facts: known.get("b")?.facts });
    assert.deepEqual(overOf(known, new Map([["b2", joined]])).map(({ id }) => id), ["a"]);
  });

  it("are called by the gravest fact that asks for somebody", () => {
    const facts = [
      { id: "1", asks: false, severity: "critical" }, { id: "2", asks: true, severity: "warning" },
      { id: "3", asks: true, severity: "critical" },
    ];
    assert.equal(leadOf(row("a", { facts, severity: "critical" })).id, "3");
    assert.equal(leadOf(row("a", { facts, alert: false })).id, "1");
  });
});

describe("what is said of new situations", () => {
  const known = new Map([["a", row("a")], ["b", row("b", { severity: "critical" })]]);

  it("is news where one is new or graver than it was", () => {
    const open = [row("a", { severity: "critical" }), row("b", { severity: "critical" }), row("c"), row("d")];
    const { critical, others } = freshOf(open, known);
    assert.deepEqual([critical, others].map((rows) => rows.map(({ id }) => id)), [["a"], ["c", "d"]]);
  });

  it("is not said again when one has become less grave", () => {
    assert.deepEqual(freshOf([row("b")], known), { critical: [], others: [] });
  });

  it("is one sentence for a burst, and the next only after a pause", (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const place = { textContent: "" }, announcer = new Announcer(place, "alerts.said", () => "closure");
    announcer.add([row("first"), row("second")]);
    announcer.add([row("third")]);
    assert.equal(place.textContent, "");
    context.mock.timers.tick(600);
    assert.equal(place.textContent, "긴급 경보 3건이 새로 왔습니다. 처음 것: first");
    announcer.add([row("fourth")]);
    context.mock.timers.tick(4000);
    assert.match(place.textContent, /first/);
    context.mock.timers.tick(1000);
    assert.match(place.textContent, /fourth/);
  });
});
