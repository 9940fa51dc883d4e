from dataclasses import fields

import pytest

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings


def test_an_empty_environment_is_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_values_come_from_the_environment_in_the_type_of_their_row() -> None:
    given = {"BOMNAE_PARTITIONS": "8", "BOMNAE_ROAD_FACTOR": "1.3", "BOMNAE_REDIS": "redis://r:1/0"}
    settings = Settings.from_env({**given, "PATH": "/bin", "BOMNAE": "?"})
    assert (settings.partitions, settings.road_factor, settings.redis) == (8, 1.3, "redis://r:1/0")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("BOMNAE_PARTITIONS", "0", r"BOMNAE_PARTITIONS must be within 1..512, got 0"),
        ("BOMNAE_PARTITIONS", "513", r"got 513"),
        ("BOMNAE_PARTITIONS", "4.0", r"BOMNAE_PARTITIONS must be a number, got '4.0'"),
        ("BOMNAE_PARTITIONS", "", r"must be a number, got ''"),
        ("BOMNAE_ROAD_FACTOR", "nan", r"BOMNAE_ROAD_FACTOR must be within"),
        ("BOMNAE_ROAD_FACTOR", "inf", r"BOMNAE_ROAD_FACTOR must be within"),
        ("BOMNAE_GRACE_MS", "9" * 5000, r"BOMNAE_GRACE_MS must be a number"),
        ("BOMNAE_PARTITION", "4", r"unknown setting BOMNAE_PARTITION;"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name_and_its_bounds(
    variable: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_env({variable: value})


@pytest.mark.parametrize("row", [r for r in fields(Settings) if r.metadata["low"] is not None])
def test_a_bound_belongs_to_what_is_allowed(row) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    variable = f"BOMNAE_{row.name.upper()}"
    for bound in (row.metadata["low"], row.metadata["high"]):
        assert getattr(Settings.from_env({variable: str(bound)}), row.name) == bound


def test_every_number_has_bounds_that_its_default_keeps() -> None:
    for row in fields(Settings):
        if not isinstance(row.default, str):
            assert row.metadata["low"] <= row.default <= row.metadata["high"], row.name


def test_no_secret_shows_in_the_text_of_the_settings() -> None:
    secrets = [row.name for row in fields(Settings) if row.metadata["is_secret"]]
    settings = Settings.from_env({f"BOMNAE_{name.upper()}": "hidden-value" for name in secrets})
    assert len(secrets) >= 6
    assert "hidden-value" not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    assert all(row.metadata["help"] for row in fields(Settings))
