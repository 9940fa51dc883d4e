// What the keyboard goes through on the map: what is next in a direction, and where it lies.
import assert from "node:assert/strict";
import { it } from "node:test";

import {
  byDistance, metresAPixel, nextIn, stopsOf, windOf, WINDS,
} from "../../../maps/static/map/around/things.js";

const EAST = { x: 1, y: 0 }, NORTH = { x: 0, y: -1 };
const at = (id, x, y) => ({ id, x, y });

it("the next thing is near and straight on rather than aside", () => {
  const things = [at("here", 100, 100), at("far", 300, 100), at("near", 140, 110), at("aside", 120, 119)];
  assert.equal(nextIn(things, at("", 100, 100), EAST).id, "near");
  assert.equal(nextIn(things, things[2], EAST).id, "far");
  assert.equal(nextIn(things, things[1], EAST), null);
});

it("what lies behind or across is not in a direction", () => {
  const things = [at("behind", 100, 150), at("across", 180, 95)];
  assert.equal(nextIn(things, at("", 100, 100), NORTH), null);
});

it("there and back leads to where one was", () => {
  const things = [at("a", 0, 0), at("b", 50, 10)];
  const there = nextIn(things, things[0], EAST);
  assert.equal(nextIn(things, there, { x: -1, y: 0 }).id, "a");
});

it("the nearest stand first, of equals in their order", () => {
  const things = [at("c", 30, 0), at("a", 10, 0), at("b", 0, 10)];
  assert.deepEqual(byDistance(things, { x: 0, y: 0 }).map(({ id }) => id), ["a", "b", "c"]);
});

it("a place has a wind", () => {
  const ways = [[0, -9], [9, -9], [9, 0], [9, 9], [0, 9], [-9, 9], [-9, 0], [-9, -9]];
  assert.deepEqual(ways.map(([x, y]) => windOf({ x, y }, { x: 0, y: 0 })), WINDS);
});

it("a pixel of the whole world at the equator", () => {
  assert.equal(Math.round(metresAPixel(0, 0)), 156543);
  assert.equal(metresAPixel(60, 1) * 4, metresAPixel(60, 0) * 2);
  assert.ok(Math.abs(metresAPixel(60, 0) - 78271.5) < 1);
});

it("stops are the ends of sections, each once, and of no other link", () => {
  const network = {
    listed: [0, 1, 2], ids: ["A>B", "B>A", "street"], start: [0, 2, 4], end: [2, 4, 6],
    x: [0, 1, 1, 0, 5, 6], y: [0, 0, 0, 0, 0, 0],
  };
  const view = { px: (x) => 10 * x, py: (y) => y };
  assert.deepEqual(stopsOf(network, view).map(({ id, x }) => [id, x]), [["A", 0], ["B", 10]]);
});
