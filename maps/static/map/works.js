// The lists on the right: works, incidents, and works that no place is known for. A press flies there.
import { el, write } from "../dom.js";
import { palette } from "../palette.js";
import { byTime, daysText } from "../period.js";
import { signIcon, signOf } from "../signs.js";
import { clockText, feedName, t, timeText } from "../words.js";
import { isInPhase, isOver, styleOf } from "./marks-layer.js";

const FIRST_ROWS = 120, MORE_ROWS = 400;
const CLOSURE_ORDER = { full: 0, partial: 1, unknown: 2, shoulder: 3, bus_stop: 4, bicycle: 5, sidewalk: 6, none: 7 };
const PHASE_ORDER = { overdue: 0, active: 0, paused: 1, planned: 2, finished: 3, cancelled: 3 };
const LISTS = ["works", "incidents", "clashes", "nowhere"];

export class Lists {
  constructor(state, clock) {
    Object.assign(this, { state, clock });
    this.most = FIRST_ROWS;
    this.rows = { works: new Map(), incidents: new Map(), clashes: new Map(), nowhere: new Map() };
    for (const name of LISTS) document.getElementById("tab-" + name).addEventListener("click", () => this.turnTo(name));
    document.getElementById("lists").addEventListener("keydown", (e) => this.onKey(e));
  }

  get colours() { return palette(this.state.theme, this.state.palette); }

  onKey(e) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const at = LISTS.findIndex((name) => document.getElementById("tab-" + name) === e.target);
    const next = LISTS[(at + step + LISTS.length) % LISTS.length];
    this.turnTo(next);
    document.getElementById("tab-" + next).focus();
  }

  turnTo(shown) {
    for (const name of LISTS) {
      const tab = document.getElementById("tab-" + name);
      tab.setAttribute("aria-selected", String(name === shown));
      tab.tabIndex = name === shown ? 0 : -1;
      document.getElementById("panel-" + name).hidden = name !== shown;
    }
  }

  show(picture) {
    const isLayer = (work) => this.state.isShown(signOf(work.closure));
    const works = [...picture.works.values()].filter((work) => isInPhase(work, this.state.phase));
    const placed = works.filter((work) => isPlaced(work) && isLayer(work)).sort(byGravity);
    const nowhere = works.filter((work) => !isPlaced(work)).sort(byGravity);
    const incidents = [...picture.incidents.values()].sort((a, b) => b.starts_ms - a.starts_ms);
    const reports = [...picture.reports.values()].sort((a, b) => b.last_ms - a.last_ms);
    this.city = picture.network.city;
    this.fill("works", "work", byPermit(placed), (spots) => this.workFacts(spots));
    this.fill("nowhere", "work", byPermit(nowhere), (spots) => this.workFacts(spots));
    this.fill("incidents", "incident", [...reports, ...incidents].map((thing) => [thing]), ([thing]) => picture.reports.has(thing.id) ? this.reportFacts(thing) : this.incidentFacts(thing));
  }

  /** What a row says of a permit's spots, the gravest first: sign, title, the line under it, and whether it is over. */
  workFacts(spots) {
    const [work] = spots;
    const closure = t("closure." + (work.closure || "unknown"));
    return {
      sign: signOf(work.closure), style: styleOf(work.phase), title: work.title || work.id,
      tags: [closure, t("phase." + work.phase), ...(spots.length > 1 ? [t("works.spots", { n: spots.length })] : [])], under: [daysText(work), this.shortPlace(work.place)].filter(Boolean).join(" · "), isOver: isOver(work),
    };
  }

  /** An address without the province and the city everyone in the room is in. */
  shortPlace(place) {
    const cut = (place || "").indexOf(this.city + " ");
    return cut < 0 ? place : place.slice(cut + this.city.length + 1);
  }

  incidentFacts(incident) {
    const kind = t("incident." + incident.kind);
    return {
      sign: "incident", style: "solid", title: incident.title || kind,
      tags: [kind, ...(incident.closure && incident.closure !== "unknown" ? [t("closure." + incident.closure)] : [])],
      under: [feedName(incident.feed), incident.road_name, incident.direction, timeText(incident.starts_ms) + " ~"].filter(Boolean).join(" · "), isOver: false,
    };
  }

  reportFacts(report) {
    return {
      kind: "report", sign: "report", style: "dashed", title: report.title || t("report"), isOver: false,
      tags: [t("report"), t("report.count", { n: report.count })], under: `${clockText(report.first_ms).slice(0, 5)} ~ ${clockText(report.last_ms).slice(0, 5)}`,
    };
  }

  /** Brings a list in line with items, each one or more things; rows that say the same stay the elements they are. */
  fill(name, kind, items, factsOf) {
    const list = document.getElementById(name + "-list"), none = document.getElementById(name + "-none");
    const old = this.rows[name], rows = new Map();
    for (const item of items.slice(0, this.most)) {
      const facts = factsOf(item);
      const ids = item.map((thing) => thing.id);
      const mark = JSON.stringify([facts, ids]) + this.state.theme + this.state.palette + this.state.lang;
      const before = old.get(ids[0]);
      rows.set(ids[0], before && before.mark === mark ? before : { mark, ids, element: this.row(facts.kind || kind, ids, facts) });
    }
    this.rows[name] = rows;
    const wanted = [...rows.values()].map((row) => row.element);
    if (items.length > this.most) wanted.push(this.more(items.length - this.most));
    arrange(list, wanted);
    none.hidden = items.length > 0;
    write(none, t(name + ".none"));
    write(document.getElementById(name + "-count"), items.length.toLocaleString());
    this.markChosen();
  }

  more(count) {
    const item = el("li", "more"), button = el("button", "plain");
    button.type = "button";
    button.textContent = t("works.more", { n: Math.min(count, MORE_ROWS).toLocaleString() });
    button.addEventListener("click", () => { this.most += MORE_ROWS; this.state.tell("layers"); });
    item.append(button);
    return item;
  }

  row(kind, ids, facts) {
    const li = el("li"), button = el("button", "row");
    button.type = "button";
    button.dataset.kind = kind;
    button.dataset.id = ids[0];
    button.classList.toggle("is-over", facts.isOver);
    const text = el("span", "text"), title = el("b", "title"), tags = el("span", "tags"), under = el("span", "under");
    title.textContent = facts.title;
    under.textContent = facts.under;
    for (const tag of facts.tags) {
      const span = el("span", "tag");
      span.textContent = tag;
      tags.append(span);
    }
    tags.firstChild.classList.add(facts.sign);
    text.append(tags, title, under);
    button.append(signIcon(facts.sign, facts.style, this.colours), text);
    button.addEventListener("click", (e) => this.onChoose({ kind, id: this.next(ids) }, e.detail === 0)); // a key, not a mouse
    li.append(button);
    return li;
  }

  /** The thing a press on a row goes to: the first, and from one of a permit's spots to the next. */
  next(ids) {
    const at = this.state.chosen ? ids.indexOf(this.state.chosen.id) : -1;
    return ids[(at + 1) % ids.length];
  }

  markChosen() {
    const { chosen } = this.state;
    for (const name of LISTS) {
      for (const row of this.rows[name].values()) {
        const button = row.element.firstChild;
        const isChosen = Boolean(chosen) && row.ids.includes(chosen.id) && chosen.kind === button.dataset.kind;
        if (isChosen) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      }
    }
  }
}

