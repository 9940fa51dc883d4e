// The card of what is chosen: a link, a work, an incident or a bus. Everything in it is set as text.
(function () {
  "use strict";
  const Bomnae = window.Bomnae = window.Bomnae || {};
  const REFETCH_MS = 5000;
  const SEEN_EVERY_MS = 660000; // a work that is only listed again is written every ten minutes

  class Card {
    constructor(state, clock, actions) {
      Object.assign(this, { state, clock, actions });
      this.element = document.getElementById("card");
      this.photos = new Bomnae.WorkPhotos();
      setInterval(() => { if (this.ageOf) Bomnae.write(this.ageOf.element, this.ageText(this.ageOf.ms)); }, 1000);
    }

    /** Shows what the state says is chosen; `picture` is the city's. */
    show(picture) {
      this.picture = picture;
      const { chosen } = this.state;
      this.ageOf = null;
      if (!chosen || !picture) return this.close();
      const isFocused = this.element.contains(document.activeElement);
      const draw = { link: () => this.showLink(chosen.id), work: () => this.showWork(chosen.id), incident: () => this.showIncident(chosen.id), clash: () => this.showClash(chosen.id), report: () => this.showReport(chosen.id), alert: () => this.showAlert(chosen.id), bus: () => this.showBus(chosen.id) }[chosen.kind];
      this.element.hidden = false;
      this.element.dataset.kind = chosen.kind;
      draw();
      if (isFocused) this.element.focus();
      return undefined;
    }

    /** Takes the keyboard, and gives it back to where it came from when the card closes. */
    focus() {
      if (this.element.hidden) return;
      this.opener = document.activeElement;
      this.element.focus();
    }

    close() {
      const { opener } = this;
      this.opener = null;
      if (opener && opener.isConnected && this.element.contains(document.activeElement)) opener.focus();
      this.element.hidden = true;
      this.element.replaceChildren();
    }

    /** Something of the picture changed: draw again if it is about what is chosen. */
    refresh(links, isPoints) {
      const { chosen } = this.state;
      if (!chosen || this.element.hidden) return;
      if (chosen.kind === "link" && links.has(this.picture.network.indexOf.get(chosen.id))) this.show(this.picture);
      if (chosen.kind !== "link" && isPoints) this.show(this.picture);
    }

    head(kind, title, sub) {
      const head = Bomnae.el("header"), close = Bomnae.el("button", "close");
      const small = Bomnae.el("span", "kind"), heading = Bomnae.el("h2");
      small.textContent = kind;
      heading.textContent = title;
      close.type = "button";
      close.textContent = "×";
      close.setAttribute("aria-label", Bomnae.t("close"));
      close.addEventListener("click", () => this.actions.choose(null));
      head.append(small, close, heading);
      if (sub && sub !== title) {
        const under = Bomnae.el("p", "under");
        under.textContent = sub;
        head.append(under);
      }
      return head;
    }

    facts(rows) {
      const list = Bomnae.el("dl", "facts");
      Bomnae.fillFacts(list, rows);
      return list;
    }

    put(...parts) { this.element.replaceChildren(...parts.filter(Boolean)); }

    ageText(ms) { return ms ? `${Bomnae.ago(this.clock.now() - ms)} (${Bomnae.clockText(ms)})` : Bomnae.t("never"); }

    /** When a work was last in its list; the time is only written every ten minutes, so nothing finer is said. */
    seenText(ms) { return ms && this.clock.now() - ms < SEEN_EVERY_MS ? Bomnae.t("seen.fresh") : this.ageText(ms); }

    showLink(id) {
      const { network } = this.picture;
      const i = network.indexOf.get(id);
      if (i === undefined) return this.put(this.head(Bomnae.t("kind.section"), id), this.note("card.failed"));
      this.detail = this.detail && this.detail.id === id ? this.detail : null;
      this.drawLink(i);
      return this.fetchLink(id, i);
    }

    async fetchLink(id, i) {
      const now = performance.now();
      if (this.asked === id && now - this.asked_ms < REFETCH_MS) return;
      this.asked = id;
      this.asked_ms = now;
      try {
        const answer = await fetch("/api/v1/links/" + encodeURIComponent(id));
        if (!answer.ok) return;
        this.detail = await answer.json();
        if (this.state.chosen && this.state.chosen.id === id) this.drawLink(i);
      } catch { /* the card keeps what the stream says */ }
    }

    drawLink(i) {
      const { network, speeds, levels, certainty, closures } = this.picture;
      const level = Bomnae.LEVELS[levels[i]], letter = certainty[i] || "l", detail = this.detail;
      const big = Bomnae.el("p", "speed " + level), value = Bomnae.el("b"), word = Bomnae.el("span", "level-word");
      value.textContent = speeds[i] < 0 ? "–" : String(speeds[i]);
      word.textContent = Bomnae.t("level." + level);
      const unit = Bomnae.el("span", "unit");
      unit.textContent = "km/h";
      big.append(value, unit, word);
      const age = Bomnae.el("span");
      if (detail) { age.textContent = this.ageText(detail.observed_ms); this.ageOf = detail.observed_ms ? { element: age, ms: detail.observed_ms } : null; }
      this.put(
        this.head(Bomnae.t("kind.section"), network.nameOf(i), network.roads[i]), big,
        this.facts([
          ["card.closure", this.closure(i, closures.get(i) || "none")], ["card.certainty", this.certainty(letter)],
          ["card.samples", detail ? sampleText(detail) : ""], ["card.age", detail ? age : ""],
          ["card.length", network.lengths[i] + " m"], ["card.free_flow", Math.round(network.free[i]) + " km/h"],
        ]),
        this.items("card.works", "work", this.worksOn(i)), this.items("card.incidents", "incident", this.incidentsOn(i)),
        this.small(network.ids[i]),
      );
    }

    /** What is closed, and how sure that is: another question than how sure the speed is. */
    closure(i, closure) {
      const both = Bomnae.el("span"), sure = this.picture.sure.get(i);
      both.append(Bomnae.el("b", "", Bomnae.t("closure." + closure)));
      if (sure) both.append(" ", Bomnae.el("span", "why sure " + sure, Bomnae.t("sure." + sure, { n: this.detail ? this.detail.buses_through : "" })));
      return both;
    }

    /** How sure the speed is. A link that had observations and one that never had are told apart. */
    certainty(letter) {
      const both = Bomnae.el("span"), word = Bomnae.el("b", "certainty " + letter), why = Bomnae.el("span", "why");
      const isNever = letter === "l" && this.detail && !this.detail.observed_ms;
      const isLost = letter === "l" && this.detail && this.detail.observed_ms;
      word.textContent = Bomnae.t(isNever ? "certainty.never" : "certainty." + letter);
      why.textContent = Bomnae.t(isNever ? "certainty.never.why" : isLost ? "certainty.lost.why" : `certainty.${letter}.why`);
      both.append(word, " ", why);
      return both;
    }

    worksOn(i) { return [...this.picture.works.values()].filter((work) => !Bomnae.isOver(work) && work.links.includes(i)); }

    incidentsOn(i) { return [...this.picture.incidents.values()].filter((incident) => incident.links.includes(i)); }

    showWork(id) {
      const work = this.picture.works.get(id);
      if (!work) return this.put(this.head(Bomnae.t("kind.work"), id), this.note("card.gone"));
      const sign = Bomnae.signOf(work.closure);
      const verdict = Bomnae.el("p", "verdict " + sign), closure = Bomnae.el("b"), phase = Bomnae.el("span");
      closure.textContent = Bomnae.t("closure." + work.closure);
      phase.textContent = Bomnae.t("phase." + work.phase);
      verdict.append(closure, phase);
      return this.put(
        this.head(Bomnae.t("kind.work"), work.title || id, id), verdict,
        this.facts([
          ["card.organisation", this.organisation(work)], ["card.place", work.place],
          ["card.doubt", (work.doubts || []).map((doubt) => Bomnae.t("doubt." + doubt)).join(" · ")],
          ["card.noted", Bomnae.flagText(work)],
          ["card.period", period(work, Bomnae.unknownText(work))],
          ["card.dig", work.dig_starts_ms && work.dig_ends_ms ? period({ starts_ms: work.dig_starts_ms, ends_ms: work.dig_ends_ms }) : ""],
          ["card.restore", work.restore_starts_ms && work.restore_ends_ms ? period({ starts_ms: work.restore_starts_ms, ends_ms: work.restore_ends_ms }) : ""],
          ["card.extended", Bomnae.firstEndText(work)],
          ["card.started", saidText(work.started)], ["card.ended", saidText(work.ended)],
          ["card.hours", Bomnae.hoursText(work.hours)], ["card.lanes", work.lanes_closed ? Bomnae.t("card.lanes.n", { n: work.lanes_closed }) : ""],
          ["card.width", work.remaining_width_m ? Bomnae.t("card.width.m", { n: work.remaining_width_m }) : ""], ["card.direction", work.direction],
          ["card.also", (work.also_closed || []).map((closure) => Bomnae.t("closure." + closure)).join(", ")],
          ["card.unlisted", work.unlisted_ms ? Bomnae.t("card.unlisted.since", { age: this.ageText(work.unlisted_ms) }) : ""],
          ["card.purpose", work.purpose], ["card.seen", this.seenText(work.seen_ms)],
        ]),
        work.links.length ? this.items("card.links", "link", work.links.slice(0, 12)) : this.note("card.nowhere"),
        this.photos.of(id), this.items("card.spots", "spot", this.otherSpots(work)), this.pageLink(id),
      );
    }

    otherSpots(work) {
      const permit = Bomnae.permitOf(work);
      return [...this.picture.works.values()].filter((other) => other.id !== work.id && Bomnae.permitOf(other) === permit);
    }

    organisation(work) {
      if (!work.phone) return work.organisation;
      const both = Bomnae.el("span"), phone = Bomnae.el("a");
      phone.textContent = work.phone;
      phone.href = Bomnae.dial(work.phone);
      both.append(work.organisation || "", " ", phone);
      return both;
    }

    pageLink(id) {
      const p = Bomnae.el("p", "actions"), link = Bomnae.el("a", "button");
      link.href = "/w/" + encodeURIComponent(id);
      link.textContent = Bomnae.t("card.page");
      p.append(link);
      return p;
    }

    showIncident(id) {
      const incident = this.picture.incidents.get(id);
      if (!incident) return this.put(this.head(Bomnae.t("kind.incident"), id), this.note("card.gone"));
      return this.put(
        this.head(Bomnae.t("incident." + incident.kind), incident.title || id, incident.road_name),
        this.facts([
          ["card.closure", Bomnae.t("closure." + (incident.closure || "unknown"))], ["card.lanes", incident.lanes], ["card.direction", incident.direction],
          ["card.source", Bomnae.feedName(incident.feed)],
          ["card.since", Bomnae.timeText(incident.starts_ms)], ["card.until", incident.ends_ms ? Bomnae.timeText(incident.ends_ms) : Bomnae.t("card.open_end")],
          ["card.noted", Bomnae.flagText(incident)], ["card.age", this.ageText(incident.seen_ms)],
        ]),
        incident.links.length ? this.items("card.links", "link", incident.links.slice(0, 12)) : this.note("card.nowhere"),
      );
    }

    showBus(id) {
      const row = this.picture.buses.get(id);
      if (!row) return this.actions.choose(null);
      const age = Bomnae.el("span");
      age.textContent = this.ageText(row[5]);
      this.ageOf = row[5] ? { element: age, ms: row[5] } : null;
      return this.put(this.head(Bomnae.t("bus"), Bomnae.t("bus.title", { no: row[1] })), this.facts([["card.age", age], ["card.stop", row[6] ? this.picture.network.stopName(row[6]) || row[6] : ""]]));
    }

    /** A list of other things to choose: links by index, works and incidents as they are. */
    items(key, kind, things) {
      if (!things.length) return null;
      const section = Bomnae.el("section", "others"), heading = Bomnae.el("h3"), list = Bomnae.el("ul");
      heading.textContent = Bomnae.t(key);
      for (const thing of things) list.append(kind === "link" ? this.linkItem(thing) : this.thingItem(kind, thing));
      section.append(heading, list);
      return section;
    }

    linkItem(i) {
      const { network, levels, speeds } = this.picture;
      const level = Bomnae.LEVELS[levels[i]];
      const text = `${Bomnae.t("level." + level)}${speeds[i] < 0 ? "" : ` ${speeds[i]} km/h`}`;
      return this.item({ kind: "link", id: network.ids[i] }, "line " + level, network.nameOf(i), text);
    }

    thingItem(kind, thing) {
      if (kind === "spot") return this.spotItem(thing);
      const text = kind === "work" ? `${Bomnae.t("closure." + thing.closure)} · ${Bomnae.t("phase." + thing.phase)}` : Bomnae.t("incident." + thing.kind);
      return this.item({ kind, id: thing.id }, "dot " + (kind === "work" ? Bomnae.signOf(thing.closure) : "incident"), thing.title || thing.id, text);
    }

    /** A spot has its permit's title: what tells it from the others is its road, else its number. */
    spotItem(spot) {
      const name = spot.links.length ? this.picture.network.nameOf(spot.links[0]) : spot.id;
      return this.item({ kind: "work", id: spot.id }, "dot " + Bomnae.signOf(spot.closure), name, Bomnae.t("closure." + spot.closure));
    }

    item(chosen, icon, title, text) {
      const li = Bomnae.el("li"), button = Bomnae.el("button", "other"), name = Bomnae.el("span", "name"), state = Bomnae.el("span", "state");
      button.type = "button";
      name.textContent = title;
      state.textContent = text;
      button.append(Bomnae.el("i", icon), name, state);
      button.addEventListener("click", () => this.actions.choose(chosen, true));
      li.append(button);
      return li;
    }

    note(key) {
      const p = Bomnae.el("p", "note");
      p.textContent = Bomnae.t(key);
      return p;
    }

    small(text) {
      const p = Bomnae.el("p", "small-id");
      p.textContent = text;
      return p;
    }
  }

  /** When something really happened, and who said so. */
  function saidText(said) {
    return said && said.at_ms ? Bomnae.t("card.said", { time: Bomnae.timeText(said.at_ms), by: Bomnae.t("said." + said.by) }) : "";
  }

  /** A period whose two times do not break in a line; under it `why` one of them is not known. */
  function period(row, why = "") {
    const both = Bomnae.el("span"), from = Bomnae.el("span", "time"), to = Bomnae.el("span", "time");
    from.textContent = Bomnae.beginText(row) + " ~";
    to.textContent = Bomnae.untilText(row);
    both.append(from, " ", to);
    if (why) both.append(" ", Bomnae.el("span", "why", why));
    return both;
  }

  function sampleText(detail) {
    return Object.entries(detail.sources || {}).map(([name, n]) => Bomnae.hasWord("sample." + name) ? Bomnae.t("sample." + name, { n }) : `${name.toUpperCase()} ${n}`).join(", ");
  }

  Bomnae.Card = Card;
})();
