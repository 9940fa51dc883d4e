from dataclasses import fields
from pathlib import Path

import pytest

from streams.contract.errors import SettingsError
from streams.contract.grammars import Bounds, Thresholds
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
        ("BOMNAE_PARTITIONS", "0", r"BOMNAE_PARTITIONS must be within 1..512, got '0'"),
        ("BOMNAE_PARTITIONS", "513", r"got '513'"),
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


@pytest.mark.parametrize("row", [r for r in fields(Settings) if "low" in r.metadata])
def test_a_bound_belongs_to_what_is_allowed(row) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    for bound in (row.metadata["low"], row.metadata["high"]):
        assert row.metadata["read"](str(bound)) == bound


def test_every_number_has_bounds_that_its_default_keeps() -> None:
    for row in fields(Settings):
        if isinstance(row.default, int | float) and not isinstance(row.default, bool):
            assert row.metadata["low"] <= row.default <= row.metadata["high"], row.name


def test_no_secret_shows_in_the_text_of_the_settings() -> None:
    secrets = [row.name for row in fields(Settings) if row.metadata.get("is_secret")]
    hidden = {name: f"hidden-value-of-{name:_<32}" for name in secrets}
    settings = Settings.from_env({f"BOMNAE_{name.upper()}": v for name, v in hidden.items()})
    assert len(secrets) >= 6
    assert set(settings.secrets()) == set(hidden.values())
    assert "hidden-value" not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    assert all(row.metadata["help"] for row in fields(Settings))


def read(**given: str) -> Settings:
    return Settings.from_env({f"BOMNAE_{name.upper()}": text for name, text in given.items()})


def faults_of(**given: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read(**given)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("log", ["loud", "", "warn"]),
        ("log_format", ["xml"]),
        ("simulated", ["2", "", "ja"]),
        ("bbox", ["1,2", "", "a,b,c,d", "128,37,127,38", "127,38,128,37", "127,37,128,nan", "1;2"]),
        ("its_bbox", ["1,2", "127.51,37.67,127.91"]),
        ("levels_express", ["", "15", "15,25,35", "a,b", "25,15", "15,15", "0,25", "15,251"]),
        (
            "kafka",
            ["", "kafka", "kafka:0", "kafka:70000", "a:1,,b:2", ":9092", "a b:1", "::1:9092"],
        ),
        ("redis", ["http://h/0", "redis-sentinel://h", "h:6379", "", "redis://h:x/0"]),
        ("http", ["", "8700", "127.0.0.1:", "127.0.0.1:x", ":80", "a:65536", "a:-1", "a:１"]),
        ("hosts", ["map city", "http://map.example"]),
        ("ingest", ["8720x", "host", "127.0.0.1:0", "127.0.0.1:70000", ":", "x:-1"]),
        ("metrics", ["port", "0"]),
        ("tago_url", ["", "apis.data.go.kr", "ftp://x", "https://"]),
        ("utic_url", ["utic.go.kr"]),
        ("permits", ["ftp://x/permits"]),
        ("tiles", ["tiles/{z}"]),
        ("gtfs_key_name", ["X Key:", "?", "", "X-Key\n"]),
        ("webhook_networks", ["10.1.0.1/16", "10.1.0.0/33", "crew.example", "10.1.0.0-10.2.0.0"]),
        ("secret", ["short"]),
        ("ingest_key", ["k" * 31]),
        ("admin_key", ["k" * 15]),
        ("tago_key", ["a\nb"]),
    ],
)
def test_what_a_grammar_does_not_read_is_refused_by_the_name_of_its_setting(
    name: str, texts: list[str]
) -> None:
    for text in texts:
        assert faults_of(**{name: text})[0].startswith(f"BOMNAE_{name.upper()} must "), text


@pytest.mark.parametrize(
    "url",
    [
        "map.example",
        "ftp://map.example",
        "javascript:alert(1)",
        "https://",
        "https://user:key@map.example",
        "https://map.example/path",
        "https://map.example?x=1",
        "https://map.example#x",
        "https://map.example:99999",
        "https://map.example:0",
        "https://map .example",
        "https://[::1",
        "https://map.example\n",
    ],
)
def test_a_public_address_that_is_none_is_said_at_start(url: str) -> None:
    assert faults_of(public_url=url)[0].startswith("BOMNAE_PUBLIC_URL must be ")


