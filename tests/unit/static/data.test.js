// What lies under a press among the features of a dataset; how cells and bars read.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { shareOf } from "../../../maps/static/data/bars.js";
import { said, short } from "../../../maps/static/data/line.js";
import { dateText, groupOf, shortMeaning } from "../../../maps/static/data/shared.js";
import { classOf, isUnknown, shadingOf, strokesOf } from "../../../maps/static/map/data/areas.js";
import { shortCount } from "../../../maps/static/map/data/layer.js";
import { DataParts, holds, isWhole } from "../../../maps/static/map/data/parts.js";
import { growthOf, markOf, nearestOf, shapeOf } from "../../../maps/static/map/data/shapes.js";
import { worldX, worldY } from "../../../maps/static/map/network.js";
import "./words.js";

const SCALE = 1e7; // px a world unit: about 30,000 px a degree
const view = {
  px: (x) => (x - worldX(127.7)) * SCALE, py: (y) => (y - worldY(37.8)) * SCALE,
};
let count = 0;
const shape = (type, coordinates) =>
  shapeOf({ id: ++count, geometry: { type, coordinates } });
const xy = (lon, lat) => [view.px(worldX(lon)), view.py(worldY(lat))];

describe("the features of a dataset", () => {
  const point = shape("Point", [127.7, 37.8]);
  const line = shape("MultiLineString", [[[127.8, 37.8], [127.9, 37.8]], [[127.8, 37.9], [127.9, 37.9]]]);
  const ring = (west, south, side) => [[west, south], [west + side, south], [west + side, south + side],
    [west, south + side], [west, south]];
  const area = shape("Polygon", [ring(127.0, 37.0, 0.5), ring(127.2, 37.2, 0.1)]);
  const all = [area, line, point];

  it("are found within reach of a press, a point before what lies around it", () => {
    assert.equal(nearestOf(all, view, ...xy(127.7, 37.8), 12), point);
    assert.equal(nearestOf(all, view, ...xy(127.85, 37.9), 12), line);
    assert.equal(nearestOf(all, view, ...xy(127.85, 37.85), 12), null);
  });

  it("hold a press in an area, and not in its hole", () => {
    assert.equal(nearestOf(all, view, ...xy(127.1, 37.1), 12), area);
    assert.equal(nearestOf(all, view, ...xy(127.25, 37.25), 12), null);
  });

  it("of a kind that is not known are nowhere", () => {
    assert.deepEqual(shape("GeometryCollection", []).rings, []);
    assert.deepEqual(shape("Polygon", []).rings, []);
  });
});

describe("areas beside each other", () => {
  const ring = (west) => [[west, 37], [west + 0.1, 37], [west + 0.1, 37.1], [west, 37.1], [west, 37]];
  const west = shape("Polygon", [ring(127)]), east = shape("Polygon", [ring(127.1)]);

  it("take a press that lies in them before one whose edge is near", () => {
    const edge = [view.px(worldX(127.1)), view.py(worldY(37.05))];
    assert.equal(nearestOf([west, east], view, edge[0] + 3, edge[1], 12), east);
    assert.equal(nearestOf([east, west], view, edge[0] - 3, edge[1], 12), west);
    const [x, y] = xy(127, 37.05);
    assert.equal(nearestOf([west, east], view, x - 5, y, 12), west);
    assert.equal(nearestOf([west, east], view, x - 15, y, 12), null);
  });
});

describe("what shades areas", () => {
  const ring = [[127, 37], [127.1, 37], [127.1, 37.1], [127, 37]];
  const areasOf = (values) => values.map((수) =>
    shapeOf({ id: ++count, geometry: { type: "Polygon", coordinates: [ring] }, properties: { 수 } }));

  it("is five classes of as many areas each, and none of what is not known", () => {
    const areas = areasOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5, null]), shading = shadingOf(areas, "수");
    assert.deepEqual(shading.classes.map(({ low, high }) => [low, high]),
      [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]);
    assert.deepEqual(areas.map((area) => classOf(area, shading)), [4, 0, 4, 0, 3, 1, 3, 1, 2, 2, -1]);
    assert.deepEqual(areas.map((area) => isUnknown(area, shading)).lastIndexOf(true), 10);
  });

  it("puts equal numbers in one class, whatever their count", () => {
    for (const [values, classes] of [[[0, 0, 0, 0, 0, 0, 7], [[0, 0], [7, 7]]], [[5], [[5, 5]]],
      [[1, 1, 1], [[1, 1]]], [[-2, 0.5], [[-2, -2], [0.5, 0.5]]]]) {
      const areas = areasOf(values), shading = shadingOf(areas, "수");
      assert.deepEqual(shading.classes.map(({ low, high }) => [low, high]), classes);
      assert.ok(areas.every((area) => classOf(area, shading) >= 0));
    }
  });

  it("is nothing where no number is known: then all look the same", () => {
    const areas = areasOf([null, "3"]);
    assert.equal(shadingOf(areas, "수"), null);
    assert.deepEqual(areas.map((area) => classOf(area, null)), [1, 1]);
  });

  it("is seen without colour: each class has a denser hatch, each look another direction", () => {
    const strokes = (of, look) => strokesOf(of, look, 24).split("M").length - 1;
    for (const look of [0, 1, 2]) {
      const counts = [0, 1, 2, 3, 4].map((of) => strokes(of, look));
      assert.equal(counts[0], 0);
      assert.ok(counts.every((n, k) => !k || n > counts[k - 1]), String(counts));
    }
    assert.equal(new Set([0, 1, 2].map((look) => strokesOf(2, look, 24))).size, 3);
  });
});

