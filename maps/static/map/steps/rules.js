// What the browser's Back leads over: which changes of a screen are a step, and which only its address. Pure.

/** What a step remembers of a screen. `dialogs`: those that are open, the lowest first.
 * @typedef {{chosen: Ui.Chosen | null, place: Ui.Spot | null, at_ms: number | null, isThen: boolean,
 *   sheet: string, dialogs: string[]}} Seen */
/** Nothing new; another address of the same step; a new step; the one before, which shows the same.
 * @typedef {"stay" | "put" | "push" | "back"} Step */

/** @param {Seen} seen */
const timeOf = ({ at_ms, isThen }) => at_ms === null ? "" : at_ms + (isThen ? " then" : "");

/** What makes two screens the same step. @param {Seen} seen */
export const keyOf = (seen) => JSON.stringify([...partsOf(seen), seen.dialogs]);

/** @param {Seen} seen */
const partsOf = (seen) => [
  seen.chosen ? `${seen.chosen.kind} ${seen.chosen.id}` : "",
  seen.place ? JSON.stringify([seen.place.links, seen.place.lon, seen.place.lat]) : "",
  timeOf(seen), seen.sheet,
];

/** Whether another time is shown. @param {Seen} before @param {Seen} now */
export const isOtherTime = (before, now) => timeOf(before) !== timeOf(now);

/** What a change is. @param {Seen} before @param {Seen} now @param {string} under what the step below shows,
 * by its key, "" where there is none @param {boolean} isSameMove whether the time goes on as it went: one
 * drag, one play @returns {Step} */
export function stepOf(before, now, under, isSameMove) {
  const key = keyOf(now);
  if (key === keyOf(before)) return "stay";
  if (isClosing(before, now)) return key === under ? "back" : "put";
  const isOnlyTime = key === keyOf({ ...before, at_ms: now.at_ms, isThen: now.isThen });
  return isOnlyTime && isSameMove && before.at_ms !== null ? "put" : "push";
}

/** Whether something was only closed: a card, a dialog, a sheet, another time.
 * @param {Seen} before @param {Seen} now */
function isClosing(before, now) {
  const old = partsOf(before), isLess = partsOf(now).every((part, k) => part === "" || part === old[k]);
  return isLess && now.dialogs.every((id, k) => id === before.dialogs[k]);
}
