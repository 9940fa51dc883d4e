"""What the flags of a row say to people: what of it could not be read, or is not as it was listed.

Each word is Korean and English, a sentence without its stop. Flags of times that are not known are
for `unknown_times`; any other says nothing.
"""

from collections.abc import Iterable, Mapping

from streams.domain.unknown_times import Words

FLAG_WORDS: Mapping[str, Words] = {
    "dig_unreadable": (
        "목록의 굴착 기간을 읽지 못했습니다",
        "the digging period in the list cannot be read",
    ),
    "restore_unreadable": (
        "목록의 복구 기간을 읽지 못했습니다",
        "the restoring period in the list cannot be read",
    ),
    "observed_unreadable": (
        "목록의 실제 착공·준공 시각을 읽지 못했습니다",
        "the observed begin or end in the list cannot be read",
    ),
    "hours_unreadable": (
        "목록의 작업 시간을 읽지 못했습니다",
        "the working hours in the list cannot be read",
    ),
    "end_from_words": (
        "끝나는 때는 설명 글에서 읽은 것입니다",
        "the end is read from its description",
    ),
    "bad_bytes": (
        "목록의 일부 글자가 깨져 읽지 못했습니다",
        "some letters of the list cannot be read",
    ),
    "geometry_unreadable": (
        "목록의 도형을 읽지 못했습니다",
        "the drawn shape in the list cannot be read",
    ),
    "several_points": (
        "목록의 여러 지점 가운데 첫 지점만 나타냅니다",
        "of several points in the list only the first is shown",
    ),
    "point_shared": (
        "목록에서 너무 많은 허가가 이 좌표를 함께 써서 믿지 않습니다",
        "too many permits of the list share this point: it is not believed",
    ),
    "point_far_from_address": (
        "목록의 좌표가 주소에서 150 m 넘게 떨어져 있습니다",
        "the point in the list is more than 150 m from its address",
    ),
}


def noted(flags: Iterable[str] | None) -> tuple[str, str]:
    """What the flags say, as sentences; ("", "") where none says anything."""
    words = [FLAG_WORDS[flag] for flag in dict.fromkeys(flags or ()) if flag in FLAG_WORDS]
    return (
        " ".join(f"{ko}." for ko, _ in words),
        " ".join(f"{en[0].upper()}{en[1:]}." for _, en in words),
    )
