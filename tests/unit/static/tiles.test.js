// A network that comes in tiles: which tiles a view meets, and what a picture of some of them holds.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { FREE, JAM, UNKNOWN } from "../../../maps/static/levels.js";
import { Network, worldX } from "../../../maps/static/map/network.js";
import { earlier } from "../../../maps/static/map/order.js";
import { Picture } from "../../../maps/static/map/picture.js";
import { isSame, meet, queryOf, tilesIn } from "../../../maps/static/map/tiles.js";
import { snapshot } from "./city.js";

const index = {
  version: "1", city: "city", simulated: false, bbox: [127, 37, 128, 38], count: 5, slack: 0.25,
  steps: [[0, 11], [12, 12]], tiles: ["0/0/0", "11/1746/794", "12/3492/1588", "12/3494/1588"],
  limits: [["express", 50, 30], ["city", 25, 15]], places: [], routes: [["R1", "300"]],
  stops: [["S1", "first"]],
};
const great = {
  version: "1", tile: "11/1746/794", indexes: [1, 4], ids: ["b", "e"], names: ["B", ""], roads: ["R", "R"],
  classes: ["express", "express"], lengths: [100, 50], free: [80, 80], drawn: [1, 0],
  geometry: [[12700000, 3700000, 1000, 0], [12701000, 3700000, 1000, 0]],
};
const small = {
  ...great, tile: "12/3492/1588", indexes: [0], ids: ["a"], names: ["A"], roads: ["Q"], classes: ["city"],
  lengths: [30], free: [50], drawn: [1], geometry: [[12700500, 3700500, 0, 1000]],
};

/** @param {number} tile of zoom 12, from the left */
const lonOf = (tile) => tile / 2 ** 12 * 360 - 180;

/** @param {number} from @param {number} to tiles of zoom 12 @param {number} zoom */
const met = (from, to, zoom) =>
  [...tilesIn(index, { bbox: [lonOf(from), 37.2, lonOf(to), 37.6], zoom })].sort();

describe("a view meets", () => {
  it("the tiles of its zoom and of all lower ones, and what is too long for a tile", () => {
    assert.deepEqual(met(3492.4, 3492.6, 11.9), ["0/0/0", "11/1746/794"]);
    assert.deepEqual(met(3492.4, 3492.6, 12), ["0/0/0", "11/1746/794", "12/3492/1588"]);
  });

  it("those a quarter of a tile beside it as well", () => {
    assert.deepEqual(met(3493.4, 3493.7, 12), ["0/0/0", "11/1746/794"]);
    assert.ok(met(3493.2, 3493.7, 12).includes("12/3492/1588"));
    assert.ok(met(3493.4, 3493.8, 12).includes("12/3494/1588"));
  });

  it("nothing where the network is not, but what is too long", () => {
    assert.deepEqual([...tilesIn(index, { bbox: [0, 0, 1, 1], zoom: 14 })], ["0/0/0"]);
  });
});

it("a query names the view, and one tile more where it is wanted", () => {
  const frame = { bbox: [127, 37.5, 128, 38], zoom: 12.25 };
  assert.equal(queryOf(frame, ""), "bbox=127,37.5,128,38&zoom=12.25");
  assert.equal(queryOf(frame, "12/1/2"), "bbox=127,37.5,128,38&zoom=12.25&tiles=12/1/2");
});

it("the earlier of two deltas is that of the lower id; nothing is none", () => {
  const found = [["5-1", "5-2"], ["10-0", "9-7"], ["", "1-0"]].map(([a, b]) => earlier(a, b));
  assert.deepEqual(found, ["5-1", "9-7", "1-0"]);
});

it("sets are the same whatever their order", () => {
  assert.ok(isSame(new Set(["a", "b"]), new Set(["b", "a"])));
  assert.ok(!isSame(new Set(["a"]), new Set(["b"])) && !isSame(new Set(["a"]), new Set(["a", "b"])));
});