describe("a mark of many rows", () => {
  it("is larger the more it stands for, and within reach as far", () => {
    assert.equal(growthOf(1), 1);
    assert.ok(growthOf(2) < growthOf(200) && growthOf(50_000) < 4);
    const [x, y] = xy(127.7, 37.8);
    const one = markOf([127.7, 37.8, 1, 7]), many = markOf([127.7, 37.8, 900, 0]);
    assert.deepEqual([one.row, one.count, many.row, many.count], [7, 1, 0, 900]);
    assert.equal(nearestOf([one], view, x + 20, y, 12), null);
    assert.equal(nearestOf([many], view, x + 20, y, 12), many);
  });

  it("says how many in a few letters", () => {
    assert.deepEqual([2, 999, 1_000, 1_240, 9_949, 9_990, 49_600].map(shortCount),
      ["2", "999", "1k", "1.2k", "9.9k", "10k", "50k"]);
  });
});

describe("what lies in view", () => {
  it("comes whole where a number shades areas, and there are not many", () => {
    const one = { draw: "area", shade: { column: "수" }, on_map: 2_000 };
    assert.ok(isWhole(one) && isWhole({ ...one, draw: "dong", shade: null }));
    for (const other of [{ shade: null }, { on_map: 2_001 }, { draw: "line" }]) {
      assert.ok(!isWhole({ ...one, ...other }));
    }
  });

  it("is enough while the view stays in the box that was read, at its zoom and version", () => {
    let zoom = 12, bounds = [127, 37, 128, 38];
    const seen = () => ({ getWest: () => bounds[0], getSouth: () => bounds[1], getEast: () => bounds[2],
      getNorth: () => bounds[3], pad: seen });
    const parts = new DataParts({ getZoom: () => zoom, getBounds: seen });
    const box = [126.7, 36.7, 128.3, 38.3], part = { version: "v", zoom: 12, shapes: [], left_out: 0 };
    parts.known.set("a", { ...part, box });
    assert.ok(parts.isEnough("a", "v"));
    assert.ok(!parts.isEnough("a", "w") && !parts.isEnough("b", "v"));
    bounds = [127.2, 37, 128.2, 38];
    assert.ok(parts.isEnough("a", "v"));
    bounds = [127.4, 37, 128.4, 38];
    assert.ok(!parts.isEnough("a", "v"));
    [bounds, zoom] = [[127, 37, 128, 38], 12.6];
    assert.ok(!parts.isEnough("a", "v"));
    assert.ok(!holds([0, 0, 1, 1], [0, 0, 1, 1.1]));
  });
});

describe("what a page says of a dataset", () => {
  it("writes moments as people do, and no other text", () => {
    assert.equal(dateText("2026-11-03T14:05:00+09:00"), "2026-11-03 14:05");
    assert.equal(dateText("2026-11-03"), "2026-11-03");
    assert.equal(said("2026-11"), "2026-11");
    assert.deepEqual([short("2026-11-03T14:00:00+09:00"), short()], ["11-03 14:00", ""]);
  });

  it("explains a name that is no Korean word, in a word", () => {
    const columns = [{ name: "pm10Value", meaning: "미세먼지(PM10), ㎍/㎥" }, { name: "개수", meaning: "수" }];
    assert.equal(shortMeaning("pm10Value", columns), "미세먼지");
    assert.deepEqual([shortMeaning("개수", columns), shortMeaning("none", columns)], ["", ""]);
  });

  it("shows a bar of what is small, and none of nothing", () => {
    assert.deepEqual([shareOf(0, 10), shareOf(1, 10_000), shareOf(-5, 10)], [0, 0.5, 50]);
  });

  it("tells what is in order from what needs a look", () => {
    const groups = ["fresh", "late", "silent", "no_data"].map(groupOf);
    assert.deepEqual(groups, ["ok", "trouble", "trouble", "no_data"]);
  });
});
