"""The demo's history: simulated weeks of before, then the archive and the keeper of reports.

They begin once the picture moves, so that nobody waits for them. Where an extra is not installed
the demo says so and runs without: the pages say themselves what they lack.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import msgspec

from local.services import Process
from local.stack import Stack
from streams.contract.errors import BomnaeError
from streams.contract.times import now_ms

if TYPE_CHECKING:
    from streams.history.keeping import KeptState

Place = tuple[str, int]

BEHIND_MS = 30 * 60_000
"""The log begins so long before the picture: the weeks end there, the archive has the rest."""
EVERY_S = "60"
EXTRAS = {"history": ("duckdb", "pyarrow"), "reports": ("typst", "hwpx", "xlsxwriter")}
ARCHIVE, KEEPER, KEEPER_FOLDER = "archive", "reports", "BOMNAE_REPORTS"


class History:
    """The services of the history in a demo's folder, which is another at each start."""

    def __init__(self, stack: Stack, tell: Callable[[str], None], seed: int) -> None:
        self._stack, self._tell, self._seed = stack, tell, seed
        self._lacks = lacking_extras()
        self._fault = ""  # why no report can be set, though the extras are there
        self._fonts = None if self._lacks else ThreadPoolExecutor(1).submit(font_fault)
        self._maker: Process | None = None
        self.folder = stack.folder / "history"

    def settings(self) -> dict[str, str]:
        """What every process of the demo is told, the map server before there is a row."""
        self.folder.mkdir()
        told = {"BOMNAE_HISTORY": str(self.folder), "BOMNAE_HISTORY_EVERY_S": EVERY_S}
        self._fault = self._fonts.result() if self._fonts else ""
        if self._fonts and not self._fault:
            reports = self._stack.folder / "reports"
            reports.mkdir()
            told[KEEPER_FOLDER] = str(reports)
        return told

    def begin(self) -> None:
        """Have the weeks of before made, or say why not."""
        for extra, modules in self._lacks.items():
            self._tell(f"no {extra}: `pip install 'bomnae[{extra}]'` ({', '.join(modules)})")
        if self._fault:
            self._tell(f"no reports: {self._fault}")
        if "history" not in self._lacks:
            until = str(now_ms() - BEHIND_MS)
            asked = ("local.past_weeks", str(self.folder), "--until", until)
            self._maker = self._stack.aside("past-weeks", *asked, "--seed", str(self._seed))

    def go_on(self, url: str) -> None:
        """Start the archive and the keeper once the weeks are there, whole or not."""
        if self._maker is None or self._maker.exit_code is None:
            return
        code, said = self._maker.exit_code, self._maker.output.strip()
        self._maker = None
        self._stack.python(ARCHIVE, "streams", "archive")
        self._tell(
            f"history, simulated: {said if code == 0 else f'none of before ({said[-300:]})'}"
        )
        self._tell(f"statistics on {url}/stats, reports on {url}/reports")
        if KEEPER_FOLDER in self._stack.env:
            self._stack.python(KEEPER, "streams", "report", "keep", "--newest")

    def unread(self, positions: Mapping[Place, int]) -> dict[Place, int]:
        """The last offset of each partition that the state and the history on disk contain."""
        kept = self._kept()
        ends = kept.positions if kept else {}
        return {
            place: min(at, ends.get(_name(place), at + 1) - 1) for place, at in positions.items()
        }

    def carry_over(
        self, tails: Mapping[Place, Sequence[Any]], offsets: Mapping[Place, int]
    ) -> None:
        """Have the archive go on in a log that was begun anew with these messages and ends there:
        where it was, or at the end where the new log has not what comes next.
        """
        if kept := self._kept():
            ends = {_name(place): at for place, at in offsets.items()}
            there = {(_name(place), x.offset) for place, tail in tails.items() for x in tail}
            positions = {
                name: at if (name, at) in there else ends.get(name, 0)
                for name, at in kept.positions.items()
            }
            kept = msgspec.structs.replace(kept, positions=positions, topic_ids={})
            from streams.history.keeping import put_kept  # noqa: PLC0415 - as below

            put_kept(self.folder, kept)

    def _kept(self) -> "KeptState | None":
        """How far the archive is, which stands still meanwhile."""
        if ARCHIVE not in self._stack.processes:
            return None
        # Of an extra, and large: the demo begins without it.
        from streams.history.keeping import KeptStateError, kept_in  # noqa: PLC0415

        try:
            return kept_in(self.folder)
        except KeptStateError:
            return None


def _name(place: Place) -> str:
    """A place as the archive writes it down."""
    return f"{place[0]}/{place[1]}"


def lacking_extras() -> dict[str, tuple[str, ...]]:
    """The extras that are not installed, with the modules that are missing."""
    found = {
        extra: tuple(name for name in modules if find_spec(name) is None)
        for extra, modules in EXTRAS.items()
    }
    return {extra: modules for extra, modules in found.items() if modules}


def font_fault() -> str:
    """Why no report can be set, "" where it can."""
    from streams.reports.writers import fonts  # noqa: PLC0415 - needs an extra

    try:
        fonts.find()
    except BomnaeError as error:
        return str(error)
    return ""
