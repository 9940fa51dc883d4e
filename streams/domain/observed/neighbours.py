"""Which links are one road, and which lie near each other."""

from collections.abc import Iterable

from streams.geo.network import Network

NEAR_M = 400.0


class Neighbours:
    """Layers and neighbours of the links of a network, found once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._near: dict[str, frozenset[str]] = {}
        self._whole: dict[tuple[str, ...], frozenset[str]] = {}

    def layers(self, link_id: str) -> tuple[str, ...]:
        """A link and the other layers of its road."""
        return (link_id, *self._network.layers_of.get(link_id, ()))

    def roads(self, link_id: str) -> tuple[str, ...]:
        """The standard links under a section; none under a standard link itself."""
        link = self._network.link(link_id)
        if link is None or link.kind != "section":
            return ()
        return self._network.layers_of.get(link_id, ())

    def whole(self, links: tuple[str, ...]) -> frozenset[str]:
        """The standard links of a place; its sections where it has none: they reach further."""
        known = self._whole.get(links)
        if known is None:
            found = [link for x in links if (link := self._network.link(x)) is not None]
            standard = [link.id for link in found if link.kind == "standard"]
            known = self._whole[links] = frozenset(standard or [link.id for link in found])
        return known

    def is_near(self, links: Iterable[str], others: Iterable[str]) -> bool:
        """Whether a link of the one lies within 400 m of a link of the other."""
        there = frozenset(others)
        return any(not there.isdisjoint(self._around(link_id)) for link_id in links)

    def _around(self, link_id: str) -> frozenset[str]:
        known = self._near.get(link_id)
        if known is None:
            point = self._network.midpoint(link_id)
            near = self._network.near(point, NEAR_M) if point else []
            known = frozenset(link.id for _, link in near) | {link_id}
            self._near[link_id] = known
        return known
