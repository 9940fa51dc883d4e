// The legend is the filter: levels, layers and the phase of works, each with its count.
import { el, write } from "../dom.js";
import { palette } from "../palette.js";
import { signIcon, signOf } from "../signs.js";
import { t } from "../words.js";
import { isInPhase, isOver } from "./marks-layer.js";
import { LAYERS, LEVELS, PHASES } from "./state.js";
import { byPermit, isPlaced } from "./works.js";

const LEVEL_ORDER = [2, 1, 0, 3]; // what needs a look first stands first

export class Legend {
  constructor(state) {
    this.state = state;
    this.counts = {};
    this.boxes = {};
    this.shares = {};
    const levels = document.getElementById("legend-rows"), layers = document.getElementById("layer-rows");
    for (const level of LEVEL_ORDER) levels.append(this.row(LEVELS[level], lineIcon(LEVELS[level]), "level."));
    for (const layer of LAYERS) layers.append(this.row(layer, el("span", "icon"), "layer."));
    const note = el("p", "note");
    note.dataset.t = "layer.planned.note";
    layers.append(note);
    const bar = document.getElementById("shares");
    for (const level of LEVEL_ORDER) bar.append(this.shares[level] = el("i", "share " + LEVELS[level]));
    this.readPhases();
  }

  row(name, icon, prefix) {
    const label = el("label", "check");
    const box = this.boxes[name] = el("input");
    box.type = "checkbox";
    box.id = "show-" + name;
    box.addEventListener("change", () => this.state.toggle(name, box.checked));
    const word = el("span", "word");
    word.dataset.t = prefix + name;
    if (name === "minor") label.dataset.tTitle = "layer.minor.what";
    this.counts[name] = el("span", "count");
    label.append(box, icon, word, this.counts[name]);
    label.dataset.name = name;
    return label;
  }

  readPhases() {
    const group = document.getElementById("phases");
    this.phases = {};
    for (const phase of PHASES) {
      const label = el("label", "segment");
      const radio = this.phases[phase] = el("input");
      radio.type = "radio";
      radio.name = "phase";
      radio.value = phase;
      radio.addEventListener("change", () => this.state.setPhase(phase));
      const word = el("span");
      word.dataset.t = "phase." + phase;
      label.append(radio, word);
      group.append(label);
    }
  }

  /** Brings boxes, icons and words in line with the state. */
  show(picture) {
    for (const [name, box] of Object.entries(this.boxes)) box.checked = this.state.isShown(name);
    for (const [phase, radio] of Object.entries(this.phases)) radio.checked = phase === this.state.phase;
    this.drawIcons();
    if (picture) {
      this.showThresholds(picture.network);
      this.showCounts(picture);
    }
  }

  drawIcons() {
    const colours = palette(this.state.theme, this.state.palette);
    for (const layer of LAYERS) {
      const icon = this.boxes[layer].nextElementSibling;
      if (["full", "partial", "minor"].includes(layer)) icon.replaceChildren(signIcon(layer, "solid", colours));
      else if (layer === "incidents") icon.replaceChildren(signIcon("incident", "solid", colours));
      else if (layer === "clashes") icon.replaceChildren(signIcon("clash", "solid", colours));
      else if (layer === "reports") icon.replaceChildren(signIcon("report", "dashed", colours));
      else icon.className = "icon " + layer;
    }
  }

  showThresholds(network) {
    const seen = new Map();
    for (let i = 0; i < network.count; i++) {
      const kind = ["motorway", "express"].includes(network.classes[i]) ? network.classes[i] : "ordinary";
      if (!seen.has(kind)) seen.set(kind, { jam: network.jam[i], slow: network.slow[i] });
      if (seen.size === 3) break;
    }
    const ordinary = seen.get("ordinary") || [...seen.values()][0];
    const texts = ordinary ? [t("legend.thresholds", ordinary)] : [];
    for (const kind of ["express", "motorway"]) {
      if (seen.has(kind)) texts.push(t("legend.thresholds.class", { name: t("class." + kind), ...seen.get(kind) }));
    }
    write(document.getElementById("thresholds"), texts.join(" · "));
  }

  showCounts(picture) {
    const total = picture.metres.reduce((sum, metres) => sum + metres, 0) || 1;
    const words = {};
    LEVELS.forEach((name, level) => {
      write(this.counts[name], picture.counts[level].toLocaleString());
      words[name] = Math.round(100 * picture.metres[level] / total);
      this.shares[level].style.flexGrow = String(picture.metres[level] / total);
    });
    const bar = document.getElementById("shares");
    const text = t("legend.shares", words);
    if (bar.title !== text) { bar.title = text; bar.setAttribute("aria-label", text); }
    this.showLayerCounts(picture);
  }

  showLayerCounts(picture) {
    const counts = { full: 0, partial: 0, minor: 0, incidents: picture.incidents.size, reports: picture.reports.size, clashes: picture.clashes.size, buses: picture.buses.size };
    const shown = [...picture.works.values()].filter((work) => !isOver(work) && isPlaced(work) && isInPhase(work, this.state.phase));
    for (const sign of ["full", "partial", "minor"]) counts[sign] = byPermit(shown.filter((work) => signOf(work.closure) === sign)).length;
    for (const [name, count] of Object.entries(counts)) write(this.counts[name], count.toLocaleString());
  }
}

function lineIcon(level) { return el("span", "line " + level); }
