// What is done with a closure that stands: another word, its end, undone; each made of the version shown.
import { account, actor } from "../../session.js";
import { newId } from "./draft.js";

export class ClosureActs {
  /** @param {import("./sender.js").Sender} sender @param {() => number} now */
  constructor(sender, now) {
    this.sender = sender;
    this.now = now;
  }

  /** @param {Api.HandClosure} row @param {Record<string, unknown>} terms */
  correct(row, terms) { this.send(row, "PATCH", "", terms); }

  /** @param {Api.HandClosure} row */
  end(row) { this.send(row, "POST", "/end"); }

  /** @param {Api.HandClosure} row */
  undo(row) { this.send(row, "POST", "/undo"); }

  /** @param {Api.HandClosure} row @param {string} method @param {string} rest of the path
   * @param {Record<string, unknown>} terms */
  send(row, method, rest, terms = {}) {
    const id = newId(), by = account() ? "" : actor();
    this.sender.send({
      id, closure: row.id, method, path: "closures/" + encodeURIComponent(row.id) + rest,
      title: row.title || "",
      body: { ...terms, version: row.version, act_id: id, ...(by ? { by } : {}) }, links: [],
      made_ms: this.now(),
    });
  }

  /** The same act once more, made of the version that stands now. @param {Api.Conflict} answer
   * @param {import("./sender.js").Act} act */
  sendMine({ theirs }, act) {
    const id = newId(), body = { ...act.body, version: theirs.version, act_id: id };
    this.sender.send({ ...act, id, body });
  }
}
