// The tour of hot spots, the figures and the address of the wall.
import "./words.js";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { figuresOf } from "../../../maps/static/wall/figures.js";
import { zoomFor } from "../../../maps/static/wall/following.js";
import { settingsOf, withPart } from "../../../maps/static/wall/settings.js";
import { stopsOf, Tour } from "../../../maps/static/wall/tour.js";

const NOW_MS = 1_000_000;
const situation = (id, more = {}) => ({
  id, severity: "warning", alert: true, newest_ms: 0, acknowledged: null, ...more,
});
const ids = (rows) => rows.map(({ id }) => id);

describe("the stops of the tour", () => {
  it("are by severity, of one severity what waits first, then the newest; information is none", () => {
    const rows = [
      situation("information", { alert: false, severity: "critical" }),
      situation("seen", { acknowledged: {}, newest_ms: 9 }),
      situation("asleep", { snoozed_until_ms: NOW_MS + 1 }), situation("older", { newest_ms: 1 }),
      situation("newer", { newest_ms: 2 }), situation("grave", { severity: "critical", acknowledged: {} }),
    ];
    assert.deepEqual(ids(stopsOf(rows, NOW_MS)), ["grave", "newer", "older", "seen", "asleep"]);
  });

  it("are bounded: a round comes back to the gravest", () => {
    const rows = Array.from({ length: 100 }, (_, k) => situation("s" + k));
    assert.equal(stopsOf([...rows, situation("grave", { severity: "critical" })], NOW_MS)[0].id, "grave");
    assert.equal(stopsOf(rows, NOW_MS).length, 40);
  });
});

describe("the tour", () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => situation(id));
  const begun = (stops = [a, b, c]) => { const tour = new Tour(10_000); tour.take(stops, 0); return tour; };

  it("shows each as long as it is told, and goes round", () => {
    const tour = begun(), seen = [tour.at];
    for (const now_ms of [9_999, 10_000, 20_000, 30_000]) if (tour.tick(now_ms)) seen.push(tour.at);
    assert.deepEqual(seen, ["a", "b", "c", "a"]);
  });

  it("stands when it is stopped and goes on where it stood", () => {
    const tour = begun();
    tour.turn(4_000);
    assert.equal(tour.tick(60_000), false);
    tour.turn(60_000);
    assert.equal(tour.tick(65_999), false);
    assert.equal(tour.tick(66_000), true);
    assert.equal(tour.at, "b");
  });

  it("goes on and back by hand, also while it is stopped", () => {
    const tour = begun();
    tour.turn(0);
    tour.step(-1, 0);
    assert.deepEqual([tour.at, tour.isPaused], ["c", true]);
    tour.step(1, 0);
    assert.equal(tour.at, "a");
  });

  it("stays at its stop when others come and go, and takes the next where its own is gone", () => {
    const tour = begun();
    tour.step(1, 0);
    assert.equal(tour.take([situation("new"), a, b, c], 5_000), false);
    assert.deepEqual([tour.at, tour.place], ["b", 2]);
    assert.equal(tour.take([situation("new"), a, c], 6_000), true);
    assert.equal(tour.at, "c");
    assert.equal(tour.take([], 7_000), true);
    assert.deepEqual([tour.at, tour.stop], ["", null]);
    assert.equal(tour.take([a], 8_000), true);
    assert.equal(tour.at, "a");
  });

  it("shows a new critical one at once, but not the first it meets, nor while it is stopped", () => {
    const grave = situation("grave", { severity: "critical" }), tour = begun();
    tour.step(1, 0);
    assert.equal(tour.take([grave, a, b, c], 1_000), true);
    assert.equal(tour.at, "grave");
    assert.equal(tour.take([grave, a, b, c], 2_000), false);
    tour.turn(3_000);
    assert.equal(tour.take([situation("other", { severity: "critical" }), grave, a, b, c], 4_000), false);
    assert.equal(tour.at, "grave");
  });

  it("of one stop or none stands still", () => {
    assert.equal(begun([a]).tick(99_000), false);
    assert.equal(begun([]).tick(99_000), false);
    assert.equal(begun([]).step(1, 0), false);
  });
});

describe("the figures", () => {
  const rows = (more = {}) => ({
    situation: new Map(), work: new Map(), incident: new Map(), closure: new Map(), ...more,
  });
  const named = (list) => new Map(list.map((row, k) => [String(k), { id: String(k), ...row }]));

  it("count what waits, of it the critical ones, and all that stands", () => {
    const list = [
      situation("a", { severity: "critical" }), situation("b"), situation("c", { acknowledged: {} }),
      situation("d", { snoozed_until_ms: NOW_MS + 1 }), situation("e", { alert: false }),
    ];
    const { waiting, critical, standing } = figuresOf(rows({ situation: named(list) }), NOW_MS);
    assert.deepEqual({ waiting, critical, standing }, { waiting: 2, critical: 1, standing: 4 });
  });

  it("count what takes lanes now, a permit once by its gravest spot", () => {
    const permit = { title: "관로", starts_ms: 1, ends_ms: 2, organisation: "o", phase: "active" };
    const found = figuresOf(rows({
      work: named([
        { ...permit, closure: "partial" }, { ...permit, closure: "full" },
        { title: "", closure: "partial", phase: "planned" },
        { title: "", closure: "sidewalk", phase: "active" },
      ]),
      incident: named([
        { closure: "partial" }, { closure: "full", ended: { at_ms: 1 } }, { closure: null },
      ]),
      closure: named([{ closure: "full", phase: "active" }, { closure: "full", phase: "finished" }]),
    }), NOW_MS);
    assert.deepEqual([found.closures, found.full], [3, 2]);
  });
});

describe("the address of a wall", () => {
  it("has the seconds, within bounds, and what is switched off", () => {
    assert.deepEqual(settingsOf(""), { seconds: 12, hasTour: true, isFollowing: true });
    assert.deepEqual(settingsOf("#seconds=20&tour=off&follow=off&dark"),
      { seconds: 20, hasTour: false, isFollowing: false });
    const seconds = ["seconds=1", "seconds=9999", "seconds=x", "seconds=-5", "seconds=1e9", "seconds=99999"];
    assert.deepEqual(seconds.map((part) => settingsOf("#" + part).seconds), [4, 300, 12, 12, 12, 12]);
  });

  it("keeps its other parts when one is turned", () => {
    assert.equal(withPart("#seconds=9&dark", "follow", "off"), "#seconds=9&dark&follow=off");
    assert.equal(withPart("#follow=off&dark", "follow", null), "#dark");
    assert.equal(withPart("", "dark", ""), "#dark");
  });
});

describe("a followed screen", () => {
  it("is shown whole, whatever its shape", () => {
    const shown = { zoom: 14, width: 1000, height: 800 };
    assert.equal(zoomFor(shown, { x: 2000, y: 1600 }), 15);
    assert.equal(zoomFor(shown, { x: 4000, y: 800 }), 14);
    assert.equal(zoomFor({ zoom: 20, width: 1, height: 1 }, { x: 4000, y: 4000 }), 19);
  });
});
