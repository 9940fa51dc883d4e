import "./words.js";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isLoud, isWanted, rulesIn, Watch } from "../../../maps/static/map/away/rules.js";

const NOW_MS = 1_000_000;
/** @param {string} id @param {object} more @returns {Api.Situation} */
const row = (id, more = {}) => /** @type {Api.Situation} */ (/** @type {unknown} */ ({
  id, severity: "warning", alert: true, acknowledged: null,
  facts: [{ id: "fact " + id, rule: "closure", asks: true }], ...more,
}));
/** @param {Watch} watch @param {...Api.Situation} rows */
const look = (watch, ...rows) => {
  const { begun, over } = watch.look(rows, NOW_MS);
  return [begun.map(({ id }) => id), over];
};
const NOTHING = [[], []];

describe("what is told", () => {
  it("is what begins to wait after the page was opened, and once", () => {
    const watch = new Watch(), old = row("old"), fresh = row("new");
    assert.deepEqual(look(watch, old), NOTHING);
    assert.deepEqual(look(watch, old, fresh), [["new"], []]);
    assert.deepEqual(look(watch, old, fresh), NOTHING);
    assert.deepEqual(look(watch, old, fresh, row("information", { alert: false })), NOTHING);
  });

  it("is told again when it is graver, or the time it was put off for is over", () => {
    const watch = new Watch(), put = row("a", { snoozed_until_ms: NOW_MS + 1 });
    look(watch, row("a"));
    assert.deepEqual(look(watch, row("a", { severity: "critical" })), [["a"], []]);
    assert.deepEqual(look(watch, row("a", { severity: "notice" })), NOTHING);
    assert.deepEqual(look(watch, put), [[], ["a"]]);
    assert.deepEqual(look(watch, row("a")), [["a"], []]);
  });

  it("is over when somebody acknowledged it, and when it ended", () => {
    const watch = new Watch();
    look(watch, row("a"), row("b"));
    assert.deepEqual(look(watch, row("a", { acknowledged: { by: "김" } })), [[], ["a", "b"]]);
  });

  it("is no news where one goes into another that is no graver", () => {
    const watch = new Watch(), facts = [...row("a").facts, ...row("b").facts];
    look(watch, row("a"), row("b"));
    assert.deepEqual(look(watch, row("ab", { facts })), [[], ["a", "b"]]);
    assert.deepEqual(look(watch, row("ab", { facts, severity: "critical" })), [["ab"], []]);
  });
});

describe("the rules of a browser", () => {
  it("are those of the first day where nothing that can be read was kept", () => {
    for (const text of [null, "", "{", "[]", "7", '{"severities":"all","sound":"shrill","isOn":1}']) {
      assert.deepEqual(rulesIn(text),
        { isOn: false, severities: ["critical", "warning"], muted: [], sound: "critical" });
    }
    assert.deepEqual(rulesIn('{"isOn":true,"severities":["notice","x"],"muted":["jam"],"sound":"all"}'),
      { isOn: true, severities: ["notice"], muted: ["jam"], sound: "all" });
  });

  it("choose by severity and kind; a situation of several kinds needs one that is chosen", () => {
    const rules = { ...rulesIn(null), isOn: true, muted: ["jam"] };
    const jam = { id: "1", rule: "jam", asks: true };
    assert.ok(isWanted(rules, row("a")));
    assert.ok(!isWanted({ ...rules, isOn: false }, row("a")));
    assert.ok(!isWanted(rules, row("a", { severity: "notice" })));
    assert.ok(!isWanted(rules, row("a", { facts: [jam] })));
    assert.ok(isWanted(rules, row("a", { facts: [jam, ...row("a").facts] })));
    assert.ok(!isWanted(rules, row("a", { facts: [jam, { id: "2", rule: "closure", asks: false }] })));
    const loud = [isLoud(rules, row("a")), isLoud(rules, row("a", { severity: "critical" })),
      isLoud({ ...rules, sound: "all" }, row("a")), isLoud({ ...rules, sound: "none" }, row("a"))];
    assert.deepEqual(loud, [false, true, true, false]);
  });
});
