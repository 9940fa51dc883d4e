"""The command over a made-up history: what it writes, what it refuses, what is due."""

from datetime import date
from pathlib import Path

import pytest

from streams.__main__ import main
from streams.contract import cli
from streams.contract.enums import ReportKind
from streams.reports.options import FORMATS
from tests.cities.archive import made_up, write


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    write(made_up(15, date(2026, 9, 28), 5), folder)  # until the 1st of November
    return folder


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, history: Path) -> None:
    monkeypatch.setenv("BOMNAE_HISTORY", str(history))
    monkeypatch.delenv("BOMNAE_NETWORK", raising=False)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_month_in_four_formats_each_file_named_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "monthly", "--date", "2026-10-05", "--to", str(tmp_path)]) == cli.OK
    assert names(tmp_path) == sorted(f"monthly-2026-10.{form}" for form in FORMATS)
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(tmp_path / f"monthly-2026-10.{x}") for x in FORMATS]
    assert "monthly report of 2026. 10. 1.(목) ~ 2026. 10. 31.(토) ..." in said.err
    assert "4 files in" in said.err
    page = (tmp_path / "monthly-2026-10.html").read_text()
    assert "2026년 10월 도로소통·도로굴착 월간 보고" in page
    assert "2026. 10. 31.(토) 24:00 마감 자료" in page


@pytest.mark.parametrize("kind", [ReportKind.DAILY, ReportKind.WEEKLY, ReportKind.QUARTERLY])
def test_the_other_reports_are_made_of_the_last_period_that_is_over_or_begun(
    kind: ReportKind, tmp_path: Path
) -> None:
    asked = ["report", kind, "--to", str(tmp_path), "--format", "html"]
    more = ["--date", "2026-10-31"] if kind is ReportKind.QUARTERLY else []
    assert main([*asked, *more]) == cli.OK
    expected = {
        ReportKind.DAILY: "daily-2026-10-31.html",
        ReportKind.WEEKLY: "weekly-2026-W43.html",
        ReportKind.QUARTERLY: "quarterly-2026-Q4.html",
    }
    assert names(tmp_path) == [expected[kind]]
    page = (tmp_path / expected[kind]).read_text()
    assert ("잠정" in page) == (kind is ReportKind.QUARTERLY)


def test_what_is_due_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "due", "--since", "2026-10-30", "--to", str(tmp_path), "--format", "html"]
    assert main(asked) == cli.OK
    made = names(tmp_path)
    assert made == [
        "daily-2026-10-30.html",
        "daily-2026-10-31.html",
        "monthly-2026-10.html",
    ]
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in made}
    capsys.readouterr()
    assert main(asked) == cli.OK
    assert capsys.readouterr().err.splitlines()[-1] == "bomnae: 0 made, 3 were there"
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in made} == before


def test_a_template_is_printed_changed_checked_and_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "template", "daily"]) == cli.OK
    ours = tmp_path / "ours.md"
    ours.write_text(capsys.readouterr().out.replace("# 총괄", "# 시장님 보고"))
    assert main(["report", "check", str(ours)]) == cli.OK
    asked = ["report", "daily", "--template", str(ours), "--to", str(tmp_path)]
    assert main([*asked, "--format", "html"]) == cli.OK
    assert "I. 시장님 보고" in (tmp_path / "daily-2026-10-31.html").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '+++\ntitle = "가"\n+++\n- {jam_roods.road}\n',
            "ours.md:4: no such statistic 'jam_roods'; meant 'jam_roads'?, near '{jam_roods.road}'",
        ),
        ("본문\n", "ours.md:1: the first line must be +++, near '본문'"),
    ],
)
def test_a_template_with_a_fault_makes_no_file(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, to = tmp_path / "ours.md", tmp_path / "to"
    ours.write_text(text)
    for asked in (["check", str(ours)], ["daily", "--template", str(ours), "--to", str(to)]):
        assert main(["report", *asked]) == cli.USAGE
        assert capsys.readouterr().err.splitlines()[-1].endswith(said)
    assert not to.exists()


def test_what_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    latin = tmp_path / "latin.md"
    latin.write_bytes("+++\ntitle = '춘천'\n".encode("cp949"))
    taken = tmp_path / "taken"
    taken.write_text("")
    empty = tmp_path / "empty"
    empty.mkdir()
    to = ["--to", str(tmp_path / "to"), "--format", "html"]
    day = ["--date", "2026-10-05"]
    cases = [
        (["daily", "--date", "2020-01-01", *to], cli.FAILED, "the history knows 2026-09-28 to"),
        (["daily", "--template", str(latin), *to], cli.USAGE, "latin.md:2: not UTF-8"),
        (["daily", "--template", str(empty / "no.md"), *to], cli.USAGE, "No such file"),
        (["daily", *day, "--to", str(taken), "--format", "html"], cli.USAGE, "taken/daily-2026"),
        (["daily", *day, *to, "--history", str(empty)], cli.FAILED, "holds nothing yet"),
        (["daily", *day, *to, "--history", str(empty / "no")], cli.USAGE, "no such folder"),
    ]
    for asked, code, said in cases:
        assert main(["report", *asked]) == code, asked
        assert said in capsys.readouterr().err, asked
    monkeypatch.setenv("BOMNAE_HISTORY", "")
    assert main(["report", "daily", *to]) == cli.USAGE
    assert "BOMNAE_HISTORY is not set" in capsys.readouterr().err


def test_a_wrong_day_or_format_is_wrong_usage(tmp_path: Path) -> None:
    for more in (["--date", "11월"], ["--format", "doc"]):
        with pytest.raises(SystemExit) as ended:
            main(["report", "daily", "--to", str(tmp_path), *more])
        assert ended.value.code == cli.USAGE
