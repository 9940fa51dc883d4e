"""The rows of works as JSON, each made once: a city has thousands, and a poll changes a few."""

from collections.abc import Mapping

import msgspec

from maps.picture.bodies import encode
from maps.picture.shapes import work_row
from streams.domain.works.rows import Work
from streams.geo.network import Network


class WorkShelf:
    """What was encoded of each work last, kept until the work is another."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._works: Mapping[str, Work] = {}
        self._rows: dict[str, msgspec.Raw] = {}

    def rows(self, works: Mapping[str, Work]) -> list[msgspec.Raw]:
        """The row of each work, in the order of their ids."""
        if works is not self._works:
            self._rows = {name: self._row(name, work) for name, work in sorted(works.items())}
            self._works = works
        return list(self._rows.values())

    def _row(self, name: str, work: Work) -> msgspec.Raw:
        if self._works.get(name) is work:
            return self._rows[name]
        return msgspec.Raw(encode(work_row(name, work, self._network)))
