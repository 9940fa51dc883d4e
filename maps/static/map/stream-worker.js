// A SharedWorker: one event stream for all tabs of a browser, which allows six connections a server.
import { EventLine } from "./event-line.js";

const KEEP = 240;
const ports = /** @type {Set<MessagePort>} */ (new Set());
/** Deltas a tab may need that is still fetching its snapshot. @type {Ui.LineEvent[]} */
const recent = [];
let line = /** @type {EventLine | null} */ (null);
let last = "";

/** @param {Ui.LineEvent} event */
function take(event) {
  if (event.kind === "delta") {
    last = event.id;
    recent.push(event);
    if (recent.length > KEEP) recent.shift();
  }
  if (event.kind === "resync") recent.length = 0;
  for (const port of ports) port.postMessage(event);
}

/** What a tab may ask.
 * @type {Record<string, (port: MessagePort, asked: {url: string, since: string}) => void>} */
const ACTS = {
  join(port, { url, since }) {
    ports.add(port);
    if (line) {
      port.postMessage({ kind: line.isOpen ? "open" : "broken" });
      for (const event of recent) port.postMessage(event);
    } else {
      line = new EventLine(url, since, take);
      port.postMessage({ kind: "hello" });
    }
  },
  leave(port) {
    ports.delete(port);
    if (ports.size) return;
    line?.close();
    line = null;
    recent.length = 0;
  },
  again: (_, { since }) => line?.restart(since || last),
};

addEventListener("connect", (e) => {
  const [port] = /** @type {MessageEvent} */ (e).ports;
  port.onmessage = ({ data }) => ACTS[data.kind]?.(port, data);
});
