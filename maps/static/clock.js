// Time as the server has it, how old the picture is, and the word for it: init, live, stale, retry, down.
(function () {
  "use strict";
  const Bomnae = window.Bomnae = window.Bomnae || {};
  const STALE_MS = 10000, DOWN_MS = 30000, BANNER_AFTER_MS = 3000, JUMP_MS = 2000;

  class Clock {
    /** The server's time, ms. The PC's clock only bridges the seconds between two answers. */
    now() { return this.offset === undefined ? Date.now() : performance.now() + this.offset; }

    /** An answer stamped `t`. The largest difference had the shortest way; a fall of seconds is a new clock. */
    observe(t) {
      if (!(t > 0)) return;
      const offset = t - performance.now();
      if (this.offset === undefined || offset > this.offset || this.offset - offset > JUMP_MS) this.offset = offset;
    }
  }

  /** The state of the screen. `age_ms` is the picture's, null before the first; `broken_ms` since the line broke. */
  Bomnae.liveWord = function ({ isLoaded, connection, age_ms, broken_ms, hasFailed }) {
    if (!isLoaded) return broken_ms > DOWN_MS ? "down" : hasFailed ? "retry" : "init";
    if (connection === "broken") return broken_ms > DOWN_MS ? "down" : "retry";
    if (connection === "none") return "init";
    return age_ms === null || age_ms > STALE_MS ? "stale" : "live";
  };

  /** The chip, the clocks, the banner and the frame of the page. */
  class LiveSign {
    constructor(clock, stream) {
      Object.assign(this, { clock, stream, picture: null, store: "ok" });
      this.elements = Object.fromEntries(["live-word", "live-age", "clock-now", "clock-picture", "banner", "banner-word", "banner-detail"]
        .map((id) => [id, document.getElementById(id)]));
      setInterval(() => this.show(), 1000);
    }

    age() {
      const clock_ms = this.picture ? this.picture.clock_ms : null;
      return clock_ms === null || clock_ms === undefined ? null : Math.max(0, this.clock.now() - clock_ms);
    }

    show() {
      const age_ms = this.age();
      const broken_ms = performance.now() - this.stream.broken_since_ms;
      const word = Bomnae.liveWord({ isLoaded: Boolean(this.picture), connection: this.stream.connection, age_ms, broken_ms, hasFailed: Boolean(this.stream.failure) });
      const root = document.documentElement;
      if (root.dataset.live !== word) root.dataset.live = word;
      this.write("live-word", Bomnae.t("live." + word));
      this.write("live-age", age_ms === null || word === "init" ? "" : Bomnae.t("ago", { age: Bomnae.span(age_ms) }));
      this.write("clock-now", Bomnae.clockText(this.clock.now()));
      this.write("clock-picture", age_ms === null ? "--:--:--" : Bomnae.clockText(this.picture.clock_ms));
      const isShort = word === "retry" && broken_ms < BANNER_AFTER_MS;
      this.showBanner(isShort || !["stale", "retry", "down"].includes(word) ? "" : word, age_ms);
    }

    showBanner(word, age_ms) {
      const { banner } = this.elements;
      banner.hidden = !word || !this.picture;
      if (banner.hidden) return;
      const age = age_ms === null ? "" : Bomnae.span(age_ms);
      if (age_ms === null) {
        this.write("banner-word", Bomnae.t("live." + word));
        this.write("banner-detail", Bomnae.t("banner.never"));
        return;
      }
      this.write("banner-word", Bomnae.t("banner." + word, { age }));
      const detail = word === "stale" && this.store === "lost" ? "banner.store" : `banner.${word}.detail`;
      this.write("banner-detail", Bomnae.t(detail, { age }));
    }

    write(id, text) {
      const element = this.elements[id];
      if (element && element.textContent !== text) element.textContent = text;
    }
  }

  Object.assign(Bomnae, { Clock, LiveSign });
})();
