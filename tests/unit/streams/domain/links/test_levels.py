import pytest

from streams.contract.errors import SettingsError
from streams.domain.links.levels import Thresholds, level, parse_levels

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
    assert parse_levels("15,25", "30,50", "30,70")[road_class] == expected


@pytest.mark.parametrize("text", ["", "15", "15,25,35", "a,b", "25,15", "15,15", "0,25", "15,251"])
def test_thresholds_that_do_not_rise_are_refused_by_the_name_of_their_setting(text: str) -> None:
    with pytest.raises(SettingsError, match="BOMNAE_LEVELS_EXPRESS"):
        parse_levels("15,25", text, "30,70")
