"""`python -m maps corridors`: whether every corridor of a file has its places and a way."""

import argparse
import sys

from maps.corridors.file import read_corridors
from maps.corridors.ways import CorridorError, way_of
from maps.search.finder import Finder
from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.domain.roads.graph import RoadGraph
from streams.geo.loading import load_gazetteer, load_network


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "corridors", help="whether the corridors of a file have their ways"
    )
    parser.add_argument("action", choices=("check",), help="find every place and every way")
    parser.add_argument("file", nargs="?", default="", help="default: BOMNAE_CORRIDORS")


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Say of each corridor its way, or what is wrong with it; `FAILED` where anything is."""
    path = options.file or settings.corridors
    if not path:
        raise SettingsError("BOMNAE_CORRIDORS is not set, and no file was given")
    given = read_corridors(path)
    network = load_network(settings.network)
    finder = Finder(network, load_gazetteer(settings.gazetteer), settings.province)
    graph, wrong = RoadGraph(network), 0
    for each in given:
        try:
            way = way_of(each.start, each.goal, finder, graph)
        except CorridorError as error:
            wrong += 1
            _print(f"{each.start} → {each.goal}: {error}")
        else:
            links = len({leg.link for leg in way.legs})
            _print(f"{way.start} → {way.goal}: {way.length_m / 1000:.1f} km, {links} links")
    _print(f"{len(given) - wrong} of {len(given)} corridors have a way")
    return cli.FAILED if wrong else cli.OK


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
