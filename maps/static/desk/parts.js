// The signs of the desk: verdicts and certainty, each a symbol and a word besides its colour.
(function () {
  "use strict";
  const { Bomnae } = window;
  const CERTAINTY_SYMBOLS = { confirmed: "✓", reported: "◆", inferred: "≈", lost: "!" };
  const MINOR = ["shoulder", "sidewalk", "bicycle", "bus_stop"];

  /** The look of a verdict: full, partial, minor, none, unknown; one that rests on nothing looks like no answer. */
  Bomnae.lookOf = function (verdict) {
    if (!verdict) return "unknown";
    const { closure, certainty } = verdict;
    if (certainty === "lost" && closure === "none") return "unknown";
    if (MINOR.includes(closure)) return "minor";
    return ["full", "partial", "none"].includes(closure) ? closure : "unknown";
  };

  /** The sign of a look: the map's own mark, a tick where the road is open, a question mark where nobody knows. */
  Bomnae.lookIcon = function (look) {
    const icon = Bomnae.el("span", "look-icon " + look);
    icon.setAttribute("aria-hidden", "true");
    if (["full", "partial", "minor"].includes(look)) icon.append(Bomnae.signIcon(look, "solid", Bomnae.colours()));
    else icon.textContent = look === "none" ? "✓" : "?";
    return icon;
  };

  Bomnae.colours = () => Bomnae.palette(document.documentElement.dataset.theme, document.documentElement.dataset.palette);

  Bomnae.certaintyChip = function (certainty, isLong = false) {
    const chip = Bomnae.el("span", "certainty " + certainty), symbol = Bomnae.el("i", "", CERTAINTY_SYMBOLS[certainty] || "?");
    symbol.setAttribute("aria-hidden", "true");
    chip.dataset.certainty = certainty;
    chip.append(symbol, Bomnae.el("b", "", Bomnae.t("certainty." + certainty)));
    if (isLong) chip.append(Bomnae.el("small", "", Bomnae.t(`certainty.${certainty}.means`)));
    return chip;
  };

  /** The verdict of a row of the list: sign, word, certainty. */
  Bomnae.verdictTag = function (verdict) {
    const tag = Bomnae.el("span", "tag");
    if (!verdict) return tag;
    const look = Bomnae.lookOf(verdict);
    tag.classList.add(look);
    tag.append(Bomnae.lookIcon(look), Bomnae.el("b", "", Bomnae.verdictWord(verdict)), Bomnae.certaintyChip(verdict.certainty));
    return tag;
  };

  Bomnae.verdictWord = (verdict) => Bomnae.said(verdict, "word") || Bomnae.t("closure." + (verdict.closure || "unknown"));

  /** Brings the children of a box in line with parts {key, mark, make}: one whose mark is the same stays the element it is. */
  Bomnae.arrangeParts = function (box, parts) {
    const old = new Map([...box.children].map((child) => [child.dataset.part, child]));
    const focused = box.contains(document.activeElement) ? document.activeElement : null;
    const wanted = parts.filter(Boolean).map((part) => {
      const mark = document.documentElement.lang + document.documentElement.dataset.theme + JSON.stringify(part.mark);
      const before = old.get(part.key);
      if (before && before.mark === mark) return before;
      const made = part.make();
      made.dataset.part = part.key;
      made.mark = mark;
      return made;
    });
    for (const child of [...box.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((element, k) => { if (box.children[k] !== element) box.insertBefore(element, box.children[k] || null); });
    if (focused && !focused.isConnected) refocus(box, focused);
  };

  /** The element of a part made anew that stands where the focused one stood, by its data-key. */
  function refocus(box, focused) {
    const key = focused.dataset.key;
    const again = key && [...box.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
    if (again) again.focus({ preventScroll: true });
  }

  /** A section of the card with its heading. */
  Bomnae.part = function (className, heading, ...children) {
    const section = Bomnae.el("section", className);
    if (heading) section.append(Bomnae.el("h3", "", heading));
    section.append(...children.filter(Boolean));
    return section;
  };
})();
