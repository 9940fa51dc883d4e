// A bus where it was seen last.
import { t } from "../../words.js";

/** @type {Ui.Kind<Api.Bus>} */
export const bus = {
  rows: "buses",
  letter: "b",
  idOf: ([vehicle]) => vehicle,
  layers: ["buses"],
  isPassing: true,
  card(card, id) {
    const row = card.picture.rows.bus.get(id);
    if (!row) return null;
    const [, no, , , , observed_ms, stop] = row;
    return [
      card.head(t("bus"), t("bus.title", { no })),
      card.facts([
        ["card.age", card.age(observed_ms)], ["card.stop", stop && card.picture.network.stopName(stop)],
      ]),
    ];
  },
  hint: (picture, id) => t("bus.title", { no: picture.rows.bus.get(id)?.[1] ?? "" }),
};
