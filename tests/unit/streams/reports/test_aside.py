"""A report made in a process of its own: its faults are told, and it ends when told to."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from streams.contract.enums import ReportKind
from streams.contract.errors import ReportError
from streams.reports import aside
from streams.reports.aside import Order, made_aside


def order(template: str = "", history: str = "") -> Order:
    return Order(ReportKind.DAILY, date(2026, 11, 1), 1, (), history, template, "", "", "봄내")


def test_what_goes_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"gone\.md: No such file"):
        asyncio.run(made_aside(order(str(tmp_path / "gone.md")), asyncio.Event()))


def test_it_ends_when_told_to(tmp_path: Path) -> None:
    async def stopped() -> object:
        stop = asyncio.Event()
        stop.set()
        return await made_aside(order(history=str(tmp_path)), stop)

    assert asyncio.run(stopped()) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (-9, "its process was ended by SIGKILL: out of memory?"),
        (-11, "its process was ended by SIGSEGV"),
        (-14, "making it took longer than 600 s"),
        (1, "its process ended with 1"),
    ],
)
def test_how_it_ended_is_said(code: int, said: str) -> None:
    assert aside.ended(code) == said
