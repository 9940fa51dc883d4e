from collections.abc import Mapping

import pytest

from streams.reports import template
from streams.reports.filling import About, fill
from streams.reports.template import TemplateError
from streams.reports.writers.document import ChartBlock, Document, Heading, Line, TableBlock
from streams.statistics import figure as stats
from streams.statistics.figure import Figure, Query, Unit

FRONT = '+++\ntitle = "{city} 보고"\n+++\n'
NONE = Query("", {})


def figure(
    name: str, columns: tuple[stats.Column, ...], rows: tuple[tuple[stats.Cell, ...], ...]
) -> Figure:
    chart = stats.Chart(stats.ChartKind.BARS, columns[0].name, (columns[1].name,))
    return Figure(name, 0, 1, stats.Table(columns, rows), chart, NONE, NONE)


JAM = (stats.Column("road", Unit.TEXT), stats.Column("jam_h", Unit.HOURS))
CALLS = (stats.Column("topic", Unit.TEXT), stats.Column("calls", Unit.COUNT))
NOW = {
    "jams": figure("jams", JAM, (("중앙로", 12.25), ("공지로", None), ("", 3.0))),
    "calls": figure("calls", CALLS, ()),
    "zero": figure("zero", CALLS, (("a", 4),)),
}
BEFORE = {
    "jams": figure("jams", JAM, (("중앙로", 10.0),)),
    "calls": figure("calls", CALLS, (("a", 3),)),
    "zero": figure("zero", CALLS, (("a", 0),)),
}


class Facts:
    ids = tuple(NOW)

    def __init__(self, *, is_comparable: bool = True, is_over: bool = True) -> None:
        self.is_comparable, self.is_over = is_comparable, is_over

    def figure(self, name: str, *, is_before: bool = False) -> Figure:
        return (BEFORE if is_before else NOW)[name]


def filled(body: str, facts: Facts | None = None) -> Document:
    names: Mapping[str, str] = {"city": "춘천시"}
    read = template.read(FRONT + body, "ours.md", ("ko", "en"))
    return fill(read, facts or Facts(), About("춘천시", names, (), 0))


def sentence(text: str) -> str:
    (line,) = filled(f"{text}\n").blocks
    assert isinstance(line, Line)
    return line.text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("{city}", "춘천시"),
        ("{jams.road}", "중앙로"),
        ("{jams.road|이/가}", "중앙로가"),
        ("{jams.jam_h}", "12.3시간"),
        ("{jams.jam_h?pick=last}", "3.0시간"),
        ("{jams.jam_h?pick=sum}", "15.3시간"),
        ("{jams.jam_h?pick=count}", "3"),
        ("{jams.jam_h?road=공지로}", "자료 없음"),
        ("{before.jams.jam_h}", "10.0시간"),
        ("{change.jams.jam_h}", "22.5% 증가"),
        ("{change.jams.jam_h?pick=min}", "70.0% 감소"),
        ("{calls.calls?pick=sum}", "0"),
        ("{calls.topic}", "자료 없음"),
        ("{change.calls.calls?pick=sum}", "100.0% 감소"),
        ("{change.zero.calls}", "증가(비교 기간 0)"),
        ("{change.jams.jam_h?road=공지로}", "비교 자료 없음"),
    ],
)
def test_what_fills_a_place(place: str, text: str) -> None:
    assert sentence(f"- {place}") == text


def test_what_is_not_known_is_a_dash_with_its_meaning_and_zero_is_zero() -> None:
    (table,) = filled("![정체](table:jams)\n").blocks
    assert isinstance(table, TableBlock)
    assert table.texts()[1:] == [["중앙로", "12.3"], ["공지로", "–"], ["–", "3.0"]]
    assert table.notes == ("‘–’는 자료가 없음을 뜻하며 0과 다름",)


