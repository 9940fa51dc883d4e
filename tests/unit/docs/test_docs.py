"""What the documents promise is there: commands, targets, files, settings."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from local.settings_ko import KOREAN
from local.settings_table import HEADS, ROOT, with_table
from producers.simulator.misbehaviour import modes_of
from producers.simulator.portal import KEY_NAMES
from streams.contract.enums import FeedStatus
from streams.contract.settings import Settings
from streams.contract.wire import RULES
from streams.words.catalogue import texts, word
from tests.commands import is_accepted
from tests.texts import text_of

PAIRS = {  # English document -> the same in Korean
    "README.md": "README.ko.md",
    **{
        f"docs/{name}.md": f"docs/{name}.ko.md"
        for name in (
            "datasets",
            "keys",
            "operating",
            "pseudonyms",
            "reports",
            "retention",
            "runbook",
            "screens",
            "settings",
            "simulator",
            "walk",
        )
    },
}
SCREENS, SIMULATORS = (
    (f"docs/{name}.md", f"docs/{name}.ko.md") for name in ("screens", "simulator")
)
DOCUMENTS = tuple(
    sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
)
SETTINGS = {f"BOMNAE_{row.name.upper()}": row for row in fields(Settings)}
SHIPPED = ("streams", "producers", "maps", "local", "bench", "tests", ".ci", ".")
TEXT = {".py", ".js", ".css", ".html", ".md", ".toml", ".yml", ".sh", ".lock", ".xml", ".txt", ""}
NOT_SHIPPED = {".env", ".git"}  # .git is a file in a second worktree
NOT_OURS = re.compile(  # written in pieces, or this file would name them
    "|".join(
        [
            r"(?<![\w.])/(wor" + r"k|ro" + r"ot|ho" + r"me)/\w",
            r"/tm" + r"p/la" + r"b",
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.org",
            "repo1" + r"\.maven",
            "golang" + r"\.org/",
            "ghcr" + r"\.io",
        ]
    )
)


def commands(text: str) -> list[list[str]]:
    """Every `python -m ...` of a text as its words after `-m`."""
    found = re.findall(r"python -m ([^`#\n$]+)", text)
    return [shlex.split(re.sub(r"\[[^\]]*\]", "", words)) for words in found]


def shipped() -> Iterator[Path]:
    for folder in SHIPPED:
        paths = (ROOT / folder).glob("*") if folder == "." else (ROOT / folder).rglob("*")
        yield from (
            p for p in paths if p.is_file() and p.suffix in TEXT and p.name not in NOT_SHIPPED
        )


@pytest.mark.parametrize("file", HEADS)
def test_the_settings_table_is_the_one_of_the_settings(file: str) -> None:
    assert text_of(file) == with_table(text_of(file), file), "run `make settings-table`"


def test_every_setting_is_explained_in_korean() -> None:
    assert set(KOREAN) == {row.name for row in fields(Settings)}


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_command_named_is_accepted(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands(text_of(file)):
        assert is_accepted(words), words
    capsys.readouterr()


@pytest.mark.parametrize("file", SIMULATORS)
def test_every_misbehaviour_named_can_be_asked_for(file: str) -> None:
    named = re.findall(r"misbehave\?feed=([\w.]+)&mode=([\w-]+)", text_of(file))
    assert len(named) >= 5
    assert not [
        pair for pair in named if pair[0] not in KEY_NAMES or pair[1] not in modes_of(pair[0])
    ]


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_make_target_named_exists(file: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text_of(file), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_file_named_exists(file: str) -> None:
    text = text_of(file)
    named = set(re.findall(r"`((?:streams|producers|maps|local|tests|bench|docs)/[\w./-]*)`", text))
    assert not [name for name in named if not (ROOT / name).exists()]
    linked = re.findall(r"\]\(((?!http|table:|chart:)[^)#]+)(?:#[^)]*)?\)", text)
    assert not [name for name in linked if not (ROOT / file).parent.joinpath(name).exists()]


def test_the_way_of_an_event_names_functions_that_are_in_their_files() -> None:
    named = re.findall(r"`([\w/.-]+\.(?:py|js))`\s+`([\w.]+)`", text_of("ARCHITECTURE.md"))
    assert len(named) >= 15
    missing = [
        (path, name)
        for path, name in named
        if not re.search(rf"\b{name.rpartition('.')[2]}\b *[(=:]", text_of(path))
    ]
    assert not missing


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_heading_linked_to_is_there(file: str) -> None:
    links = re.findall(r"\]\(((?!http)[^)#]*)#([^)]+)\)", text_of(file))
    there = {(name, anchor): anchors_of(file, name) for name, anchor in links}
    assert not [link for link in there if link[1] not in there[link]]


def anchors_of(file: str, name: str) -> list[str]:
    """The anchors of a document's headings in order, as GitHub makes them."""
    whole = (ROOT / file).parent / name if name else ROOT / file
    heads = re.findall(r"^#+ (.+)$", whole.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]


def test_both_languages_explain_every_word_of_a_feed() -> None:
    names = (code.removeprefix("status.") for code in texts("ko") if code.startswith("status."))
    words = {name: word("ko", f"status.{name}") for name in names if "." not in name}
    assert {"held", "never", *FeedStatus} <= set(words)
    for text in map(text_of, SCREENS):
        assert not [name for name in words if f"| {name} | {words[name]} |" not in text]


@pytest.mark.parametrize("file", SCREENS)
def test_every_code_that_is_not_a_numbered_rule_is_explained(file: str) -> None:
    codes = [code for code in RULES if not re.fullmatch("R[0-9]+", code)]
    assert len(codes) >= 5
    assert not [code for code in codes if f"`{code}`" not in text_of(file)]


