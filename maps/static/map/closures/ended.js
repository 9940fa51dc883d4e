// "It is over": the office's word on what a feed says, beside the feed's own.
import { el, makeButton, write } from "../../dom.js";
import { tell } from "../../session.js";
import { t } from "../../words.js";
import { newId } from "./draft.js";
import { may } from "./may.js";

/** The button for those who may; "" of what is over already is its taking back.
 * @param {string} path "incidents" or "works" @param {string} id @param {boolean} isOver */
export function endedAction(path, id, isOver) {
  if (!may("act")) return null;
  const p = el("p", "actions"), said = el("span", "note"), report_id = newId();
  said.setAttribute("role", "status");
  const button = makeButton("button", t(isOver ? "ended.take_back" : "ended.say"), async () => {
    button.disabled = true;
    write(said, t("ended.sending"));
    try {
      await tell("POST", `${path}/${encodeURIComponent(id)}/ended`, { report_id, is_over: !isOver });
      write(said, t("ended.sent"));
    } catch (error) {
      button.disabled = false;
      write(said, `${t("closing.unrecorded")} ${error instanceof Error ? error.message : ""}`);
    }
  });
  p.append(button, " ", said);
  return p;
}
