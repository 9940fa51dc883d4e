"""Which stage reads which topic, and by what settings and files."""

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

from streams.contract import topics
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.domain.links.estimate import Weights
from streams.domain.links.levels import thresholds_by_class
from streams.domain.links.windows import WindowGrid
from streams.domain.rules import AlertRules
from streams.domain.rules.reading import read_rules
from streams.domain.stage import Stage
from streams.domain.stages.accounts import AccountsStage
from streams.domain.stages.acknowledgements import AcknowledgementsStage
from streams.domain.stages.calls import CallsStage
from streams.domain.stages.closures import ClosuresStage
from streams.domain.stages.crew_links import CrewLinksStage
from streams.domain.stages.datasets import DatasetsStage
from streams.domain.stages.feeds import FeedsStage
from streams.domain.stages.incidents import IncidentsStage
from streams.domain.stages.passages import PositionsStage
from streams.domain.stages.publications import PublicationsStage
from streams.domain.stages.roadstate import FoldSettings, RoadsStage
from streams.domain.stages.shifts import ShiftsStage
from streams.domain.stages.situations import SituationsStage
from streams.domain.stages.speeds import SpeedsStage
from streams.domain.stages.subscriptions import SubscriptionsStage
from streams.domain.stages.works import WorksStage
from streams.geo.addresses import Gazetteer
from streams.geo.homes import Homes
from streams.geo.loading import load_gazetteer
from streams.geo.network import Network
from streams.topology.holidays import korean_holidays


def stages(
    settings: Settings, network: Network, roads: type[RoadsStage] = RoadsStage
) -> dict[topics.Topic, Stage]:
    """Every stage by the topic it reads; `roads` is that of the links."""
    wide = settings.partitions
    rules = FoldSettings(
        WindowGrid(settings.window_ms, settings.grace_ms),
        settings.fresh_ms,
        thresholds_by_class(settings),
        settings.stale_ms,
        Weights(settings.half_life_ms, settings.usual_weight),
    )
    alert_rules = load_rules(settings.rules)
    inputs = tuple(f"{t.name}/{p}" for t in topics.WATERMARKED for p in range(t.partitions(wide)))
    return {
        topics.BUS_POSITIONS: PositionsStage(
            network, partitions=wide, dwell_ms=settings.dwell_s * 1000
        ),
        topics.LINK_SPEEDS: SpeedsStage(network, partitions=wide),
        topics.PERMITS: WorksStage(
            network,
            partitions=wide,
            gazetteer=Gazetteer(load_gazetteer(settings.gazetteer)),
            rules=alert_rules,
        ),
        topics.INCIDENTS: IncidentsStage(network, partitions=wide, rules=alert_rules),
        topics.CALLS: CallsStage(partitions=wide, rules=alert_rules, homes=Homes(network, wide)),
        topics.CLOSURES: ClosuresStage(network, partitions=wide, rules=alert_rules),
        topics.FEED_REPORTS: FeedsStage(alert_rules),
        topics.DATASET_ROWS: DatasetsStage(),
        topics.PUBLICATIONS: PublicationsStage(),
        topics.ACKNOWLEDGEMENTS: AcknowledgementsStage(),
        topics.SITUATION_EVENTS: SituationsStage(),
        topics.SHIFT_EVENTS: ShiftsStage(),
        topics.SUBSCRIPTIONS: SubscriptionsStage(),
        topics.ACCOUNTS: AccountsStage(),
        topics.CREW_LINKS: CrewLinksStage(),
        topics.LINK_EVENTS: roads(
            network, rules, inputs, alert_rules, korean_holidays(), partitions=wide
        ),
    }


def folded_by(settings: Settings, network: Network) -> dict[str, str]:
    """What the state is a function of besides the log: setting -> value, or digest of its file."""
    rows = [row for row in fields(settings) if row.metadata.get("is_folded")]
    facts = {f"BOMNAE_{row.name.upper()}": str(getattr(settings, row.name)) for row in rows}
    places = sorted(load_gazetteer(settings.gazetteer).items())
    return facts | {
        "BOMNAE_NETWORK": network.version,
        "BOMNAE_RULES": _digest(load_rules(settings.rules)),
        "BOMNAE_GAZETTEER": _digest(places),
    }


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:12]


def load_rules(path: str) -> AlertRules:
    """The rules of the alerts in a file; without a path, those of `streams/rules.toml`."""
    if not path:
        return AlertRules()
    try:
        return read_rules(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"BOMNAE_RULES: cannot read {path}: {reason}") from None
