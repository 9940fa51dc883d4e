// How many lines of each list go on a sheet. Pure.

/** The lines of each list that fit: the longest list gives way first, of equals the later.
 * @param {number[]} sizes how many lines each list has
 * @param {(counts: number[]) => boolean} fits @returns {number[]} */
export function linesThatFit(sizes, fits) {
  const counts = [...sizes];
  while (!fits(counts)) {
    const most = Math.max(...counts);
    if (most === 0) break;
    counts[counts.lastIndexOf(most)] -= 1;
  }
  return counts;
}

/** The largest box of a shape within another: width and height.
 * @param {{width: number, height: number}} shape @param {{width: number, height: number}} within */
export function boxWithin({ width, height }, within) {
  const scale = Math.min(within.width / width, within.height / height);
  return { width: width * scale, height: height * scale };
}
