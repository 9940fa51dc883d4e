"""What a city knows of its places, that datasets are read by: its addresses, and its 동."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from producers.datasets.descriptor import Descriptor
from producers.datasets.dongs import Dongs, dongs_of, has_dong
from streams.geo.addresses import Gazetteer


@dataclass(frozen=True, slots=True)
class City:
    """The points of addresses, and the table of the 동."""

    gazetteer: Gazetteer
    dongs: Dongs


NOWHERE = City(Gazetteer({}), Dongs())


def city_for(descriptor: Descriptor, gazetteer: Gazetteer, folders: Iterable[Path]) -> City:
    """What a dataset is read by; the table of the 동 only where it has a 동.

    Raises DescriptorError for a table that is none, OSError for one that cannot be read.
    """
    dongs = dongs_of(folders) if has_dong(descriptor) else Dongs()
    return City(gazetteer, dongs)
