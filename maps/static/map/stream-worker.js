// A SharedWorker: one event stream for all tabs of a browser, which allows six connections a server.
import { EventLine } from "./event-line.js";

const ports = new Set();
let line = null;
let last = "";
const recent = []; // deltas a tab may need that is still fetching its snapshot
const KEEP = 240;

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function begin(url, since) {
  line = new EventLine(url, since, (message) => {
    if (message.kind === "delta") {
      last = message.id;
      recent.push(message);
      if (recent.length > KEEP) recent.shift();
    }
    if (message.kind === "resync") recent.length = 0;
    tell(message);
  });
}

self.onconnect = (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data.kind === "join") {
      ports.add(port);
      if (!line) {
        begin(data.url, data.since);
        port.postMessage({ kind: "hello" });
      } else {
        port.postMessage({ kind: line.isOpen ? "open" : "broken" });
        for (const message of recent) port.postMessage(message);
      }
    }
    if (data.kind === "leave") ports.delete(port);
    if (data.kind === "again" && line) line.restart(data.since || last);
    if (data.kind === "leave" && ports.size === 0 && line) { line.close(); line = null; recent.length = 0; }
  };
  port.start();
};
