"""The shift book through Kafka, the worker and Redis: what the product says of a shift, notes with
versions, a hand-over that both sign, two at once, and what is left after everything was emptied.
"""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.stack import Stack
from local.waiting import wait_until
from maps.api.shifts import SIGNED_WITHIN_MS
from streams.contract import topics, wire
from streams.contract.account import Account
from streams.contract.enums import Role
from streams.contract.shift import MAX_NOTE
from streams.contract.times import now_ms
from tests.cities import shifts, worlds
from tests.services.asking import Json, ask, seen, send

PATH = "/api/v1/shifts"
NOW = f"{PATH}/current"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One road for all, in which something of everything happened."""
    with Stack(tmp_path_factory.mktemp("shifts")) as stack:
        base = stack.env["URL"] = shifts.begun(stack, now_ms())
        shifts.closed(base, "c-1", "정류장2→정류장4 사고 1차로 30분")
        yield stack


@pytest.fixture
def base(city: Stack) -> str:
    return city.env["URL"]


def section(body: Json, part: str) -> Json:
    found: Json = next(x for x in body["sheet"]["sections"] if x["part"] == part)
    return found


def read(base: str, path: str = NOW) -> Json:
    """A shift, once the server has it: while the state is made again it says so."""
    return seen(base, lambda body: "sheet" in body, path)


def note(base: str, act_id: str, text: str, **own: object) -> tuple[int, Json]:
    body = {"act_id": act_id, "note_id": act_id, "text": text, "by": "김상황", **own}
    return acted(base, f"{NOW}/notes", body)


def sign(base: str, act: str, act_id: str, by: str, shift: str = NOW) -> tuple[int, Json]:
    digest = read(base, shift)["digest"]
    return acted(base, f"{shift}/{act}", {"act_id": act_id, "digest": digest, "by": by})


def acted(base: str, path: str, body: Json, **headers: str) -> tuple[int, Json]:
    """The answer to an act, once the book has what was taken: sent again it is the same act, and
    on a busy machine it stands there a while after it was taken.
    """
    return wait_until(
        lambda: ask(base, path, body, **headers),
        "the act in the book",
        lambda answer: answer[0] != 202 or answer[1]["is_shown"],
    )


def error(answer: tuple[int, Json]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def test_the_product_says_what_happened_and_what_the_next_shift_must_know(base: str) -> None:
    row = shifts.acknowledged(base)
    body = seen(
        base,
        lambda body: (
            "sheet" in body and any(len(x["done"]) == 3 for x in section(body, "standing")["lines"])
        ),
        NOW,
    )
    assert (body["state"], body["is_current"], body["sheet"]["from_ms"]) == (
        "open", True, body["from_ms"],
    )  # fmt: skip
    standing = section(body, "standing")["lines"]
    assert row["title_ko"] in [line["text"]["ko"] for line in standing]
    [mine] = [line for line in standing if line["done"]]
    assert [(x["act"], x["by"]) for x in mine["done"]] == [
        ("acknowledge", "김상황"), ("assign", "김상황"), ("note", "김상황"),
    ]  # fmt: skip
    body = seen(base, lambda body: len(section(body, "closures")["lines"]) == 1, NOW)
    [closure] = section(body, "closures")["lines"]
    assert [x["act"] for x in closure["done"]] == ["make"]
    assert [line["mark"] for line in section(body, "ahead")["lines"]].count("begins") == 3
    assert "교통 속도" in section(body, "outages")["lines"][0]["text"]["ko"]

    def calls(body: Json) -> list[int]:
        figures = body["sheet"]["figures"]
        return [figures[f"calls_{x}"] for x in ("taken", "done", "waiting")]

    body = seen(base, lambda body: calls(body) == [2, 1, 1], NOW)
    assert shifts.CALLER not in json.dumps(body, ensure_ascii=False)
    listed = ask(base, PATH)[1]
    assert [listed["current"]] == [x["id"] for x in listed["shifts"]] == [body["id"]]


def test_notes_have_versions_and_the_second_of_two_corrections_gets_both(base: str) -> None:
    odd = "<img src=x onerror=alert(1)>\u202e 010-1234-5678로 전화"
    assert note(base, "n-1", odd)[0] == 202
    assert note(base, "n-1", odd)[1]["is_shown"], "sent twice it is one"
    correction = {"note_id": "n-1", "version": 2}
    assert note(base, "n-2", "견인 23시", **correction, by="이관제")[0] == 202
    status, answer = note(base, "n-3", "견인 24시", **correction)
    assert error((status, answer)) == (409, "shift_changed")
    assert (answer["yours"]["note"], answer["yours"]["by"]) == ("견인 24시", "김상황")
    assert answer["theirs"]["book"][0]["versions"][-1]["text"] == "견인 23시"
    [kept] = read(base)["notes"]
    first, second = kept["versions"]
    assert first["text"].startswith("<img src=x onerror=alert(1)>")
    assert "1234" not in json.dumps(kept)
    assert "\u202e" not in first["text"]
    assert (second["by"], second["version"]) == ("이관제", 2)


def test_what_is_wrong_is_refused_and_its_bound_is_said(base: str) -> None:
    status, body = note(base, "w-1", "가" * (MAX_NOTE + 1))
    assert (status, body["error"]["code"]) == (400, "bad_note")
    assert str(MAX_NOTE) in body["error"]["message"]
    assert error(note(base, "w-2", "  ")) == (400, "bad_note")
    assert error(note(base, "w-3", "메모", by=" ")) == (400, "bad_name")
    assert error(note(base, "not an id", "메모")) == (400, "bad_body")
    assert ask(base, f"{PATH}/s1")[0] == 404
    assert ask(base, f"{PATH}/s1/notes", {"act_id": "x", "note_id": "x", "text": "x"})[0] == 404
    unread = {"act_id": "w-4", "digest": "0" * 64, "by": "김상황"}
    assert error(ask(base, f"{NOW}/hand-over", unread)) == (409, "shift_unread")
    assert error(ask(base, f"{NOW}/take-over", unread)) == (409, "shift_changed")
    assert SIGNED_WITHIN_MS > 60_000
    assert b"shift-hand-over" in send(base, "GET", "/shift")[2]


def test_two_sign_at_once_and_one_gets_both_names(base: str) -> None:
    digest = read(base)["digest"]

    def hand_over(by: str) -> tuple[int, Json]:
        body = {"act_id": f"h-{by}", "digest": digest, "by": by}
        return acted(base, f"{NOW}/hand-over", body)

    with ThreadPoolExecutor(2) as both:
        answers = dict(zip(("kim", "lee"), both.map(hand_over, ("kim", "lee")), strict=True))
    assert sorted(status for status, _ in answers.values()) == [202, 409]
    [(loser, (_, answer))] = [x for x in answers.items() if x[1][0] == 409]
    winner = "lee" if loser == "kim" else "kim"
    assert (answer["yours"]["by"], answer["theirs"]["handed"]["by"]) == (loser, winner)
    assert error((409, answer)) == (409, "shift_signed")
    back = {"act_id": "w-1"}
    assert error(ask(base, f"{NOW}/withdraw", {**back, "by": loser})) == (409, "shift_not_own")
    assert acted(base, f"{NOW}/withdraw", {**back, "by": winner})[0] == 202
    assert [x["by"] for x in read(base)["withdrawn"]] == [winner]


def test_both_sign_one_sheet_and_nothing_that_comes_later_changes_it(
    city: Stack, base: str
) -> None:
    before = read(base)
    assert sign(base, "hand-over", "h-9", "김상황")[0] == 202
    handed = read(base)
    assert (handed["state"], handed["handed"]["digest"]) == ("handed", handed["digest"])
    written = json.dumps(handed["sheet"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(written.encode()).hexdigest() == handed["digest"]
    assert handed["handed"]["is_typed"], "nobody had logged in, and the sheet says so"
    assert error(note(base, "n-9", "늦은 메모")) == (409, "shift_signed")
    assert error(sign(base, "take-over", "t-8", "김 상황")) == (409, "shift_same")
    shifts.closed(base, "c-9", "정류장8→정류장9 행사 전면통제 1시간")
    assert read(base)["sheet"] == handed["sheet"]
    assert sign(base, "take-over", "t-9", "이관제")[0] == 202
    old = f"{PATH}/{before['id']}"
    signed = seen(base, lambda body: body.get("is_current") is False, old)
    assert (signed["sheet"], signed["digest"]) == (handed["sheet"], handed["digest"])
    following = read(base)
    assert (following["id"], following["state"]) != (before["id"], "taken")
    assert following["from_ms"] == signed["until_ms"], "nothing falls between two sheets"
    worlds.empty(city)  # the worker goes on, and nobody writes into the book

    def again() -> Json:
        return {**ask(base, old)[1], "now_ms": signed["now_ms"]}

    wait_until(again, "the signed sheet out of the log", lambda seen: seen == signed)
    seen(base, lambda body: body.get("id") == following["id"], NOW)


def test_each_signs_by_an_account_of_their_own(city: Stack) -> None:
    """Behind a proxy that says who it is: two operators, an auditor who reads, and a viewer."""
    people = {"kim": Role.OPERATOR, "lee": Role.OPERATOR, "cho": Role.AUDITOR, "han": Role.VIEWER}
    rows = [Account(account=name, roles=(role,)) for name, role in people.items()]
    worlds.publish(city, [(topics.ACCOUNTS, 0, wire.encode(row)) for row in rows])
    base = city.start_map(BOMNAE_LOGIN="proxy", BOMNAE_TRUSTED_PROXIES="127.0.0.1/32")

    def asked(name: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        if body is None:
            return ask(base, path, X_Remote_User=name)
        return acted(base, path, body, X_Remote_User=name)

    due = [200, 200, 200, 403]  # once the server has the state, and the state the accounts
    wait_until(
        lambda: [asked(name, NOW)[0] for name in people], "who may read", lambda seen: seen == due
    )
    said = {"act_id": "a-1", "note_id": "a-1", "text": "팔호광장 신호기 점검"}
    assert asked("cho", f"{NOW}/notes", said)[0] == 403
    assert error(asked("lee", f"{NOW}/notes", {**said, "by": "kim"})) == (409, "shift_other")
    assert asked("kim", f"{NOW}/notes", said)[0] == 202
    body = asked("kim", NOW)[1]
    assert body["notes"][0]["versions"][0]["by"] == "kim"
    signed = {"digest": body["digest"]}
    assert asked("kim", f"{NOW}/hand-over", {**signed, "act_id": "a-2"})[0] == 202
    same = asked("kim", f"{NOW}/take-over", {**signed, "act_id": "a-3"})
    assert error(same) == (409, "shift_same")
    assert asked("lee", f"{NOW}/take-over", {**signed, "act_id": "a-4"})[0] == 202
    found = asked("cho", f"{PATH}/{body['id']}")[1]
    assert [(found[x]["by"], found[x]["is_typed"]) for x in ("handed", "taken")] == [
        ("kim", False), ("lee", False),
    ]  # fmt: skip


def test_while_the_log_is_away_nothing_is_taken_and_the_book_can_be_read(
    city: Stack, base: str
) -> None:
    city.processes["broker"].stop()
    assert error(note(base, "late", "메모")) == (503, "log_away")
    assert ask(base, NOW)[0] == 200
