// A network that comes in tiles: which of them a view meets, and the reading of their roads.
import { worldX, worldY } from "./network.js";

/** The tiles of a network that a view meets at its zoom, by name; the server finds the same.
 * @param {Pick<Api.NetworkIndex, "tiles" | "steps" | "slack">} index @param {Ui.Frame} frame
 * @returns {Set<string>} */
export function tilesIn({ tiles, steps, slack }, { bbox: [west, south, east, north], zoom }) {
  const reach = new Map([[0, [0, 0, 0, 0]]]); // what is too long for a tile lies in that of zoom 0
  for (const [from, z] of steps) {
    const size = 2 ** z;
    if (zoom >= from) {
      reach.set(z, [
        Math.floor(worldX(west) * size - slack), Math.floor(worldX(east) * size + slack),
        Math.floor(worldY(north) * size - slack), Math.floor(worldY(south) * size + slack),
      ]);
    }
  }
  return new Set(tiles.filter((name) => {
    const [z, x, y] = name.split("/").map(Number), [x0, x1, y0, y1] = reach.get(z) || [1, 0, 1, 0];
    return x0 <= x && x <= x1 && y0 <= y && y <= y1;
  }));
}

/** What asks the server for the links of a view, and for those of one tile more.
 * @param {Ui.Frame} frame @param {string} pin a tile's name, "" none */
export function queryOf({ bbox, zoom }, pin) {
  return `bbox=${bbox.join(",")}&zoom=${zoom}${pin ? "&tiles=" + pin : ""}`;
}

/** Whether two sets hold the same. @param {Set<string>} a @param {Set<string>} b */
export const isSame = (a, b) => a.size === b.size && [...a].every((name) => b.has(name));

/** Reads the roads of the tiles that a network has not met. @param {Ui.Network} network
 * @param {Iterable<string>} names @param {(url: string) => Promise<Api.TileFile>} read */
export async function meet(network, names, read) {
  const unmet = [...names].filter((name) => !network.tiles.has(name));
  await Promise.all(unmet.map(async (name) => {
    network.addTile(await read(`/api/v1/network/${encodeURIComponent(network.version)}/tiles/${name}.json`));
  }));
}