/** Puts elements in order and moves only what must, so that focus and scroll stay where they are. */
export function arrange(list, wanted) {
  const kept = new Set(wanted);
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  for (const element of [...list.children]) if (!kept.has(element)) element.remove();
  wanted.forEach((element, k) => {
    if (list.children[k] !== element) list.insertBefore(element, list.children[k] || null);
  });
  if (focused && document.activeElement !== focused) refocus(list, focused);
}

/** Gives the focus back to a row that was moved, or to the new element of one whose words changed. */
function refocus(list, focused) {
  const again = list.contains(focused) ? focused : [...list.querySelectorAll(".row")].find((row) => row.dataset.id === focused.dataset.id);
  if (again) again.focus({ preventScroll: true });
}

export const isPlaced = (work) => work.placed_by !== "nowhere" && (work.lon !== null || work.links.length > 0);

/** What makes dig spots one permit's: title, period and organisation. A work without a title stands alone. */
export const permitOf = (work) => work.title ? [work.title, work.starts_ms, work.ends_ms, work.organisation].join("\n") : work.id;

/** Works as lists of one permit's dig spots, in the order of their first. */
export function byPermit(works) {
  const permits = new Map();
  for (const work of works) {
    const key = permitOf(work);
    if (permits.has(key)) permits.get(key).push(work); else permits.set(key, [work]);
  }
  return [...permits.values()];
}

/** What is happening now before what will, what closes more before what closes less; unknown times last. */
function byGravity(a, b) {
  return PHASE_ORDER[a.phase] - PHASE_ORDER[b.phase] || (CLOSURE_ORDER[a.closure] ?? 3) - (CLOSURE_ORDER[b.closure] ?? 3)
    || byTime(a.starts_ms, b.starts_ms) || byTime(a.ends_ms, b.ends_ms) || (a.id < b.id ? -1 : 1);
}