@pytest.mark.parametrize("file", PAIRS)
def test_both_languages_have_the_same_blocks(file: str) -> None:
    english, korean = (list(outline_of(text_of(each))) for each in (file, PAIRS[file]))
    assert korean == english


@pytest.mark.parametrize("file", PAIRS)
def test_both_languages_link_to_the_same_places(file: str) -> None:
    english = [(target, anchor_number(file, target)) for target in links_of(file)]
    korean = [(target, anchor_number(PAIRS[file], target)) for target in links_of(PAIRS[file])]
    assert [(english_of(target), number) for target, number in korean] == [
        (target.partition("#")[0], number) for target, number in english
    ]


@pytest.mark.parametrize("file", PAIRS)
def test_both_languages_name_the_same_settings_commands_and_codes(file: str) -> None:
    english, korean = (
        re.findall(r"`(BOMNAE_\w+|--[a-z-]+|[A-Z]+-[A-Z]+|R\d{3}|/[a-z]\w*)`", text_of(each))
        for each in (file, PAIRS[file])
    )
    assert set(korean) == set(english)


COMMENT = re.compile(r"\s+# .*$", re.MULTILINE)


def outline_of(text: str) -> Iterator[tuple[Any, ...]]:
    """What a document is made of, block by block, without its words. Comments in code are words."""
    text = re.sub(r"^( *)```\n(.*?)^ *```$", _kept_code, text, flags=re.DOTALL | re.MULTILINE)
    for part in re.split(r"\n\s*\n", text.strip()):
        yield _shape(part)


def _kept_code(match: re.Match[str]) -> str:
    """Code as one paragraph, whatever blank lines are in it."""
    return f"```{COMMENT.sub('', match[2]).encode().hex()}"


def _shape(part: str) -> tuple[Any, ...]:
    lines = part.strip().splitlines()
    first = lines[0].strip()
    if first.startswith("```"):
        return "code", bytes.fromhex(first[3:]).decode()
    if first.startswith("#"):
        return "heading", len(first) - len(first.lstrip("#"))
    if first.startswith("|"):
        return "table", *(len(re.findall(r"(?<!\\)\|", line)) for line in lines)
    if first.startswith("!["):
        return "picture", first.rpartition("(")[2]
    if starts := [found[0] for line in lines if (found := re.match(r"- |\d+\. ", line))]:
        return "list", *starts
    return ("text",)


def links_of(file: str) -> list[str]:
    return re.findall(r"(?<!!)\[[^\]]+\]\(((?!http)[^)]+)\)", text_of(file))


def english_of(target: str) -> str:
    """The file a link of a Korean document leads to, in English; the English itself: in Korean."""
    name = target.partition("#")[0]
    return name.replace(".ko.md", ".md") if ".ko.md" in name else KOREAN_OF.get(name, name)


KOREAN_OF = {Path(english).name: Path(korean).name for english, korean in PAIRS.items()}


def anchor_number(file: str, target: str) -> int | None:
    """Which heading of its document a link leads to, None for the whole."""
    name, _, anchor = target.partition("#")
    return anchors_of(file, name).index(anchor) if anchor else None


def test_pictures_are_small() -> None:
    assert not [p.name for p in (ROOT / "docs").iterdir() if p.stat().st_size >= 250_000]


def test_no_file_names_a_machine_or_a_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in shipped()
        if (found := NOT_OURS.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not named


def test_everything_the_image_copies_is_there_and_let_through() -> None:
    copied = set(re.findall(r"^COPY (?!--)(\S+) ", text_of("Dockerfile"), re.MULTILINE))
    let_through = set(re.findall(r"^!(\S+)$", text_of(".dockerignore"), re.MULTILINE))
    assert copied == let_through
    assert not [name for name in copied if not (ROOT / name).exists()]


def test_the_image_gets_the_versions_that_are_tested() -> None:
    pins = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)
    shipped_pins = set(pins.findall(text_of("requirements-production.lock")))
    assert shipped_pins
    assert shipped_pins <= set(pins.findall(text_of("requirements.lock")))


@pytest.mark.parametrize("file", [".env.example", ".env.simulated"])
def test_an_env_file_holds_settings_that_exist_and_no_secret(file: str) -> None:
    pairs = re.findall(r"^#?(BOMNAE_\w+)=(.*)$", text_of(file), re.MULTILINE)
    for variable, _ in pairs:
        assert variable in SETTINGS
        assert not SETTINGS[variable].metadata["is_secret"], "secrets stand in files"
    Settings.from_env(dict(pairs) | {"BOMNAE_INGEST_KEY": "k" * 32})  # a secret is never in it


@pytest.mark.parametrize("file", ["docs/operating.md", "docs/operating.ko.md"])
def test_the_files_of_a_city_without_containers_are_read_together(file: str) -> None:
    """Each process has the first file and its own; which secrets' files they name stays open."""
    parts = re.split(r"^# /etc/bomnae/([a-z]+)\.env$", text_of(file), flags=re.MULTILINE)[1:]
    given = {
        name: dict(re.findall(r"^(BOMNAE_\w+)=(.+)$", text.partition("```")[0], re.MULTILINE))
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }
    assert list(given) == ["common", "producers", "maps", "dispatch", "retention", "snapshot"]
    for name, own in given.items():
        of_files = {variable for variable in own if variable.endswith("_FILE")}
        assert {variable.removesuffix("_FILE") for variable in of_files} <= SETTINGS.keys()
        whole = given["common"] | {key: own[key] for key in own.keys() - of_files}
        assert Settings.from_env(whole).city == "춘천시", name


def test_the_simulated_city_has_a_project_of_its_own() -> None:
    assert "COMPOSE_PROJECT_NAME=bomnae-simulated" in text_of(".env.simulated")
