// A day of a road and a corridor as charts and tables show them: gaps are gaps, and nothing is guessed.
import assert from "node:assert/strict";
import { it } from "node:test";

import { alone } from "../../../maps/static/map/charts/chart.js";
import { chartOf, closedAt, noteOf, rowsOf } from "../../../maps/static/map/charts/day-series.js";
import * as saying from "../../../maps/static/map/corridors/saying.js";
import { useLanguage } from "../../../maps/static/words.js";
import "./words.js";

globalThis.document = { documentElement: { lang: "" }, querySelectorAll: () => [] };
useLanguage("ko");
const QUARTER_MS = 900_000, FROM_MS = Date.parse("2026-11-23T09:00:00+09:00");
const TIMES = [0, 1, 2, 3].map((k) => FROM_MS + k * QUARTER_MS);

function day(more = {}) {
  return {
    id: "a", now_ms: TIMES[3] - 300_000, at_ms: TIMES[3] - 300_000, from_ms: FROM_MS - QUARTER_MS,
    step_ms: QUARTER_MS, free_flow_kmh: 50, times_ms: TIMES, speed_kmh: [20, null, 24.6, null],
    passages: [0, 3, 0, 0], usual_kmh: [30, 30, null, 28], usual_low_kmh: [25, 25, null, 22.4],
    usual_high_kmh: [35, 35, null, 33.6], is_measured: true, is_known: true, simulated: true,
    closures: [{ from_ms: TIMES[0], until_ms: TIMES[1], closure: "full" },
      { from_ms: TIMES[2], until_ms: null, closure: "partial", is_planned: true }],
    ...more,
  };
}

it("a day is a line with gaps, and the quarter hour that runs ends with now", () => {
  const chart = chartOf(day(), 18);
  assert.deepEqual(chart.line, [20, null, 24.6, 18]);
  assert.equal(chart.times[3], day().at_ms);
  assert.deepEqual(chartOf(day(), -1).line, [20, null, 24.6, null]);
  assert.deepEqual(chart.closed.map((bar) => [bar.until_ms, bar.isPlanned]), [[TIMES[1], false],
    [day().at_ms, true]]);
});

it("what is said of a quarter hour names what is not known", () => {
  const { said } = chartOf(day());
  assert.equal(said(0), "09:00 · 20 km/h · 평소 30 km/h (25–35)");
  assert.equal(said(1), "09:15 · 모름 · 평소 30 km/h (25–35) · 버스 3대 통과 · 전면 통제");
  assert.equal(said(2), "09:30 · 25 km/h · 평소 속도 모름");
  assert.match(said(3), /\(예정\)$/);
});

it("the table has every quarter hour, the newest first", () => {
  const rows = rowsOf(day(), chartOf(day()));
  assert.equal(rows.length, 4);
  assert.deepEqual(rows[2], ["09:15", "모름", "30 (25–35)", "3", "전면 통제"]);
  assert.equal(closedAt(day(), TIMES[0]), "");
});

it("a road never measured, one not measured today and one without a usual speed say so", () => {
  assert.match(noteOf(day({ is_known: false }), false), /잰 속도가 없는 구간/);
  assert.match(noteOf(day(), false), /24시간에 잰 속도가 없습니다/);
  assert.match(noteOf(day({ usual_kmh: [null, null] }), true), /아직 모릅니다/);
  assert.equal(noteOf(day(), true), "");
});

it("a value between two gaps is a point", () => {
  assert.deepEqual(alone([1, null, 2, null, 3, 4, null]), [0, 2]);
  assert.deepEqual(alone([]), []);
});

it("a corridor says its time, or that it is not known and why", () => {
  const row = {
    typed: ["역", "시청"], name: "", name_en: "To the hall", start: "춘천역", goal: "시청", time_s: 840,
    usual_s: 600, usual_low_s: 540, usual_high_s: 690, delay_s: 240, measured_share: 0.86,
    delays: [{ link: 3, name: "중앙로", delay_s: 130 }],
  };
  assert.equal(saying.nameOf(row, "ko"), "춘천역 → 시청");
  assert.equal(saying.nameOf(row, "en"), "To the hall");
  assert.equal(saying.timeText(row), "14분");
  assert.equal(saying.usualText(row), "이맘때 평소 10분 (9–12분)");
  assert.equal(saying.delayText(row), "4분 더 걸림");
  assert.equal(saying.delayOf(row), "late");
  assert.equal(saying.delayOf({ ...row, delay_s: 900 }), "very");
  assert.equal(saying.delayText({ ...row, delay_s: 20 }), "평소와 같음");
  assert.equal(saying.whereText(row), "늦어지는 곳: 중앙로 +2분");
  assert.equal(saying.shareText(row, 0.7), "길이의 86%를 재고 있음");
  const dark = { typed: ["역", "시청"], name: "", name_en: "", measured_share: 0.4 };
  assert.equal(saying.timeText(dark), "모름");
  assert.equal(saying.usualText(dark), "평소 시간 모름");
  assert.equal(saying.delayText(dark), "");
  assert.match(saying.shareText(dark, 0.7), /40%만.*70%부터/);
  assert.equal(saying.spanText(90), "1분 30초");
});

it("a corridor that is none says what is wrong with it", () => {
  const none = { typed: ["역", "없는곳"], name: "", name_en: "", fault: "place_not_found", fault_of: "없는곳" };
  assert.equal(saying.faultText(none), "없는곳을 찾을 수 없습니다");
  const several = { ...none, fault: "place_ambiguous", fault_of: "역", choices: ["춘천역", "남춘천역"] };
  assert.equal(saying.faultText(several), "역이 여러 곳입니다: 춘천역, 남춘천역");
  assert.equal(saying.faultText({ ...none, fault: "" }), "");
});

it("a refusal says what is wrong at which field, in the language chosen", () => {
  const said = "to='a / b': 이 도시 / to='a / b': must be here";
  assert.deepEqual(saying.refusalIn(said, "ko"), { name: "to", text: "이 도시" });
  assert.deepEqual(saying.refusalIn(said, "en"), { name: "to", text: "must be here" });
  assert.deepEqual(saying.refusalIn("길이 없음 / no way", "en"), { name: "", text: "no way" });
  assert.deepEqual(saying.refusalIn("", "ko"), { name: "", text: "" });
});

it("a corridor's day is in minutes, with gaps", () => {
  const row = { typed: ["a", "b"], name: "", name_en: "", day_s: [600, null, 660, null], time_s: 720 };
  const chart = saying.chartOf({ now_ms: TIMES[3] - 1000, known_from: 0.7, times_ms: TIMES }, row);
  assert.deepEqual(chart.line, [10, null, 11, 12]);
  assert.deepEqual(saying.rowsOf(chart)[2], ["09:15", "모름"]);
});
