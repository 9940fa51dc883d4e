// A closure while it is typed, and one that waits until the log has it.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { Draft } from "../../../maps/static/map/closures/draft.js";
import { Sender } from "../../../maps/static/map/closures/sender.js";
import { untilText } from "../../../maps/static/map/kinds/closure.js";
import "./words.js";

const READ = {
  title: "팔호광장→육림고개", cause: "accident", closure: "partial", lanes: "1차로", direction: "", reason: "",
  starts_ms: 1000, ends_ms: 2000, is_both: false, link_ids: ["a", "b"], links: [0, 1], troubles: [],
};

/** @param {string} text */
function typed(text) {
  const draft = new Draft();
  draft.text = text;
  return draft;
}

describe("a draft", () => {
  it("is sent as it was read, field by field", () => {
    const draft = typed("팔호광장→육림고개 사고 1차로 30분");
    draft.take(READ, JSON.stringify(draft.asked()));
    const act = draft.act(5000, "kim");
    assert.equal(act.method + act.path, "POSTclosures");
    assert.deepEqual([act.body.link_ids, act.body.ends_ms, act.body.by], [["a", "b"], 2000, "kim"]);
    assert.equal(act.body.closure_id, act.id);
    assert.equal("text" in act.body, false);
  });

  it("is not sound after another word, and goes as text with when it was typed", () => {
    const draft = typed("명동 사고");
    draft.take(READ, JSON.stringify(draft.asked()));
    assert.equal(draft.isSound, true);
    draft.text = "명동 사고 30분";
    assert.equal(draft.isSound, false);
    const { body } = draft.act(5000, "");
    assert.deepEqual([body.text, body.said_ms, "by" in body], ["명동 사고 30분", 5000, false]);
  });

  it("of a closure that stands names its version, and keeps what is not changed", () => {
    const row = { ...READ, id: "c/1", version: 3, act: "make", at_ms: 1, lon: 0, lat: 0, phase: "active" };
    const draft = new Draft(/** @type {any} */ (row));
    draft.linkIds = ["a"];
    Object.assign(draft.given, { closure: "full" });
    assert.deepEqual([draft.asked().lanes, draft.asked().closure], ["1차로", "full"]);
    draft.take({ ...READ, closure: "full" }, JSON.stringify(draft.asked()));
    const act = draft.act(1, "");
    assert.deepEqual([act.method, act.path, act.body.version], ["PATCH", "closures/c%2F1", 3]);
  });
});

const ACT = {
  id: "x", closure: "x", method: "POST", path: "closures", body: {}, made_ms: 0, title: "명동", links: [],
};

describe("an act", () => {
  /** @type {string[]} */
  let heard;
  /** @type {[number, unknown][]} */
  let answers;
  const kept = /** @type {Map<string, string>} */ (new Map());
  const log = (/** @type {string} */ name) => () => { heard.push(name); };
  const make = () => new Sender({
    done: log("done"), conflict: log("conflict"), refused: log("refused"), changed: () => {},
  }, () => 0);

  beforeEach(() => {
    heard = [];
    kept.clear();
    Object.assign(globalThis, {
      addEventListener: () => {},
      localStorage: {
        getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
        setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
      },
      fetch: async () => {
        const [status, body] = answers.shift() || [0, null];
        if (!status) throw new Error("away");
        return { ok: status < 300, status, json: async () => body };
      },
    });
  });

  it("waits while the server or the log is away, also for the next page, and is done once", async () => {
    answers = [[0, null], [503, {}], [202, { version: 1 }]];
    const sender = make();
    await sender.send(ACT);
    assert.equal(sender.waits.size, 1);
    clearTimeout(sender.timer);
    const after = make();
    clearTimeout(after.timer);
    assert.deepEqual([...after.waits.keys()], ["x"]);
    await after.try(ACT);
    assert.equal(after.waits.size, 1);
    await after.try(ACT);
    clearTimeout(after.timer);
    assert.deepEqual([heard, after.waits.size], [["done"], 0]);
  });

  it("that somebody was before is a conflict, and one that cannot be is refused", async () => {
    answers = [[409, { theirs: {} }], [422, { error: {} }], [409, { error: {} }]];
    const sender = make();
    for (let n = 0; n < 3; n++) await sender.send(ACT);
    clearTimeout(sender.timer);
    assert.deepEqual(heard, ["conflict", "refused", "refused"]);
  });
});

it("a closure that was over before its end says when that was", () => {
  const at = (/** @type {string} */ text) => Date.parse(`2026-11-29T${text}:00+09:00`);
  assert.equal(untilText({ ends_ms: at("10:38"), over_ms: 0 }), "2026-11-29 10:38");
  assert.match(untilText({ ends_ms: at("10:38"), over_ms: at("08:40") }), /^2026-11-29 08:40 .*10:38/);
  assert.equal(untilText({ ends_ms: at("10:38"), over_ms: at("10:38") }), "2026-11-29 10:38");
  assert.equal(untilText({ ends_ms: null, over_ms: at("08:40") }), "2026-11-29 08:40");
});
