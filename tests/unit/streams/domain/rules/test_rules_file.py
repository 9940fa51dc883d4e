from dataclasses import fields, replace
from pathlib import Path

import pytest

from streams.audit.fold import Fold
from streams.contract.enums import DiscrepancyKind, Severity
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.domain.rules import AlertRules
from streams.domain.rules.reading import read_rules
from streams.state.keys import OUTBOX
from streams.topology.stages import load_rules, stages
from tests.cities.worlds import numbered, road
from tests.unit.streams.domain.rules.test_rules_timeline import MINUTES, log

PACKAGED = Path("streams/rules.toml")


def test_the_packaged_file_says_what_holds_without_a_file() -> None:
    assert read_rules(PACKAGED.read_text(encoding="utf-8")) == AlertRules() == load_rules("")


def test_the_packaged_file_names_every_value_of_every_rule() -> None:
    text = PACKAGED.read_text(encoding="utf-8")
    assert text.count("\nbegin = ") == text.count("\nend = ") == text.count("enabled = ") == 10
    # a closure and a clash are as grave as what they take, a discrepancy as its kind
    assert text.count("severity = ") == 7
    assert [kind for kind in DiscrepancyKind if f"\n{kind} = " not in text] == []


def test_a_file_changes_what_it_says_and_nothing_else() -> None:
    text = '[jam]\nbegin = "1.5 h"\nseverity = "critical"\n[slowdown]\nbelow = "30 %"\n'
    known = AlertRules()
    assert read_rules(text) == replace(
        known,
        jam=replace(known.jam, begin_ms=5_400_000, severity=Severity.CRITICAL),
        slowdown=replace(known.slowdown, below=0.3),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[jam", r"not TOML"),
        ("jam = 3", r"jam must be a table, \[jam\], got 3"),
        ("[jamm]", r"unknown rule 'jamm', one of clash, closure, detour, discrepancy, feed"),
        ("[jam]\nbegins = 3", r"\[jam\] unknown name 'begins', one of begin, below, enabled, end"),
        ("[closure]\nseverity = 'notice'", r"\[closure\] unknown name 'severity'"),
        ("[jam]\nbegin = 20", r"\[jam\] begin must be a time such as 90 s, 15 min or 2 h, got 20"),
        ("[jam]\nbegin = 'soon'", r"must be a time .* got 'soon'"),
        ("[jam]\nbegin = '20'", r"begin: unknown unit '' of '20', s, min or h"),
        ("[jam]\nbegin = '2 days'", r"begin: unknown unit 'days' of '2 days', s, min or h"),
        ("[jam]\nbegin = '20 %'", r"unknown unit '%'"),
        ("[jam]\nbegin = '25 h'", r"\[jam\] begin must be within 0..24 h, got 25 h"),
        ("[jam]\nend = '-1 s'", r"\[jam\] end must be within 0..24 h, got -1 s"),
        ("[jam]\nbegin = '1e3 s'", r"must be a time|unknown unit"),
        ("[slowdown]\nbelow = '0.4'", r"below: unknown unit '' of '0.4', %"),
        ("[slowdown]\nbelow = 0.4", r"below must be a share such as 40 %, got 0.4"),
        ("[slowdown]\nbelow = '4 %'", r"below must be within 5 %..100 %, got 4 %"),
        ("[slowdown]\nuntil = '101 %'", r"until must be within 5 %..100 %, got 101 %"),
        ("[slowdown]\nuntil = '39 %'", r"until must be at least below \(40 %\), got 39 %"),
        ("[reports]\ncalls = 1", r"calls must be within 2..100 calls, got 1"),
        ("[reports]\ncalls = 2.5", r"calls must be a whole number, got 2.5"),
        ("[reports]\ncalls = true", r"calls must be a whole number, got True"),
        ("[reports]\nuntil = 4", r"until must be at most calls \(3\), got 4"),
        ("[jam]\nenabled = 1", r"enabled must be true or false, got 1"),
        ("[discrepancy]\noverrun = 'no'", r"one of critical, notice, off, warning, got 'no'"),
        ("[jam]\nseverity = 'grave'", r"must be one of critical, notice, warning, got 'grave'"),
        ("[jam]\nseverity = ['notice']", r"must be one of critical, notice, warning"),
    ],
)
def test_what_is_wrong_is_named_with_its_value_unit_and_bounds(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"BOMNAE_RULES: .*{says}"):
        read_rules(text)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[jam]\nbegin = '25 h'\n", "must be within 0..24 h, got 25 h"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "No such file"),
    ],
)
def test_no_stage_begins_with_a_rules_file_that_cannot_be_used(
    body: bytes | None, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "rules.toml"
    if body is not None:
        file.write_bytes(body)
    with pytest.raises(SettingsError, match=f"BOMNAE_RULES: .*{says}") as refused:
        stages(Settings(rules=str(file)), road(3))
    assert refused.value.exit_code == 2


def test_every_stage_decides_by_the_rules_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("\n".join(f"[{row.name}]\nenabled = false" for row in fields(AlertRules)))
    fold = Fold(stages(Settings(rules=str(file)), road()))
    for sent in numbered(log(range(MINUTES))):
        fold.take(*sent)
    assert OUTBOX not in fold.tables()
