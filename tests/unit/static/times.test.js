// Times and periods, in Korean time whatever the zone of the machine, and the words where one is not known.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { choices } from "../../../maps/static/crew/until.js";
import { shiftStart } from "../../../maps/static/desk/shift.js";
import { dayWord } from "../../../maps/static/map/time-bar.js";
import { firstEndText, hoursText, periodText, unknownText } from "../../../maps/static/period.js";
import { byTime, clockText, endText, timeText } from "../../../maps/static/times.js";
import { ago, span } from "../../../maps/static/words.js";
import "./words.js";

/** @param {string} text */
const at = (text) => Date.parse(text + ":00+09:00");
const MIN_MS = 60_000;

it("times are Korean, and an end at midnight is the day before", () => {
  assert.equal(clockText(at("2026-11-23T00:05")), "00:05:00");
  assert.equal(timeText(at("2026-11-23T00:05")), "2026-11-23 00:05");
  assert.equal(endText(at("2026-11-24T00:00")), "2026-11-23 24:00");
  assert.equal(endText(at("2026-11-24T00:01")), "2026-11-24 00:01");
});

it("a day of the bar has its month where that begins", () => {
  const days = ["2026-11-30", "2026-12-01", "2026-12-02"];
  assert.deepEqual(days.map((day) => dayWord(at(day + "T00:00"))), ["30", "12/1", "2"]);
});

it("times that are not known come last", () => {
  assert.deepEqual([3, null, 1, undefined, 2].sort(byTime).slice(0, 3), [1, 2, 3]);
  assert.equal(byTime(null, undefined), 0);
});

describe("a period", () => {
  const starts_ms = at("2026-11-23T09:00"), ends_ms = at("2026-11-28T00:00");

  it("stands from its begin to its end", () => {
    assert.equal(periodText({ starts_ms, ends_ms }), "2026-11-23 09:00 ~ 2026-11-27 24:00");
    assert.equal(unknownText({ starts_ms, ends_ms }), "");
  });

  it("has another word for a time that is not stated than for one that cannot be read", () => {
    const unstated = periodText({ starts_ms, ends_ms: null });
    const unreadable = periodText({ starts_ms, ends_ms: null, flags: ["end_unreadable"] });
    assert.ok(unstated.startsWith("2026-11-23 09:00 ~ "));
    assert.notEqual(unstated, unreadable);
  });

  it("says why in one sentence where both times lack for one reason, else in one each", () => {
    const sentences = (/** @type {string} */ text) => text.split(".").length - 1;
    assert.equal(sentences(unknownText({})), 1);
    assert.equal(sentences(unknownText({ flags: ["period_reversed"] })), 1);
    assert.equal(sentences(unknownText({ flags: ["end_unreadable"] })), 2);
  });

  it("names its first end only where it has been put off since or is unknown now", () => {
    const first_ends_ms = at("2026-11-25T18:00");
    assert.equal(firstEndText({ first_ends_ms, ends_ms }), "2026-11-25 18:00");
    assert.equal(firstEndText({ first_ends_ms, ends_ms: null }), "2026-11-25 18:00");
    assert.equal(firstEndText({ first_ends_ms, ends_ms: first_ends_ms }), "");
    assert.equal(firstEndText({ ends_ms }), "");
  });

  it("has daily hours, of which a night ends on the next day", () => {
    assert.equal(hoursText("09:00-12:00, 13:00-18:00"), "09:00~12:00, 13:00~18:00");
    assert.match(hoursText("22:00-06:00"), /^22:00~.+ 06:00$/);
    assert.equal(hoursText("24h"), "24h");
    assert.equal(hoursText(null), "");
  });
});

describe("an extension", () => {
  it("follows the present end, or now to the next five minutes", () => {
    const now = at("2026-11-23T16:02");
    assert.equal(choices(at("2026-11-23T18:00"), now)[0][1], at("2026-11-23T19:00"));
    assert.equal(choices(at("2026-11-23T12:00"), now)[0][1], at("2026-11-23T17:05"));
    assert.equal(choices(at("2026-11-23T12:00"), now)[1][1], at("2026-11-23T18:05"));
  });

  const mornings = [["23T18:00", "24T06:00"], ["24T05:59", "24T06:00"], ["24T06:00", "25T06:00"]];
  for (const [end, morning] of mornings) {
    it(`of ${end} until the morning is until ${morning}`, () => {
      assert.equal(choices(at("2026-11-" + end), at("2026-11-23T17:00"))[2][1], at("2026-11-" + morning));
    });
  }
});

describe("a shift", () => {
  it("began today, or yesterday where its hour is still to come", () => {
    assert.equal(shiftStart("08:30", at("2026-11-23T10:00")), at("2026-11-23T08:30"));
    assert.equal(shiftStart("22:00", at("2026-11-23T10:00")), at("2026-11-22T22:00"));
    assert.equal(shiftStart("00:00", at("2026-11-23T00:00")), at("2026-11-23T00:00"));
  });
});

describe("an age", () => {
  it("grows through its units", () => {
    const spans = [59_999, MIN_MS, 60 * MIN_MS, 24 * 60 * MIN_MS].map(span);
    assert.equal(new Set(spans.map((text) => text.replace(/\d+/, ""))).size, 4);
    assert.deepEqual(spans.map((text) => parseInt(text)), [59, 1, 1, 1]);
    assert.equal(span(-5), span(0));
  });

  it("is the same for the first seconds, and ahead where a clock is", () => {
    assert.equal(ago(0), ago(2999));
    assert.notEqual(ago(3000), ago(0));
    assert.notEqual(ago(-300_000), ago(300_000));
  });
});
