// A closure by hand: who closed what until when, its versions, and what can be done with it.
import { getJson } from "../../get.js";
import { el, makeButton, write } from "../../dom.js";
import { signOf } from "../../signs.js";
import { timeText, whenText } from "../../times.js";
import { localized, t } from "../../words.js";
import { may } from "../closures/may.js";
import { periodText, termsText, whatText } from "../closures/terms.js";

/** @type {Ui.Kind<Api.HandClosure>} */
export const closure = {
  rows: "hand_closures",
  letter: "z",
  layers: ["by_hand"],
  isDrawn: (row) => row.phase !== "finished",
  mark: (row) => ({ sign: "by_hand", style: typeof row === "string" ? "solid" : styleOf(row) }),
  isFirst: true,
  lists: ({ rows }) => ({ incidents: [...rows.closure.values()].sort(inOrder).map((row) => [row]) }),
  entry: ([row]) => ({
    sign: "by_hand", style: styleOf(row), title: row.title || row.id,
    tags: [t("layer.by_hand"), whatText(row), stateText(row)],
    under: [t("incident." + row.cause), periodText(row), row.reason].filter(Boolean).join(" · "),
    isOver: row.phase === "finished",
  }),
  card: (card, id) => cardOf(card, id, card.picture.rows.closure.get(id)),
  hint(picture, id) {
    const row = picture.rows.closure.get(id);
    return row ? termsText(row) : id;
  },
};

/** @param {Api.HandClosure} row */
const styleOf = ({ phase }) => phase === "active" ? "solid" : "hollow";
const PHASES = ["active", "planned", "finished"];
/** @param {Api.HandClosure} a @param {Api.HandClosure} b */
const inOrder = (a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || b.starts_ms - a.starts_ms;

/** What became of it, in a word. @param {Api.HandClosure} row */
function stateText(row) {
  if (row.phase !== "finished") return t(row.is_ending ? "closing.ending" : "closing.phase." + row.phase);
  if (!row.is_over) return t("closing.passed");
  return t(row.act === "undo" ? "closing.undone" : "closing.ended");
}

/** Until when it holds; of one that was over before its end, when that was.
 * @param {Pick<Api.HandClosure, "ends_ms" | "over_ms">} row */
export function untilText({ ends_ms, over_ms }) {
  if (over_ms && over_ms < (ends_ms || Infinity)) {
    const time = timeText(over_ms);
    return ends_ms ? t("closing.until.early", { time, ends: whenText(ends_ms) }) : time;
  }
  return ends_ms ? timeText(ends_ms) : t("card.open_end");
}

/** @param {Ui.Card} card @param {string} id @param {Api.HandClosure | undefined} row */
function cardOf(card, id, row) {
  if (!row) return [card.head(t("kind.hand_closure"), id), card.note("card.gone")];
  const verdict = el("p", "verdict " + signOf(/** @type {Api.Closure} */ (row.closure)));
  verdict.append(el("b", "", whatText(row)), el("span", "", stateText(row)));
  return [
    card.head(t("kind.hand_closure"), row.title || id, t("incident." + row.cause)), verdict,
    card.facts([
      ["card.direction", row.direction], ["card.since", timeText(row.starts_ms)],
      ["card.until", untilText(row)],
      ["closing.field.reason", row.reason],
      ["closing.field.by", row.by || card.live(() => t("closing.nobody"))],
      ["closing.field.at", card.ageText(row.at_ms)],
    ]),
    card.live(() => acts(card, row)), card.live(() => effects(row)), card.live(() => versions(row)),
    card.links(row.links),
  ];
}

/** @param {Ui.Card} card @param {Api.HandClosure} row */
function acts(card, row) {
  if (!may("act")) return null;
  const p = el("p", "actions closing-acts"), { closing } = card.actions;
  const add = (/** @type {string} */ name, /** @type {() => void} */ act) => {
    const button = makeButton("button", t("closing.do." + name), act);
    button.dataset.act = name;
    p.append(button, " ");
  };
  add("correct", () => closing().openRow(row));
  if (!row.is_over && row.phase !== "finished") add("end", () => closing().acts.end(row));
  add("undo", () => closing().acts.undo(row));
  return p;
}

/** The way round and the stops left out, asked once it is looked at. @param {Api.HandClosure} row */
function effects(row) {
  if (row.closure !== "full" || row.phase === "finished") return null;
  const part = el("details", "others"), said = el("p", "note", t("closing.asking"));
  part.append(el("summary", "", t("closing.effects")), said);
  part.addEventListener("toggle", async () => {
    if (!part.open) return;
    try {
      const { round, stops } = await getJson("/api/v1/closures/" + encodeURIComponent(row.id));
      const names = stops.map(stopText);
      write(said, [
        round ? t("closing.round.line", { way: localized(round, "text") }) : t("closing.round.none"),
        names.length ? t("closing.stops", { stops: names.join(", ") }) : "",
      ].filter(Boolean).join(" "));
    } catch { write(said, t("card.failed")); }
  });
  return part;
}

/** @param {Api.StopOut} stop */
const stopText = ({ name, routes }) => `${name} (${routes.join(", ")})`;

/** Every version, the newest first. @param {Api.HandClosure} row */
function versions(row) {
  const part = el("details", "others"), list = el("ol", "closing-versions");
  const all = [...row.versions || [], row].reverse();
  for (const each of all) {
    const who = each.by || t("closing.nobody"), what = t("closing.act." + each.act);
    const said = [whenText(each.at_ms), who, what].join(" · ");
    const item = el("li", "", said);
    item.value = each.version;
    item.append(el("span", "under", termsText(each)));
    list.append(item);
  }
  part.append(el("summary", "", t("closing.versions", { n: all.length })), list);
  return part;
}
