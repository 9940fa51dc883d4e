"""`python -m local demo`: the simulated Chuncheon, live, on this machine."""

import argparse
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from redis.exceptions import RedisError

from local.demo import AWAY, Demo
from local.services import answers

_HELP = "everything of a city on this machine: broker, Redis, simulated portals, producers, map"


def main() -> int:
    """Run the demo until Ctrl-C; 0 well, 1 something did not start or cannot run."""
    options = parser().parse_args()
    if answers(options.port):  # its map would pass for ours
        text = (
            f"demo: port {options.port} is taken; choose another: make demo PORT={options.port + 1}"
        )
        print(text, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _end)
    folder = Path(tempfile.mkdtemp(prefix="bomnae-"))
    demo = Demo(folder, options, partial(print, flush=True))
    is_well = False
    try:
        demo.run()
        is_well = True
    except KeyboardInterrupt:
        print("\nstopping")
        is_well = True
    except SystemExit:
        is_well = True
        raise
    except (RuntimeError, *AWAY, RedisError) as error:
        print(f"demo: {error}", file=sys.stderr)
    finally:
        clear(folder, are_logs_kept=demo.has_failed or not is_well)
    return 0 if is_well else 1


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m local", description=_HELP)
    commands = root.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="start the simulated city and its live map")
    demo.add_argument("--port", type=int, default=8700, help="port of the map (8700)")
    demo.add_argument("--seed", type=int, default=1, help="same seed, same day (1)")
    demo.add_argument("--at", default="08:10", help="time of day the traffic begins at (08:10)")
    demo.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    demo.add_argument("--measure", action="store_true", help="stop at the first moving picture")
    demo.add_argument(
        "--log-minutes",
        type=float,
        default=20,
        metavar="MIN",
        help="how long the embedded broker's log grows before it is begun anew (20)",
    )
    return root


def clear(folder: Path, *, are_logs_kept: bool) -> None:
    """Remove what the demo wrote, but the logs where something failed."""
    if not are_logs_kept:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix != ".log":
            path.unlink(missing_ok=True)
    print(f"the logs are kept in {folder}", file=sys.stderr)


def _end(*_: object) -> None:
    """Stop everything; told a second time, go on stopping."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
