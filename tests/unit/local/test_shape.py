"""The figures of `python -m local.shape`, each on files small enough to count by hand."""

import pytest

from local.shape import figures
from local.shape.__main__ import BEGIN, END, QUOTED, Figure, read_figures
from local.shape.sources import Source, of_a_city
from local.tables import between


def sources(**texts: str) -> list[Source]:
    """Files by path, `/` written as `__` and the suffix after the last `_`."""
    return [Source(_path(name), text) for name, text in texts.items()]


def _path(name: str) -> str:
    stem, _, suffix = name.rpartition("_")
    return f"{stem.replace('__', '/')}.{suffix}"


@pytest.mark.parametrize(
    ("suffix", "text", "code"),
    [
        (".py", '"""Utic."""\nx = utic  # utic\n', "x\nutic"),
        (".py", 'def f():\n    """Utic."""\n    return "utic"\n', 'def\nf\nreturn\n"utic"'),
        (".js", 'const a = "// kept"; // gone\n', 'const a = "// kept"; \n'),
        (".js", "const a = /[\"'/]/; /* gone */ b\n", "const a = /[\"'/]/;  b\n"),
        (".js", "const a = `https://x ${b}`; // gone", "const a = `https://x ${b}`; "),
        (".css", "a { /* gone */ color: red }", "a {  color: red }"),
        (".html", "<p>a<!-- gone -->b{# gone #}</p>", "<p>ab</p>"),
        (".toml", 'a = "# kept" # gone', 'a = "# kept" '),
        (".json", '{"a": "// kept"}', '{"a": "// kept"}'),
    ],
)
def test_comments_and_docstrings_are_no_code(suffix: str, text: str, code: str) -> None:
    assert Source(f"maps/a{suffix}", text).code == code


def test_a_string_with_blanks_is_prose() -> None:
    text = """a = "two words"; b = 'two words'; c = "one"; d("it's one")"""
    assert Source("maps/a.js", text).terms == """a = ; b = ; c = "one"; d()"""


def test_the_simulator_is_no_part_of_a_city() -> None:
    found = sources(
        producers__simulated__a_py="", producers__simulator__b_py="", producers__c_py=""
    )
    assert [source.path for source in of_a_city(found)] == ["producers/c.py"]


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("utic_url = 1", True),
        ("x = 'UTIC-30'", True),
        ("x = 'utic.incidents'", True),
        ("acoustic = 1", False),
        ("x = 1  # of utic", False),
    ],
)
def test_a_file_names_a_feed_by_its_word(text: str, *, is_named: bool) -> None:
    assert bool(figures.files_of_a_feed(sources(maps__a_py=text))) is is_named


@pytest.mark.parametrize(
    ("path", "text", "is_known"),
    [
        ("maps__a_js", "picture.reports.get(id)", True),
        ("maps__a_js", 'state.isShown("reports")', True),
        ("maps__a_js", '"layer.reports": 1', True),
        ("maps__a_js", '"rule.reports": "신고 집중"', False),
        ("maps__a_js", 'say("many reports here")', False),
        ("maps__a_js", 'ask("/reports")', False),
        ("maps__a_py", "from streams.calls import reports_at", True),
        ("maps__a_py", "FEED = 'feed-reports'", False),
        ("streams__domain__works__rows_py", "reports = ()", False),
        ("producers__a_py", "reports = ()", False),
    ],
)
def test_a_file_knows_a_layer_by_its_name(path: str, text: str, *, is_known: bool) -> None:
    assert bool(figures.files_of_a_layer(sources(**{path: text}))) is is_known


def test_a_field_is_counted_where_code_names_it() -> None:
    found = sources(
        maps__a_js="row.remaining_width_m",
        maps__b_js="// remaining_width_m",
        maps__c_js="row.width_m",
    )
    assert figures.files_of_a_field(found) == ["maps/a.js"]


def test_a_language_is_a_file_more_and_every_file_that_holds_words() -> None:
    found = sources(
        streams__words__ko_toml='a = "가"',
        streams__words__en_toml='a = "a"',
        maps__pair_py="ko, en = pair",
        maps__hangul_js='say("가")',
        maps__comment_js="// 가",
        maps__search__jamo_py='FIRST = "ㄱ"',
        producers__reads_py='COLUMN = "공사명"',
        streams__says_py='ko, en = "가", "a"',
    )
    assert figures.files_of_a_language(found) == [
        "maps/hangul.js",
        "maps/pair.py",
        "streams/says.py",
        "streams/words/*.toml",
    ]


def test_untyped_names_count_in_the_python_of_maps() -> None:
    text = "def a(x: Any) -> Json:  # Any\n    return Any\n"
    found = sources(maps__a_py=text, streams__b_py=text, maps__c_js="Json Any")
    assert figures.untyped_names(found) == 3


def test_private_functions_count_without_methods_and_helpers_with_them() -> None:
    text = "def _a(): ...\nclass B:\n    def _c(self): ...\n    def __init__(self): ...\n\n"
    found = sources(maps__a_py=text)
    assert figures.private_functions(found) == 1000 * 1 / 5
    assert figures.private_helpers(found) == 1000 * 2 / 5


def test_a_class_name_of_two_files_is_found() -> None:
    found = sources(
        maps__a_py="class A: ...\nclass B: ...\n", streams__b_py="class A:\n    class C: ...\n"
    )
    assert figures.repeated_classes(found) == {"A": ["maps/a.py", "streams/b.py"]}


def test_folders_that_import_each_other_round_are_a_cycle() -> None:
    found = sources(
        streams__a__one_py="from streams.b import two\n",
        streams__b__two_py="from streams.c.three import thing\n",
        streams__c__three_py="def f():\n    import streams.a.one\n",
        streams__d__four_py="from streams.a.one import x\nimport json\n",
    )
    assert figures.folder_cycles(found) == [["streams/a", "streams/b", "streams/c"]]


def test_files_of_one_folder_are_no_cycle() -> None:
    found = sources(
        streams__a__one_py="from streams.a import two\n",
        streams__a__two_py="from streams.a.one import x\n",
    )
    assert figures.folder_cycles(found) == []


def test_lines_are_those_of_python_and_the_browser() -> None:
    found = sources(maps__a_py="a\nb\n", maps__b_js="c\n", maps__c_css="d\n", maps__d_toml="e\n")
    assert figures.product_lines(found) == 4


def test_a_figure_is_over_above_its_bound_and_unknown_without_its_tool() -> None:
    assert Figure("x", 3, 2).is_over
    assert not Figure("x", 2, 2).is_over
    assert not Figure("x", None, 0).is_over
    assert [Figure("x", now, 2).line() for now in (None, 2, 3_000)] == [
        "| x | - | 2 |",
        "| x | 2 | 2 |",
        "| x | 3,000 (over) | 2 |",
    ]


def test_the_table_quoted_has_every_figure() -> None:
    text = QUOTED.read_text(encoding="utf-8")
    quoted = text.partition(BEGIN)[2].partition(END)[0]
    assert not [row.name for row in read_figures(QUOTED.parent) if f"| {row.name} |" not in quoted]


def test_a_table_is_put_between_its_comments_and_nowhere_else() -> None:
    assert between("a <b>old</b> c", "<b>", "</b>", "new") == "a <b>\nnew\n</b> c"
    with pytest.raises(ValueError, match="lacks <b>"):
        between("a old</b> c", "<b>", "</b>", "new")
