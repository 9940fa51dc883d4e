// What an address chooses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parse } from "../../../maps/static/map/state.js";
import "./words.js";

describe("an address", () => {
  it("holds view, filters, phase, selection and looks", () => {
    const filters = "off=free,buses&phase=active", work = "work=2026-%EA%B5%B4%EC%B0%A9-1";
    const found = parse(`#map=13.5/37.88/127.73&${filters}&${work}&dark&cb&lang=en`);
    assert.deepEqual(found.view, { zoom: 13.5, lat: 37.88, lon: 127.73 });
    assert.deepEqual([...found.off], ["free", "buses"]);
    assert.deepEqual(found.chosen, { kind: "work", id: "2026-굴착-1" });
    assert.deepEqual([found.phase, found.theme, found.palette, found.lang], ["active", "dark", "cb", "en"]);
  });

  it("shows the layers that are off at first where it asks for them", () => {
    assert.deepEqual([...parse("#on=promise,free").on], ["promise"]);
  });

  it("puts datasets on the map, and nothing that is no id of one", () => {
    assert.deepEqual([...parse("#data=cctv,../x,bus_stops,<b>").data], ["cctv", "bus_stops"]);
  });

  it("of nothing is the whole city", () => {
    const { off, phase, ...rest } = parse("");
    assert.deepEqual([off.size, phase], [0, "all"]);
    assert.deepEqual(rest, {
      on: new Set(), view: null, chosen: null, theme: null, palette: null, lang: null, at_ms: null,
      isThen: false, data: new Set(),
    });
  });

  it("names another time than now, in Korea", () => {
    const { at_ms, isThen } = parse("#at=2026-11-27T08:10:00&then");
    assert.deepEqual([at_ms, isThen], [Date.UTC(2026, 10, 26, 23, 10), true]);
    for (const text of ["2026-13-01T00:00:00", "yesterday", "1790000000000", ""]) {
      assert.equal(parse("#at=" + text).at_ms, null, text);
    }
  });

  for (const hash of ["#map=99/0/0", "#map=5/91/0", "#map=5/0/181", "#map=a/b/c", "#map=5/1", "#map"]) {
    it(`${hash} shows no view`, () => assert.equal(parse(hash).view, null));
  }

  it("leaves out what it does not know", () => {
    const found = parse("#off=free,moon&phase=moon&lang=xx&bus=1&toString=1&work=");
    assert.deepEqual([[...found.off], found.phase, found.lang, found.chosen], [["free"], "all", null, null]);
  });

  it("keeps what follows a second sign of equality, and what cannot be decoded", () => {
    assert.deepEqual(parse("#link=a=b").chosen, { kind: "link", id: "a=b" });
    assert.deepEqual(parse("#link=%E0%A4%A").chosen, { kind: "link", id: "%E0%A4%A" });
  });

  for (const kind of ["work", "link", "incident", "report", "clash", "discrepancy", "alert"]) {
    it(`can choose a ${kind}`, () => assert.deepEqual(parse(`#${kind}=1`).chosen, { kind, id: "1" }));
  }
});
