"""What a crew is asked where buses contradict its tap, and which taps answer it."""

from typing import NamedTuple

from streams.contract.enums import DiscrepancyKind, SiteStatus


class CrewQuestion(NamedTuple):
    """Whether the road is "open" now, or still "closed"; the taps that say yes and no."""

    name: str
    yes: SiteStatus
    no: SiteStatus


_NOT_BEGUN = CrewQuestion("open", SiteStatus.NOT_YET, SiteStatus.START)
QUESTIONS = {
    DiscrepancyKind.LATE_START: _NOT_BEGUN,
    DiscrepancyKind.NO_EFFECT: _NOT_BEGUN,
    DiscrepancyKind.EARLY_END: CrewQuestion("open", SiteStatus.END, SiteStatus.START),
    DiscrepancyKind.OVERRUN: CrewQuestion("closed", SiteStatus.NOT_YET, SiteStatus.END),
}
"""By the kind of discrepancy; of the others a crew knows nothing that it has not reported."""
