"""A map file: the whole page of one picture, as text. Pure."""

from dataclasses import dataclass
from functools import partial

from maps.export.layers import layers_of, rows_of
from maps.export.page import leaflet, map_parts
from maps.pages.page import is_simulated
from maps.pages.pages import environment
from maps.past.moments import BitemporalMoment
from maps.picture.picture import Picture
from maps.picture.text import kst
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.words.catalogue import word


@dataclass(frozen=True, slots=True)
class MapFile:
    """What a map file says of itself. `of` names the moment; `is_usual`: its levels are those usual
    at such a time, for nobody has seen it yet.
    """

    city: str
    of: str
    made_ms: int
    is_simulated: bool
    is_usual: bool = False


def of_moment(moment: BitemporalMoment, language: str) -> str:
    """`2026-11-28 08:10 기준`, and as of when it was known, where that is another time."""
    at = kst(moment.valid_ms)
    if moment.is_archived:
        return word(language, "map_file.of_history", at=at)
    if moment.known_ms == moment.valid_ms:
        return word(language, "map_file.of", at=at)
    return word(language, "map_file.of_known", at=at, known=kst(moment.known_ms))


def sheet_of(
    moment: BitemporalMoment, settings: Settings, network: Network, language: str, made_ms: int
) -> MapFile:
    """What the file of a moment says of itself."""
    return MapFile(
        city=settings.city,
        of=of_moment(moment, language),
        made_ms=made_ms,
        is_simulated=is_simulated(network, settings),
        is_usual=moment.is_ahead(settings.fresh_ms),
    )


def map_file(sheet: MapFile, picture: Picture, network: Network, language: str) -> str:
    """The page. What feeds wrote is text in it, never markup; nothing in it asks for an address."""
    script, style = leaflet()
    return (
        environment()
        .get_template("map_file.html")
        .render(
            parts=map_parts(layers_of(picture, network, language), network),
            rows=rows_of(picture, language),
            sheet=sheet,
            language=language,
            script=script,
            style=style,
            t=partial(word, language),
            kst=kst,
        )
    )
