// A SharedWorker: one event stream for all tabs of a browser, which allows six connections a server.
import { EventLine } from "./event-line.js";
import { earlier } from "./order.js";

const KEEP = 240;
/** What each tab looks at: a query, "" the links of the whole network. @type {Map<MessagePort, string>} */
const ports = new Map();
/** Deltas a tab may need that is still fetching its snapshot. @type {Ui.LineEvent[]} */
const recent = [];
let line = /** @type {EventLine | null} */ (null);
let last = "";
let address = "";

/** @param {Ui.LineEvent} event */
function take(event) {
  if (event.kind === "delta") {
    last = event.id;
    recent.push(event);
    if (recent.length > KEEP) recent.shift();
  }
  if (event.kind === "resync") recent.length = 0;
  for (const port of ports.keys()) port.postMessage(event);
}

/** The stream's address with what every tab looks at. */
function url() {
  const query = [...new Set(ports.values())].filter(Boolean).join("&");
  return query ? `${address}?${query}` : address;
}

/** Begins the line anew for the views there are now, from `since` or where it stands, whichever is earlier:
 * nothing is lost, and what a tab had before it passes over. @param {string} since */
function rejoin(since) {
  if (!line) return;
  recent.length = 0;
  line.restart(earlier(since, last), url());
}

/** What a tab may ask.
 * @type {Record<string, (port: MessagePort, asked: {url: string, view: string, since: string}) => void>} */
const ACTS = {
  join(port, asked) {
    ports.set(port, asked.view);
    if (!line) {
      address = asked.url;
      last = asked.since;
      line = new EventLine(url(), asked.since, take);
      port.postMessage({ kind: "hello" });
      return;
    }
    port.postMessage({ kind: line.isOpen ? "open" : "broken" });
    if (asked.view) ACTS.view(port, asked);
    else for (const event of recent) port.postMessage(event);
  },
  view(port, { view, since }) {
    ports.set(port, view);
    rejoin(since);
    for (const other of ports.keys()) {
      other.postMessage({ kind: "joined", since: other === port ? since : undefined });
    }
  },
  leave(port) {
    const view = ports.get(port);
    ports.delete(port);
    if (ports.size) {
      if (view) rejoin(last);
      return;
    }
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
