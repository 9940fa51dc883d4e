// The names of the ground: which a view shows, and in which order.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  drawOrder, isWritten, NAME_KINDS, namesShown, WATERS,
} from "../../../maps/static/map/ground-names.js";

const name = (kind, text = kind) => ({ kind, text, x: 0.5, y: 0.5 });
const all = Object.keys(NAME_KINDS).map((kind) => name(kind));
const kindsAt = (zoom) => namesShown(all, zoom).map(({ kind }) => kind);

describe("the names of the ground", () => {
  it("stand at every zoom of the map", () => {
    for (let zoom = 8; zoom <= 19; zoom += 0.25) assert.notEqual(kindsAt(zoom).length, 0, `zoom ${zoom}`);
  });

  it("begin with the great ones, and 동 make room for nearer copies of themselves", () => {
    assert.deepEqual(kindsAt(12).slice(0, 3), ["lake", "river", "wide"]);
    assert.ok(kindsAt(14).includes("emd") && !kindsAt(14).includes("near"));
    assert.ok(kindsAt(16).includes("near") && !kindsAt(16).includes("emd"));
  });

  it("show stops from zoom 14, first as rings alone", () => {
    assert.ok(!kindsAt(13.75).includes("stop") && kindsAt(14).includes("stop"));
    assert.ok(!isWritten("stop", 14) && isWritten("stop", 15) && isWritten("emd", 12));
  });

  it("lie over the rings of their stops, of which there is one on each side of the road", () => {
    const order = drawOrder([name("spot"), name("stop", "시청"), name("stop", "시청")]);
    assert.deepEqual(order.map(({ kind, isRing }) => [kind, isRing]), [
      ["stop", true], ["stop", true], ["spot", false], ["stop", false], ["stop", false],
    ]);
  });

  it("of one rank stand by their text, and a kind that nobody knows is left out", () => {
    const found = namesShown([name("emd", "효자동"), name("emd", "교동"), name("__proto__"), name("x")], 13);
    assert.deepEqual(found.map(({ text }) => text), ["교동", "효자동"]);
  });

  it("are of water where they are written in its colour", () => {
    for (const kind of WATERS) assert.ok(kind in NAME_KINDS);
  });
});
