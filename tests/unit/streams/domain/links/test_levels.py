import pytest

from streams.contract.grammars import Thresholds
from streams.contract.settings import Settings
from streams.domain.links.levels import level, thresholds_by_class

URBAN = Thresholds(jam_kmh=15, slow_kmh=25)


@pytest.mark.parametrize(
    ("speed_kmh", "expected"),
    [
        (None, "unknown"),
        (float("nan"), "unknown"),
        (0.0, "jam"),
        (14.9, "jam"),
        (15.0, "slow"),
        (24.9, "slow"),
        (25.0, "free"),
        (110.0, "free"),
    ],
)
def test_a_threshold_belongs_to_the_level_above_it(speed_kmh: float | None, expected: str) -> None:
    assert level(speed_kmh, URBAN) == expected


@pytest.mark.parametrize(
    ("road_class", "expected"),
    [
        ("motorway", Thresholds(30, 70)),
        ("express", Thresholds(30, 50)),
        ("national", URBAN),
        ("metropolitan", URBAN),
        ("state", URBAN),
        ("local", URBAN),
        ("city", URBAN),
    ],
)
def test_every_road_class_has_thresholds(road_class: str, expected: Thresholds) -> None:
    assert thresholds_by_class(Settings())[road_class] == expected
