// What the flags of a row say: what of it could not be read, or is not as it was listed.
import { addWords, hasWord, t } from "./words.js";

addWords({
  ko: {
    "flag.dig_unreadable": "목록의 굴착 기간을 읽지 못했습니다.",
    "flag.restore_unreadable": "목록의 복구 기간을 읽지 못했습니다.",
    "flag.observed_unreadable": "목록의 실제 착공·준공 시각을 읽지 못했습니다.",
    "flag.hours_unreadable": "목록의 작업 시간을 읽지 못했습니다.",
    "flag.end_from_words": "끝나는 때는 설명 글에서 읽은 것입니다.",
    "flag.bad_bytes": "목록의 일부 글자가 깨져 읽지 못했습니다.",
    "flag.geometry_unreadable": "목록의 도형을 읽지 못했습니다.",
    "flag.several_points": "목록의 여러 지점 가운데 첫 지점만 나타냅니다.",
    "flag.point_shared": "목록에서 너무 많은 허가가 이 좌표를 함께 써서 믿지 않습니다.",
    "flag.point_far_from_address": "목록의 좌표가 주소에서 150 m 넘게 떨어져 있습니다.",
  },
  en: {
    "flag.dig_unreadable": "The digging period in the list cannot be read.",
    "flag.restore_unreadable": "The restoring period in the list cannot be read.",
    "flag.observed_unreadable": "The observed begin or end in the list cannot be read.",
    "flag.hours_unreadable": "The working hours in the list cannot be read.",
    "flag.end_from_words": "The end is read from its description.",
    "flag.bad_bytes": "Some letters of the list cannot be read.",
    "flag.geometry_unreadable": "The drawn shape in the list cannot be read.",
    "flag.several_points": "Of several points in the list only the first is shown.",
    "flag.point_shared": "Too many permits of the list share this point: it is not believed.",
    "flag.point_far_from_address": "The point in the list is more than 150 m from its address.",
  },
});

/** The sentences of a row's flags; a flag without words says nothing. */
export const flagText = (row) => [...new Set(row.flags || [])].map((flag) => "flag." + flag).filter(hasWord).map((key) => t(key)).join(" ");
