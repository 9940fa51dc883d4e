// Where marks stand that would lie on one another: beside their place with a line to it, or stacked.

const CELL_PX = 48; // at least two radii and a step aside: who overlaps is in a cell beside
const TOUCH = 0.85; // of the two radii: so near, one hides the other
const STEPS = [2.1, 3.2]; // how far aside, in radii
const TURNS = 8;

/** Spreads marks: the last of the list stays where it is, and those before give way. One that finds no room
 * goes under the mark it touches, which counts it, and one of a kind that gathers goes under its like. The
 * same marks are spread the same way in every view.
 * @template {Ui.Mark} T @param {T[]} marks the gravest last @param {boolean} isRoomy whether there is room
 * for marks to stand aside @returns {T[]} in the same order */
export function spread(marks, isRoomy) {
  const taken = new Taken(isRoomy ? STEPS : []);
  const found = [...marks].reverse().map((mark) => taken.put(mark));
  return found.reverse();
}

class Taken {
  /** @param {number[]} steps */
  constructor(steps) { this.steps = steps; }

  cells = /** @type {Map<string, Ui.Mark[]>} */ (new Map());

  /** @template {Ui.Mark} T @param {T} mark @returns {T} */
  put(mark) {
    const like = this.like(mark), host = like || this.touching(mark);
    if (!host) { this.keep(mark); return mark; }
    const aside = like ? null : this.aside(mark, host);
    if (aside) { this.keep(aside); return aside; }
    host.count = (host.count || 1) + 1;
    return { ...mark, x: host.x, y: host.y, under: host };
  }

  /** One of its kind that is near, where its kind gathers. @param {Ui.Mark} mark
   * @returns {Ui.Mark | undefined} */
  like({ kind, x, y, gathers_px = 0 }) {
    if (!gathers_px) return undefined;
    const near = around(x, y).flatMap((key) => this.cells.get(key) || []);
    return near.find((other) => other.kind === kind && Math.hypot(other.x - x, other.y - y) < gathers_px);
  }

  /** Beside its place where nothing is, first away from the mark it touches.
   * @template {Ui.Mark} T @param {T} mark @param {Ui.Mark} host @returns {T | null} */
  aside(mark, host) {
    const first = Math.atan2(mark.y - host.y, mark.x - host.x);
    for (const step of this.steps) {
      for (let k = 0; k < TURNS; k++) {
        const turn = first + 2 * Math.PI / TURNS * (k % 2 ? -(k + 1) / 2 : k / 2), far = step * mark.r;
        const moved = { ...mark, x: mark.x + far * Math.cos(turn), y: mark.y + far * Math.sin(turn) };
        if (!this.touching(moved)) return { ...moved, from: { x: mark.x, y: mark.y } };
      }
    }
    return null;
  }

  /** @param {Ui.Mark} mark @returns {Ui.Mark | undefined} */
  touching({ x, y, r }) {
    for (const key of around(x, y)) {
      const found = this.cells.get(key)?.find((other) =>
        Math.hypot(other.x - x, other.y - y) < TOUCH * (other.r + r));
      if (found) return found;
    }
    return undefined;
  }

  /** @param {Ui.Mark} mark */
  keep(mark) {
    const key = cellOf(mark.x, mark.y), cell = this.cells.get(key);
    if (cell) cell.push(mark); else this.cells.set(key, [mark]);
  }
}

/** @param {number} x @param {number} y */
const cellOf = (x, y) => `${Math.floor(x / CELL_PX)},${Math.floor(y / CELL_PX)}`;

/** @param {number} x @param {number} y */
function around(x, y) {
  return [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => cellOf(x + dx * CELL_PX, y + dy * CELL_PX)));
}