def test_a_table_that_is_cut_says_of_how_many() -> None:
    (table,) = filled("![정체](table:jams?top=1&columns=jam_h)\n").blocks
    assert isinstance(table, TableBlock)
    assert (table.title, table.texts()) == ("표 1 정체", [[table.columns[0].name], ["12.3"]])
    assert table.notes == ("전체 3건 중 상위 1건",)


def test_a_statistic_without_rows_gives_one_sentence_instead_of_table_and_chart() -> None:
    (line,) = filled("![전화](table:calls)\n![전화](chart:calls)\n").blocks
    assert isinstance(line, Line)
    assert line.whole == "※ 전화: 보고 기간에 해당하는 자료가 없음"


def test_a_chart_says_in_words_what_it_shows() -> None:
    (chart,) = filled("![정체](chart:jams)\n").blocks
    assert isinstance(chart, ChartBlock)
    assert chart.labels == ("중앙로", "공지로", "–")
    assert chart.series[0].values == (12.3, None, 3.0)
    assert chart.alt.startswith("막대그래프. 정체. 값 2개. 가장 큰 값은 중앙로 12.3시간")


def test_lines_stand_only_where_their_condition_holds_and_headings_are_counted() -> None:
    blocks = filled("# 가\n- {?calls} 있음\n- {!calls} 없음\n- {?jams} 있음\n# 나\n").blocks
    assert [block.whole for block in blocks if isinstance(block, Heading | Line)] == [
        "I. 가",
        "○ 없음",
        "○ 있음",
        "II. 나",
    ]


def test_what_there_is_not_is_named_with_its_line() -> None:
    with pytest.raises(TemplateError) as caught:
        filled(
            "- {jam.road}\n- {jams.rode}\n- {jams.road?pick=sum}\n- {mayor}\n"
            "![가](table:jams?top=x)\n"
        )
    assert str(caught.value).splitlines() == [
        "ours.md:4: no such statistic 'jam'; meant 'jams'?, near '{jam.road}'",
        "ours.md:5: jams has no column 'rode'; it has road, jam_h, near '{jams.rode}'",
        "ours.md:6: sum needs numbers; road holds text, near '{jams.road?pick=sum}'",
        "ours.md:7: no place; without a column there are city, near '{mayor}'",
        "ours.md:8: top must be a number up to 1000, was 'x', near '![가](table:jams?top=x)'",
    ]


def test_enclosures_are_numbered_and_the_last_ends_the_letter() -> None:
    front = '+++\ntitle = "a"\nattachments = ["가 1부.", "나 1부."]\n+++\n- 본문\n'
    read = template.read(front, "ours.md", ("ko", "en"))
    document = fill(read, Facts(), About("춘천시", {}, (), 0))
    assert document.closing == ("붙임  1. 가 1부.", "　　  2. 나 1부.  끝.")


def test_a_period_that_is_not_over_is_compared_with_no_whole_one() -> None:
    """29 days of calls against 31 would be a fall that nobody had."""
    told = filled("{change.calls.calls?pick=sum} {before.calls.calls?pick=sum}\n", Facts())
    own = filled("{before.calls.calls?pick=sum}\n", Facts())
    provisional = Facts(is_over=False)
    text = "{change.calls.calls?pick=sum} {before.calls.calls?pick=sum}\n"
    (whole,), (before,), (line,) = told.blocks, own.blocks, filled(text, provisional).blocks
    assert isinstance(line, Line)
    assert isinstance(whole, Line)
    assert isinstance(before, Line)
    assert "비교 자료 없음" not in whole.text
    assert line.text == f"비교 자료 없음 {before.text}"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("{change.zero.calls}", "비교 자료 없음"),
        ("{change.calls.calls?pick=sum}", "비교 자료 없음"),
        ("{before.calls.calls?pick=sum}", "자료 없음"),
        ("{zero.calls}", "4"),
    ],
)
def test_before_the_history_nothing_counted_is_no_zero(place: str, text: str) -> None:
    (line,) = filled(f"{place}\n", Facts(is_comparable=False)).blocks
    assert isinstance(line, Line)
    assert line.text == text