describe("a network in tiles", () => {
  it("knows a road once its tile is met, by the index it has in the whole", async () => {
    const network = new Network(index), asked = [];
    assert.deepEqual([network.count, network.isMet(1), network.nameOf(1)], [5, false, ""]);
    assert.ok(Number.isNaN(network.middle(1).x));
    const read = async (url) => { asked.push(url); return url.includes("11/") ? great : small; };
    await meet(network, ["11/1746/794"], read);
    await meet(network, ["11/1746/794", "12/3492/1588"], read);
    assert.deepEqual(asked, [
      "/api/v1/network/1/tiles/11/1746/794.json", "/api/v1/network/1/tiles/12/3492/1588.json",
    ]);
    assert.deepEqual([network.nameOf(1), network.nameOf(0), network.indexOf.get("e")], ["B", "A", 4]);
    assert.equal(network.middle(1).x, worldX(127.005));
    assert.deepEqual([...network.rank], [1, 0, 0, 0, 0]);
    assert.deepEqual([network.levelOf(1, 40), network.levelOf(0, 40)], [1, FREE]);
    assert.equal(network.roadMetres.get("R"), 150);
    assert.deepEqual([network.stopName("S1"), network.stopName("S2")], ["first", "S2"]);
    const [[south]] = network.bounds([0, 1, 3]);
    assert.ok(Math.abs(south - 37) < 1e-9);
  });

  it("has the names that rows give of roads never met", () => {
    const picture = new Picture(new Network(index));
    picture.load({ ...snapshot(), speeds: [], certainty: "", closures: [], named: [[3, "far away"]] });
    assert.equal(picture.network.nameOf(3), "far away");
  });
});

describe("a picture of tiles", () => {
  let picture;
  beforeEach(() => {
    const network = new Network(index);
    network.addTile(great);
    network.addTile(small);
    picture = new Picture(network);
    picture.look(new Set([great.tile]));
    picture.load({
      ...snapshot(), speeds: [], certainty: "", closures: [],
      tiles: [{ tile: great.tile, l: [1, 80, 3, 20], q: [1, "c"], c: [[1, "full"]], v: [1, "c"], m: [1, 9] }],
    });
  });

  it("shows and counts the links of the tiles it looks at", () => {
    assert.deepEqual([...picture.network.drawn], [0, 1, 0, 0, 0]); // the second of the tile is not drawn
    assert.deepEqual([picture.counts, picture.metres], [[1, 0, 0, 0], [100, 0, 0, 0]]);
    assert.deepEqual([...picture.closures, ...picture.blocked], [[1, "full"], [1, "c"]]);
  });

  it("takes what a delta says of them, and passes over other tiles", () => {
    const touched = picture.apply({
      t: 2, tiles: [{ tile: great.tile, l: [1, 10] }, { tile: small.tile, l: [0, 33], c: [[0, "full"]] }],
    });
    assert.deepEqual([touched.links, touched.named, touched.closures], [[1], [1], false]);
    assert.deepEqual([picture.levels[1], picture.speeds[0], picture.closures.has(0)], [JAM, -1, false]);
  });

  it("forgets the links it looks at no longer, and knows nothing of new ones before their rows", () => {
    picture.look(new Set([small.tile]));
    assert.deepEqual([...picture.network.drawn], [1, 0, 0, 0, 0]);
    assert.deepEqual([picture.speeds[1], picture.levels[1], picture.closures.size], [-1, UNKNOWN, 0]);
    assert.deepEqual([picture.blocked.size, picture.promises.size, picture.certainty[1]], [0, 0, "l"]);
    assert.deepEqual(picture.counts, [0, 0, 0, 1]);
    picture.applyLinks({ l: [0, 30] });
    assert.deepEqual([picture.counts, picture.metres], [[1, 0, 0, 0], [30, 0, 0, 0]]);
    assert.deepEqual(picture.network.listed, [0]);
  });
});
