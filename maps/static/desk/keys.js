// The keyboard of the desk. F2 and F8 are keys that Chromium, Edge and Firefox leave to the page.
(function () {
  "use strict";
  const { Bomnae } = window;
  const SHOWN = [["↑ ↓", "arrows"], ["Enter", "Enter"], ["Esc", "desk.Esc"], ["/", "desk./"], ["F2", "F2"], ["F8", "F8"], ["Shift F8", "Shift+F8"], ["Alt T", "Alt+T"], ["Alt C", "Alt+C"], ["Alt S", "Alt+S"], ["d", "desk.d"], ["l", "desk.l"], ["?", "desk.?"]];
  const WORDS = ["confirmed", "reported", "inferred", "lost"];

  /** `acts`: name of a key, such as "F2", "Alt+T" or "Escape", to what it does. Letters rest while text is written. */
  Bomnae.listenAtDesk = function (acts) {
    addEventListener("keydown", (e) => {
      if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey) return;
      if (document.querySelector("dialog[open]")) return;
      const name = nameOf(e);
      const isPlain = name.length === 1;
      if (isPlain && isWriting(e.target)) return;
      const act = acts[name];
      if (!act) return;
      e.preventDefault();
      act(e);
    });
  };

  /** With the Korean keyboard on, the T key writes ㅅ: letters go by the key's place. */
  function nameOf(e) {
    const letter = /^Key[A-Z]$/.test(e.code) && e.key.length === 1 ? e.code[3] : "";
    if (e.altKey) return "Alt+" + (letter || e.key);
    if (e.shiftKey && /^F\d+$/.test(e.key)) return "Shift+" + e.key;
    return letter ? letter.toLowerCase() : e.key;
  }

  function isWriting(target) {
    return target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  }

  /** Fills the help dialog: the keys, and what the four words of certainty mean. */
  Bomnae.fillDeskHelp = function () {
    const body = document.getElementById("help-body"), keys = Bomnae.el("dl", "keys"), words = Bomnae.el("dl", "keys");
    for (const [shown, key] of SHOWN) keys.append(row(Bomnae.el("kbd", "", shown), Bomnae.t("help.key." + key)));
    for (const word of WORDS) words.append(row(Bomnae.certaintyChip(word), Bomnae.t(`certainty.${word}.means`)));
    body.replaceChildren(Bomnae.el("h3", "", Bomnae.t("help.desk.keys")), keys, Bomnae.el("h3", "", Bomnae.t("help.desk.certainty")), words, Bomnae.el("p", "note", Bomnae.t("help.desk.note")));
  };

  function row(name, text) {
    const div = Bomnae.el("div"), dt = Bomnae.el("dt");
    dt.append(name);
    div.append(dt, Bomnae.el("dd", "", text));
    return div;
  }
})();
