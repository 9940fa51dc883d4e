"""Names that lead to entries: whole, begun, inside, by initials, and nearly right. Pure."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from maps.search.entry import SearchEntry
from maps.search.hangul import initials, is_initial, jamo

_HANGUL = re.compile("[가-힣]")
_LEAST_LIKENESS = 0.7
_MOST_NEAR = 30
_MOST_PARTS = 600
_SYLLABLE_OFF, _NEARLY = 0.9, 0.94


@dataclass(frozen=True, slots=True)
class SearchKey:
    """A spelled name of an entry. `weight` 1 is its full name, less a short or a looser one.

    `forms` are the spelled name and, where it differs, the name letter by letter; with their jamo
    and their initials.
    """

    text: str
    entry: SearchEntry
    weight: float
    forms: tuple[tuple[str, str, str], ...]


def key_of(text: str, entry: SearchEntry, weight: float = 1.0, plain: str = "") -> SearchKey:
    """A key with its forms; `plain` is the name before it was spelled."""
    forms = dict.fromkeys((text, plain or text))
    return SearchKey(text, entry, weight, tuple((f, jamo(f), initials(f)) for f in forms))


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found for a piece of a question. `quality` 1 is its whole name, letter by letter."""

    entry: SearchEntry
    quality: float


class SearchKeys:
    """Keys laid out for looking up. Built once; a change means another one.

    `is_titles`: only own names of four syllables or more are compared letter by letter, which is
    what works need, whose numbers are right or wrong.
    """

    def __init__(self, keys: Iterable[SearchKey], *, is_titles: bool = False) -> None:
        self.all = [key for key in keys if key.text]
        self.by_text: dict[str, list[SearchKey]] = defaultdict(list)
        for key in self.all:
            self.by_text[key.text].append(key)
        self.entries: dict[tuple[str, str], SearchEntry] = {
            (key.entry.kind, key.entry.id): key.entry for key in self.all
        }
        self.longest = max((len(key.text) for key in self.all), default=0)
        forms = [(key, form) for key in self.all for form in key.forms]
        self._rows = [key for key, _ in forms]
        self._texts = _Joined([form[0] for _, form in forms])
        self._letters = _Joined([form[1] for _, form in forms])
        self._initials = _Joined([form[2] for _, form in forms])
        self._compared = [
            place
            for place, (key, form) in enumerate(forms)
            if not is_titles or (key.weight >= 1 and len(_HANGUL.findall(form[0])) >= 4)
        ]
        self._compared_letters = [forms[place][1][1] for place in self._compared]

    def whole(self, text: str) -> list[Hit]:
        """Entries of exactly this name."""
        return [Hit(key.entry, key.weight) for key in self.by_text.get(text, ())]

    def begun(self, text: str) -> list[Hit]:
        """Names that begin with the text, the last syllable perhaps half typed."""
        letters = jamo(text)
        places = self._letters.starting(letters)
        return [self._part(place, 0.75, len(letters)) for place in places]

    def inside(self, text: str) -> list[Hit]:
        """Names with the text somewhere in them."""
        places = self._texts.holding(text)
        return [self._part(place, 0.65, len(jamo(text))) for place in places]

    def initialled(self, text: str) -> list[Hit]:
        """Names that fit with lone consonants for syllables: ㅈㅇㄹ and 중ㅇㄹ are 중앙로."""
        found = []
        for place, at in self._initials.holding_at(initials(text)):
            name, weight = self._texts.rows[place], self._rows[place].weight
            if all(_fits(char, name[at + k]) for k, char in enumerate(text)):
                base = 0.93 if len(text) == len(name) else 0.82 if at == 0 else 0.7
                share = len(text) / len(name)
                found.append(Hit(self._rows[place].entry, base * weight - (1 - share) * 0.2))
        return found

    def near(self, text: str) -> list[Hit]:
        """Names a few letters off, best first; numbers in them must be the same."""
        letters = jamo(text)
        rows = process.extract(
            letters,
            self._compared_letters,
            scorer=OSA.normalized_similarity,
            score_cutoff=_LEAST_LIKENESS,
            limit=_MOST_NEAR,
        )
        numbers = digits(text)
        return [
            Hit(self._rows[place].entry, self._likeness(text, place, likeness))
            for _, likeness, row in rows
            if (place := self._compared[row]) >= 0 and digits(self._texts.rows[place]) == numbers
        ]

    def _likeness(self, text: str, place: int, likeness: float) -> float:
        if _is_one_syllable_off(text, self._texts.rows[place]):
            likeness = max(likeness, _SYLLABLE_OFF)
        return min(_NEARLY, likeness * 0.97) * self._rows[place].weight

    def _part(self, place: int, base: float, length: int) -> Hit:
        key, whole = self._rows[place], len(self._letters.rows[place])
        return Hit(key.entry, (base + 0.19 * length / max(1, whole)) * key.weight)


def digits(text: str) -> str:
    """The digits of a text with what joins them, to compare numbers."""
    return "".join(char if char.isdigit() or char == "-" else " " for char in text).strip()


def _is_one_syllable_off(one: str, other: str) -> bool:
    """Whether one name of four syllables or more is the other with one syllable put in."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) != 1 or len(short) < 4:
        return False
    same = next((k for k, char in enumerate(short) if char != long[k]), len(short))
    return short[same:] == long[same + 1 :]


def _fits(wanted: str, char: str) -> bool:
    return char == wanted or (is_initial(wanted) and initials(char) == wanted)


class _Joined:
    """Rows in one string, so that a search in all of them is one search."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        self.text = "\n" + "\n".join(rows) + "\n"
        self.starts: list[int] = []
        at = 1
        for row in rows:
            self.starts.append(at)
            at += len(row) + 1

    def starting(self, text: str) -> list[int]:
        """The rows that begin with a text."""
        return [place for place, _ in self._found("\n" + text, 1)]

    def holding(self, text: str) -> list[int]:
        return list(dict.fromkeys(place for place, _ in self._found(text, 0)))

    def holding_at(self, text: str) -> list[tuple[int, int]]:
        """(row, place in the row) of every find."""
        return list(self._found(text, 0))

    def _found(self, text: str, skip: int) -> Iterator[tuple[int, int]]:
        at, count = self.text.find(text), 0
        while at >= 0 and count < _MOST_PARTS:
            row = bisect_right(self.starts, at + skip) - 1
            if row >= 0:
                yield row, at + skip - self.starts[row]
            count += 1
            at = self.text.find(text, at + 1)
