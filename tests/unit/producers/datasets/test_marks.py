"""The table of marks is a dict of numbers, bounded."""

from hypothesis import given
from hypothesis import strategies as st

from producers.datasets.marks import Marks

NUMBERS = st.integers(0, 2**60 - 1)


@given(st.lists(st.tuples(NUMBERS | st.integers(1, 40), NUMBERS), max_size=300))
def test_it_is_a_dict_that_keeps_what_came_first(pairs: list[tuple[int, int]]) -> None:
    marks, right = Marks(10_000), dict[int, int]()
    for key, value in pairs:
        key = key or 1  # noqa: PLW2901 - one mark of all is that of a free slot
        assert marks.entered(key, value) == right.get(key)
        right.setdefault(key, value)


def test_it_grows_and_ends_at_its_bound() -> None:
    """Some marks begin at one slot, and all are many more than there is room for at first."""
    marks = Marks(20_000)
    keys = [(n << 20) | 7 for n in range(200)]
    keys += [n * 2_654_435_761 % 2**60 for n in range(1, 19_801)]
    assert [marks.entered(key, n) for n, key in enumerate(keys)] == [None] * 20_000
    assert [marks.entered(key, 0) for key in keys] == list(range(20_000))
    assert marks.entered(2**59 + 1, 1) is marks.entered(2**59 + 1, 2) is None