@pytest.mark.parametrize("url", ["http://10.0.0.7:8700", "https://map.example", "http://[::1]:80"])
def test_a_public_address_loses_only_its_last_slash(url: str) -> None:
    assert read(public_url=url).public_url == read(public_url=url + "/").public_url == url


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"log": "WARNING"}, "warning"),
        ({"log_format": "text"}, "text"),
        ({"simulated": "true"}, True),
        ({"simulated": "No"}, False),
        ({"simulated": "1"}, True),
        ({"kafka": "a:1,[::1]:2"}, ("a:1", "[::1]:2")),
        ({"http": "[::1]:8700"}, ("::1", 8700)),
        ({"http": "0.0.0.0:0"}, ("0.0.0.0", 0)),  # noqa: S104
        ({"hosts": "Map.example, other"}, ("map.example", "other")),
        ({"bbox": "126.8,37.3,127.1,37.5"}, Bounds(126.8, 37.3, 127.1, 37.5)),
        ({"levels_urban": "10,20.5"}, Thresholds(10, 20.5)),
        ({"tago_url": "http://127.0.0.1:8710/tago/"}, "http://127.0.0.1:8710/tago"),
        ({"its_url": "http://127.0.0.1:8710/its/"}, "http://127.0.0.1:8710/its"),
        ({"utic_url": "http://h.kr/open/"}, "http://h.kr/open/"),
        ({"gtfs_url": "http://h.kr/vehicles/"}, "http://h.kr/vehicles/"),
        ({"permits": "http://h.kr/permits/"}, "http://h.kr/permits/"),
        ({"gtfs_key_name": "X-Api-Key"}, "X-Api-Key"),
        ({"permits": "/permits"}, "/permits"),
        ({"redis": "rediss://some@h:6379/2"}, "rediss://some@h:6379/2"),
    ],
)
def test_a_text_is_read_into_the_type_of_its_setting(given: dict[str, str], value: object) -> None:
    assert getattr(read(**given), next(iter(given))) == value


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("8720", "127.0.0.1"),
        (":8720", "127.0.0.1"),
        ("10.1.2.3:8720", "10.1.2.3"),
        ("[::1]:8720", "::1"),
    ],
)
def test_a_door_opens_on_loopback_unless_told(address: str, host: str) -> None:
    settings = read(ingest=address, ingest_key="k" * 32)
    assert settings.ingest == (host, 8720)
    assert "k" * 32 not in repr(settings)


def test_no_door_unless_told() -> None:
    assert (Settings().ingest, Settings().metrics) == (None, None)


def test_networks_are_read() -> None:
    found = read(webhook_networks=" 10.1.0.0/16, fd00::/8 ,").webhook_networks
    assert [str(network) for network in found] == ["10.1.0.0/16", "fd00::/8"]


@pytest.mark.parametrize(
    "url", ["redis://:hush@h:6379/0", "redis://u:hush@h/0", "rediss://u:@h:6379/0"]
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    (fault,) = faults_of(redis=url)
    assert "BOMNAE_REDIS_PASSWORD" in fault
    assert "hush" not in fault


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"redis": "redis://h:1/0", "redis_ca": "ca.pem"},
            "BOMNAE_REDIS must begin with rediss://",
        ),
        ({"kafka_ca": "ca.pem"}, "set BOMNAE_KAFKA_USER"),
        ({"ingest": "8720"}, "BOMNAE_INGEST_KEY must be set where BOMNAE_INGEST is"),
        ({"fresh_ms": "179999"}, r"window and grace together (180000 ms), got 179999 ms"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, str], says: str) -> None:
    (fault,) = faults_of(**given)
    assert says in fault


