// Whether a situation has become graver since somebody acknowledged it.
import { isSeen } from "../kinds/alert.js";

/** The severity it has now, "" where nobody acknowledged it or it is no graver. @param {Ui.Picture} picture
 * @param {Api.Situation} row */
export function rising(picture, { facts, acknowledged, severity }) {
  const isGraver = facts.some((fact) => picture.rows.ack.has(fact.id) && !isSeen(picture, fact));
  return !acknowledged && isGraver ? severity : "";
}
