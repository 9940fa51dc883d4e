// The pointer on the map: a press chooses what is nearest, and a line beside it says what that is.
import { t } from "../words.js";
import { write } from "../dom.js";
import { reasonOf } from "./clashes.js";
import { LEVELS } from "./state.js";

const HOVER_EVERY_MS = 60;

export class Pointer {
  constructor(live, map) {
    Object.assign(this, { live, map, hovered_ms: 0, element: document.getElementById("hint") });
    map.on("click", (e) => this.onClick(e));
    map.on("mousemove", (e) => this.onHover(e));
    map.on("mouseout movestart", () => this.hint(null));
  }

  nearestAt(point) { return this.live.nearest ? this.live.nearest.at(point) : null; }

  onClick(e) {
    const found = this.nearestAt(e.containerPoint);
    this.live.choose(found ? { kind: found.kind, id: found.id } : null);
    this.live.tools.openSheet("");
  }

  onHover(e) {
    const now = performance.now();
    if (now - this.hovered_ms < HOVER_EVERY_MS) return;
    this.hovered_ms = now;
    this.hint(this.nearestAt(e.containerPoint), e.containerPoint);
  }

  /** The line beside the pointer: what a press would choose. */
  hint(found, point) {
    const { element } = this;
    this.map.getContainer().classList.toggle("is-over", Boolean(found));
    element.hidden = !found;
    if (!found) return;
    write(element, this.hintText(found));
    const isRight = point.x > this.map.getSize().x - 240;
    element.style.transform = `translate(${Math.round(point.x)}px, ${Math.round(point.y)}px) translate(${isRight ? "calc(-100% - 12px)" : "14px"}, 14px)`;
  }

  hintText({ kind, id, index }) {
    const { picture } = this.live;
    if (kind === "link") {
      const speed = picture.speeds[index];
      const closure = picture.closures.get(index);
      return [picture.network.nameOf(index), t("level." + LEVELS[picture.levels[index]]), speed < 0 ? "" : `${speed} km/h`, closure ? t("closure." + closure) : ""].filter(Boolean).join(" · ");
    }
    if (kind === "bus") return t("bus.title", { no: picture.buses.get(id)?.[1] ?? "" });
    if (kind === "work") return `${picture.works.get(id)?.title} · ${t("closure." + picture.works.get(id)?.closure)}`;
    if (kind === "clash") return `${t("clashes.title")} · ${reasonOf(picture.clashes.get(id))}`;
    if (kind === "report") return `${t("report")} · ${picture.reports.get(id)?.title} · ${t("report.count", { n: picture.reports.get(id)?.count })}`;
    return picture.incidents.get(id)?.title || id;
  }
}