def test_every_fault_is_named_at_once_with_its_bound_and_unit() -> None:
    box = "minX,minY,maxX,maxY in degrees with minX < maxX, minY < maxY"
    faults = faults_of(
        log="loud", tick_ms="5", session_s="x", bbox="1,2", partition="4", city="원주"
    )
    assert faults == [
        f"BOMNAE_BBOX must be {box}, got '1,2'",
        "BOMNAE_LOG must be one of debug, info, warning, error, got 'loud'",
        "unknown setting BOMNAE_PARTITION; see docs/settings.md",
        "BOMNAE_SESSION_S must be a number, got 'x'",
        "BOMNAE_TICK_MS must be within 100..60000 ms, got '5'",
    ]


def test_a_fault_shows_neither_a_secret_nor_what_a_url_may_hold() -> None:
    faults = faults_of(secret="hush-hush", utic_url="htp://x/?key=hush-hush", tago_key="hush\nhush")  # noqa: S106
    assert len(faults) == 3
    assert "hush" not in "".join(faults)
    assert "has 9" in faults[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("redis", "default:hush@redis:6379"),
        ("redis", "hush@redis:6379"),
        ("redis", "default:hush@redis://redis:6379"),
        ("utic_url", "h.kr/x?key=hush"),
        ("gtfs_url", "h.kr/hush/vp.pb"),
        ("its_url", "hush.kr"),
        ("tiles", "h.kr/{z}/{x}/{y}?key=hush"),
        ("public_url", "user:hush@map.example"),
        ("kafka", "user:hush@kafka:9092"),
    ],
)
def test_a_fault_shows_nothing_of_a_url_that_was_typed_without_its_scheme(
    name: str, text: str
) -> None:
    (fault,) = faults_of(**{name: text})
    assert fault.endswith(f"got {len(text)} characters")
    assert "hush" not in fault


def test_the_default_of_every_setting_is_what_its_text_means() -> None:
    for row in fields(Settings):
        assert row.metadata["read"](row.metadata["text"]) == row.default, row.name


def test_what_the_state_is_folded_by_is_kept_as_the_text_of_its_setting() -> None:
    folded = [row for row in fields(Settings) if row.metadata.get("is_folded")]
    assert len(folded) >= 8
    for row in folded:
        assert str(row.default) == row.metadata["text"], row.name


def test_a_secret_comes_from_a_file_without_the_end_of_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tago_key"
    for written, read_as in (("abc\n", "abc"), ("abc", "abc"), ("a b \r\n", "a b "), ("", "")):
        path.write_bytes(written.encode())
        found = Settings.from_env({"BOMNAE_TAGO_KEY_FILE": str(path)})
        assert found.tago_key == read_as
        assert found.secrets() == ((read_as,) if read_as else ())


def test_every_secret_and_nothing_else_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_text("k" * 40)
    for row in fields(Settings):
        given = {f"BOMNAE_{row.name.upper()}_FILE": str(path)}
        if row.metadata["is_secret"]:
            assert getattr(Settings.from_env(given), row.name) == "k" * 40
        else:
            with pytest.raises(SettingsError, match="unknown setting"):
                Settings.from_env(given)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (b"short\n", r"BOMNAE_SECRET must have at least 32 characters, has 5$"),
        (b"two\nlines" * 9, r"BOMNAE_SECRET must have printable characters only"),
        (b"\xff" * 40, r"BOMNAE_SECRET_FILE: .*secret: is no text in UTF-8"),
        (b"x" * 65_537, r"is longer than 65536 bytes"),
        (None, r"BOMNAE_SECRET_FILE: .*secret: No such file"),
    ],
)
def test_a_secret_in_a_file_that_cannot_be_is_refused_and_not_shown(
    tmp_path: Path, written: bytes | None, says: str
) -> None:
    path = tmp_path / "secret"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(SettingsError, match=says) as refused:
        Settings.from_env({"BOMNAE_SECRET_FILE": str(path)})
    assert not any(part in str(refused.value) for part in ("short", "two", "xxx"))


def test_a_secret_given_both_ways_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "its_key"
    path.write_text("in-a-file")
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"BOMNAE_ITS_KEY": "plain-key", "BOMNAE_ITS_KEY_FILE": str(path)})
    assert str(refused.value) == "BOMNAE_ITS_KEY and BOMNAE_ITS_KEY_FILE are both set: one of them"
