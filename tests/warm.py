"""Commands as `python -m` runs them, each in a process of its own that is forked from one which has
read the code: reading it takes a second and a half of a core, and a test may run twenty.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from local.services import NOT_PASSED_ON
from local.stack import Stack
from tests.places import ROOT

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["__main__", "tests.warm_code"])


def run(
    package: str, arguments: Sequence[str], env: Mapping[str, str], *, within_s: float = 180
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `python -m PACKAGE ARGUMENTS`."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("out", "error")]
        process = _FORKED.Process(target=_run, args=(package, [*arguments], {**env}, said))
        process.start()
        process.join(within_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{package} {arguments} took longer than {within_s:.0f} s")
        code = process.exitcode
        process.close()
        out, error = (path.read_text(encoding="utf-8") for path in said)
    return code, out, error


class WarmStack(Stack):
    """A stack whose commands that are run to their end are forked."""

    def run(
        self,
        name: str,
        *arguments: str,
        env: dict[str, str] | None = None,
        within_s: float = 300,
        fine: Collection[int] = (0,),
    ) -> str:
        passed_on = {k: v for k, v in os.environ.items() if k not in NOT_PASSED_ON}
        given = {**passed_on, **self.env, **(env or {})}
        code, out, error = run(arguments[0], arguments[1:], given, within_s=within_s)
        with (self.folder / f"{name}.log").open("a", encoding="utf-8") as log:
            log.write(out + error)
        if code not in fine:
            raise RuntimeError(f"{name} ended with {code}:\n{(out + error)[-3000:]}")
        return error + out  # as in one file: what it logs comes before what it says at its end


def _run(package: str, arguments: list[str], env: dict[str, str], said: list[Path]) -> None:
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    sys.argv = [package, *arguments]
    runpy.run_module(package, run_name="__main__", alter_sys=True)
