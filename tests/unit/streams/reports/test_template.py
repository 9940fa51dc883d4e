import pytest

from streams.contract.enums import ReportKind
from streams.reports import template
from streams.reports.making import own_template
from streams.reports.template import Of, Piece, Place, Shown, Template, TemplateError, Text
from streams.reports.writers.document import Mark

FRONT = '+++\ntitle = "보고"\n+++\n'


def read(body: str, front: str = FRONT) -> Template:
    return template.read(front + body, "ours.md", ("ko", "en"))


def faults(text: str) -> list[str]:
    with pytest.raises(TemplateError) as caught:
        template.read(text, "ours.md", ("ko", "en"))
    return str(caught.value).splitlines()


@pytest.mark.parametrize("kind", ReportKind)
def test_every_shipped_template_is_read_without_a_fault(kind: ReportKind) -> None:
    read_of = template.read(own_template(kind), f"{kind}.md", ("ko", "en"))
    assert any(isinstance(block, Shown) and block.is_chart for block in read_of.blocks)


def test_a_heading_items_of_three_ranks_a_note_and_a_sentence() -> None:
    blocks = read("# 총괄\n\n- 가\n  - 나\n    - 다\n> 라\n\n마\n바\n").blocks
    assert [
        (block.level, block.mark, block.pieces[0].what)
        for block in blocks
        if isinstance(block, Text)
    ] == [
        (1, Mark.PLAIN, "총괄"),
        (0, Mark.ITEM, "가"),
        (0, Mark.SUB_ITEM, "나"),
        (0, Mark.DETAIL, "다"),
        (0, Mark.NOTE, "라"),
        (0, Mark.PLAIN, "마 바"),
    ]


def test_a_place_has_a_column_options_and_a_particle() -> None:
    (block,) = read("- 값 {change.jam_roads.jam_h?pick=sum&road=중앙로|이/가} **굵게**\n").blocks
    assert isinstance(block, Text)
    place = block.pieces[1].what
    assert isinstance(place, Place)
    assert (place.of, place.name, place.column, place.particle) == (
        Of.CHANGE,
        "jam_roads",
        "jam_h",
        "이/가",
    )
    assert place.options == {"pick": "sum", "road": "중앙로"}
    assert block.pieces[-1] == Piece("굵게", is_strong=True)


def test_a_mark_after_a_backslash_is_text() -> None:
    (block,) = read(r"a \{b\} \* \\ \q" + "\n").blocks
    assert isinstance(block, Text)
    assert block.pieces == (Piece(r"a {b} * \ \q"),)


def test_a_line_may_stand_only_where_there_are_rows() -> None:
    yes, no = read("- {?detours} 있음\n- {!detours} 없음\n").blocks
    assert isinstance(yes, Text)
    assert isinstance(no, Text)
    assert (yes.only_if, yes.is_unless, no.is_unless) == ("detours", False, True)


def test_a_comment_is_left_out_and_a_long_item_goes_on() -> None:
    (block,) = read("<!-- 담당자에게 -->\n- 첫째 줄\n  둘째 줄\n").blocks
    assert isinstance(block, Text)
    assert block.pieces == (Piece("첫째 줄 둘째 줄"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# 제목\n", "ours.md:1: the first line must be +++, near '# 제목'"),
        ('+++\ntitle = "a"\n본문\n', "ours.md:1: a second +++ must end the settings, near '+++'"),
        (
            '+++\ntitle = "a"\n\napproval = ["과장"]\n+++\n- 가\n',
            "ours.md:4: no such name; meant 'approvals'?, near 'approval'",
        ),
        (
            '+++\ntitle = "a"\napprovals = "과장"\n+++\n- 가\n',
            "ours.md:3: approvals must be a list, near '과장'",
        ),
        (
            '+++\ntitle = "a"\nlanguage = "jp"\n+++\n- 가\n',
            "ours.md:3: no such language; there are ko, en, near 'jp'",
        ),
        ("+++\n+++\n- 가\n", "ours.md:1: title is missing: title = \"...\", near '+++'"),
        (f"{FRONT}### 셋\n", "ours.md:4: headings are # and ##, near '### 셋'"),
        (
            f"{FRONT}\n   - 가\n",
            "ours.md:5: an item stands 0, 2 or 4 spaces in, near '- 가'",
        ),
        (
            f"{FRONT}| 가 | 나 |\n",
            (
                "ours.md:4: a table drawn with | is no form of a template; "
                "write ![...](table:...), near '| 가 | 나 |'"
            ),
        ),
        (
            f"{FRONT}<script>alert(1)</script>\n",
            (
                "ours.md:4: HTML is no form of a template; write \\< for a <, "
                "near '<script>alert(1)</script>'"
            ),
        ),
        (
            f"{FRONT}- 값 {{Jam Roads}}\n",
            "ours.md:4: no place for a figure; {jam_roads.road} is one, near '{Jam Roads}'",
        ),
        (f"{FRONT}- 값 {{a\n", "ours.md:4: { stands alone; write \\{, near '값 {a'"),
        *(
            (
                f"{FRONT}{line}\n",
                (
                    "ours.md:4: no whole table or chart; write ![caption](table:jam_roads), "
                    f"near '{line}'"
                ),
            )
            for line in ("![표](table:jam_roads", "![표]（table:jam_roads）")
        ),
        (
            f"{FRONT}＃ 총괄\n",
            (
                "ours.md:4: a wide sign begins no form; write #, ! and [ of the keyboard, "
                "near '＃ 총괄'"
            ),
        ),
        (
            f"{FRONT}- ｛city｝ 은\n",
            "ours.md:4: ｛ is a wide sign; write { and }, near '｛city｝ 은'",
        ),
        (f"{FRONT}- **굵게\n", "ours.md:4: ** begins and does not end, near '**굵게'"),
        (
            f"{FRONT}![표](file:/etc/passwd)\n",
            "ours.md:4: what is shown is table: or chart:, near '![표](file:/etc/passwd)'",
        ),
        (
            f"{FRONT}![표](table:feeds?top)\n",
            "ours.md:4: 'top' must be NAME=VALUE, near '![표](table:feeds?top)'",
        ),
        (f"{FRONT}\n", "ours.md:1: nothing stands below the second +++"),
    ],
)
def test_a_fault_has_its_line_and_what_stands_there(text: str, said: str) -> None:
    assert faults(text) == [said]


def test_what_is_no_toml_has_its_line_too() -> None:
    (said,) = faults('+++\ntitle = "a\n+++\n- 가\n')
    assert said.startswith("ours.md:2: no TOML: ")
    assert said.endswith(", near 'title = \"a'")


def test_all_faults_are_found_at_once_in_the_order_of_the_lines() -> None:
    found = faults(f"{FRONT}- {{A}}\n### 나\n| 다 |\n")
    assert [line.split(": ")[0] for line in found] == ["ours.md:4", "ours.md:5", "ours.md:6"]


def test_a_file_of_nothing_but_faults_names_the_first_ones_and_counts_the_rest() -> None:
    found = faults(FRONT + "### 가\n" * 500)
    assert len(found) == template.MAX_FAULTS + 1
    assert found[-1] == f"ours.md: {500 - template.MAX_FAULTS} more"
