// A worker of the map: reads tiles of the basemap by protomaps-leaflet and paints them out of the page's way.
/* global protomapsL */
{
  const TILE_PX = 512, EDGE_PX = 16;
  const WAYS = [7, 6, 5, 4, 3.4, 2.8, 2.4]; // px at zoom 16, by rank
  let view = /** @type {any} */ (null);
  let opening = /** @type {Promise<void> | null} */ (null);
  const dropped = /** @type {Set<number>} */ (new Set());

  /** @param {{url: string}} asked */
  async function open({ url }) {
    importScripts("../vendor/protomaps-leaflet/protomaps-leaflet.js");
    const { PmtilesSource, TileCache, View } = protomapsL;
    const source = new PmtilesSource(url, false);
    const [head, about] = await Promise.all([source.p.getHeader(), source.p.getMetadata()]);
    view = new View(new TileCache(source, TILE_PX), head.maxZoom, 1);
    const credit = String(about?.attribution ?? ""), isApproximate = about?.description === "approximate";
    postMessage({ kind: "open", credit, isApproximate });
  }

  /** @param {{number: number, x: number, y: number, z: number, ratio: number,
   *   colours: Record<string, string>}} asked */
  async function tile({ number, x, y, z, ratio, colours }) {
    await opening;
    if (!view || dropped.delete(number)) return;
    const found = await view.getDisplayTile({ x: 2 * x, y: 2 * y, z });
    const { dataTile } = found, key = `${dataTile.z}/${dataTile.x}/${dataTile.y}`;
    const bitmap = dropped.delete(number) ? null : paintTile(found, x, y, z, ratio, colours);
    const answer = { kind: "tile", number, key, names: namesOf(found), bitmap };
    postMessage(answer, { transfer: bitmap ? [bitmap] : [] });
  }

  /** @param {any} found @param {number} x @param {number} y @param {number} z @param {number} ratio
   * @param {Record<string, string>} colours */
  function paintTile(found, x, y, z, ratio, colours) {
    const rules = rulesOf(z, colours);
    if (!rules.some(({ dataLayer }) => found.data.has(dataLayer))) return null;
    const canvas = new OffscreenCanvas(TILE_PX * ratio, TILE_PX * ratio), ctx = canvas.getContext("2d");
    if (!ctx) return null;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.lineJoin = "round";
    const left = TILE_PX * x, top = TILE_PX * y, right = left + TILE_PX, bottom = top + TILE_PX;
    const box = { minX: left - EDGE_PX, minY: top - EDGE_PX, maxX: right + EDGE_PX, maxY: bottom + EDGE_PX };
    const corner = found.origin.clone();
    corner.x = left;
    corner.y = top;
    protomapsL.paint(ctx, z, new Map([["", [found]]]), null, rules, box, corner, false);
    return canvas.transferToImageBitmap();
  }

  /** What is drawn at a zoom, the lowest first. @param {number} z @param {Record<string, string>} colours */
  function rulesOf(z, colours) {
    const { LineSymbolizer, PolygonSymbolizer } = protomapsL, grown = 1.5 ** (z - 16);
    /** @param {any} _ @param {any} feature */
    const width = (_, feature) => Math.max(0.7, WAYS[feature.props.rank ?? 6] * grown);
    /** @param {any} _ @param {any} feature */
    const edged = (_, feature) => width(_, feature) + 5;
    /** @param {string} dataLayer @param {any} symbolizer
     * @param {(_: any, feature: any) => boolean} [filter] */
    const rule = (dataLayer, symbolizer, filter) => ({ dataLayer, symbolizer, filter });
    /** @param {string} kind */
    const isOf = (kind) => (/** @type {any} */ _, /** @type {any} */ of) => (of.props.kind || "") === kind;
    /** @param {string} level */
    const isLevel = (level) => (/** @type {any} */ _, /** @type {any} */ of) => of.props.level === level;
    /** @param {string} color @param {any} options */
    const line = (color, options) => new LineSymbolizer({ color, ...options });
    const rules = [
      rule("water", new PolygonSymbolizer({ fill: colours.water })),
      rule("stream", line(colours.water, { width: Math.max(1.2, 3 * grown), lineCap: "round" })),
      rule("border", line(colours.border, { width: 1, dash: [6, 3, 1.5, 3] }), isLevel("emd")),
      rule("road", line(colours.road, { width, lineCap: "round" }), isOf("")),
      rule("road", line(colours.road, { width, dashWidth: width, dashColor: colours.road, dash: [4, 4] }),
        isOf("tunnel")),
      rule("road", line(colours["road-edge"], { width: edged }), isOf("bridge")),
      rule("road", line(colours.road, { width }), isOf("bridge")),
      rule("rail", line(colours.rail, { width: z < 12 ? 1.2 : 2.4 })),
    ];
    if (z >= 12) rules.push(rule("rail", line(colours.road, { width: 1.2, dash: [5, 5] })));
    if (z >= 13) {
      rules.unshift(rule("border", line(colours.border, { width: 0.7, dash: [2, 4] }), isLevel("ri")));
    }
    if (z >= 15) rules.unshift(rule("building", new PolygonSymbolizer({ fill: colours.building })));
    return rules;
  }

  /** The names on a tile of the archive, where they are in the world: 0 to 1. @param {any} found
   * @returns {Ui.GroundName[]} */
  function namesOf({ data, dataTile }) {
    const tiles = 2 ** dataTile.z, points = data.get("name") || [];
    return points.map((/** @type {any} */ { geom, props }) => ({
      text: String(props.name), kind: String(props.kind),
      x: (dataTile.x + geom[0][0].x / TILE_PX) / tiles, y: (dataTile.y + geom[0][0].y / TILE_PX) / tiles,
    }));
  }

  /** Without the head of the file there is no ground; of a tile that fails the rest stays. */
  const fail = () => postMessage({ kind: "failed" });

  addEventListener("message", ({ data }) => {
    if (data.kind === "open") opening = open(data).catch(fail);
    else if (data.kind === "drop") dropped.add(data.number);
    else {
      const { number } = data;
      tile(data).catch(() => postMessage({ kind: "tile", number, key: "", names: [], bitmap: null }));
    }
  });
}
