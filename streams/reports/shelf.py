"""The folder of the published reports: files, and beside those of each report its manifest.

A file stands there whole or not at all; a report is there once its manifest is, which is put down
after its files. What no manifest names is made again.
"""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from streams.contract.enums import ReportFormat, ReportKind
from streams.contract.errors import PublicationError
from streams.contract.publication import (
    KEPT,
    Publication,
    ReportFile,
    check_publication,
    file_name,
    is_report_id,
)
from streams.contract.whole_files import write_whole

log = logging.getLogger(__name__)
VERSION = 1
MODE = 0o640
_TEMPORARY = re.compile(r"\.(daily|weekly|monthly|quarterly|keeping)[\w.-]*\.[0-9a-f]{8}", re.ASCII)


class ReportManifest(msgspec.Struct, frozen=True):
    """A report that is there. `is_told`: the log has it; `log` is the id of the topic that does, ""
    where the cluster gives none.
    """

    version: int
    publication: Publication
    is_told: bool = False
    log: str = ""

    def is_known_to(self, log_id: str) -> bool:
        """Whether a log has it: one that was made anew has not."""
        return self.is_told and (not log_id or self.log == log_id)


_MANIFEST = msgspec.json.Decoder(ReportManifest)


class ReportShelf:
    """The reports of a folder; one process writes there."""

    def __init__(self, folder: Path, fail: Callable[[str], None]) -> None:
        self.folder = folder
        self._fail = fail
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name):  # of a process that ended in between
                path.unlink(missing_ok=True)
        self.manifests = dict(_manifests(folder))

    def put(self, publication: Publication, made: Mapping[ReportFormat, bytes]) -> None:
        """Put a report down, its files before its manifest; raises OSError."""
        for form, raw in made.items():
            write_whole(self.folder / file_name(publication.report, form), raw, mode=MODE)
            self._fail("after_report_file")
        self._note(ReportManifest(VERSION, publication))
        self._fail("after_report")

    def told(self, report: str, log_id: str) -> None:
        """Note that the log has a report; raises OSError."""
        self._fail("after_publication")
        self._note(msgspec.structs.replace(self.manifests[report], is_told=True, log=log_id))

    def look(self) -> list[str]:
        """Let go of the reports whose manifests were taken away; which files of the others are not
        there, or not of their size. Raises OSError.
        """
        sizes = {x.name: x.stat(follow_symlinks=False).st_size for x in os.scandir(self.folder)}
        kept = {name: x for name, x in self.manifests.items() if f"{name}.json" in sizes}
        self.manifests = kept
        files = [(file_name(x, f.format), f) for x in kept for f in kept[x].publication.files]
        return [name for name, file in files if sizes.get(name) != file.bytes]

    def _note(self, manifest: ReportManifest) -> None:
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        report = manifest.publication.report
        write_whole(self.folder / f"{report}.json", raw, mode=MODE)
        self.manifests[report] = manifest

    def forget(self) -> list[str]:
        """Take away what is beyond the newest of each kind, manifests first; which they were."""
        gone = []
        for kind in ReportKind:
            rows = [x.publication for x in self.manifests.values() if x.publication.every is kind]
            gone += sorted(rows, key=lambda each: each.first)[:-KEPT]
        for row in gone:
            del self.manifests[row.report]
            (self.folder / f"{row.report}.json").unlink(missing_ok=True)
            for each in row.files:
                (self.folder / file_name(row.report, each.format)).unlink(missing_ok=True)
        return [row.report for row in gone]


def files_of(made: Mapping[ReportFormat, bytes]) -> tuple[ReportFile, ...]:
    """What the log says of files."""
    return tuple(
        ReportFile(form, len(raw), hashlib.sha256(raw).hexdigest()) for form, raw in made.items()
    )


def _manifests(folder: Path) -> list[tuple[str, ReportManifest]]:
    """Those that are sound; the others are named, and their reports made again."""
    found = []
    for path in sorted(folder.glob("*-*.json")):
        if not is_report_id(path.stem):  # none of ours: not even its name is looked at
            continue
        try:
            manifest = _MANIFEST.decode(path.read_bytes())
            check_publication(manifest.publication)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, PublicationError) as error:
            reason = getattr(error, "field", "") or type(error).__name__
            log.warning("no manifest of a report", extra={"file": path.name, "reason": reason})
            continue
        if manifest.version == VERSION and manifest.publication.report == path.stem:
            found.append((path.stem, manifest))
    return found
