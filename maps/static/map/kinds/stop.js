// A stop: the sections that lead from it and to it, and the buses that leave it out.
import { t } from "../../words.js";

/** It has no row: it is known by the sections that begin or end at it. @type {Ui.Kind<any>} */
export const stop = {
  isPassing: true,
  card(card, id) {
    const { network, rows } = card.picture, ids = network.ids;
    const met = network.listed.filter((i) => ids[i].includes(">"));
    const from = met.filter((i) => ids[i].startsWith(id + ">"));
    const to = met.filter((i) => ids[i].endsWith(">" + id));
    const round = [...rows.detour.values()].filter(({ stops }) => stops.some((each) => each.id === id));
    return [
      card.head(t("kind.stop"), network.stopName(id)),
      card.items("stop.left_out", round.map((row) => card.detourItem(row))),
      card.items("stop.from", from.map((i) => card.linkItem(i))),
      card.items("stop.to", to.map((i) => card.linkItem(i))),
    ];
  },
  hint: ({ network }, id) => network.stopName(id),
};
