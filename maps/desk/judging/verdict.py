"""The verdict over a place, what it is called, and how sure it is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from maps.desk.facts.blockings import Blocking, is_by_people
from maps.desk.facts.gather import CardFacts, has_speed
from maps.desk.facts.scene import BUS_FEEDS, Scene
from maps.desk.judging.certainty import Certain, Ground, Grounds, certainty
from maps.search.entry import PlaceKind
from streams.contract.enums import Certainty, Closure
from streams.domain.closures import closure_name
from streams.words.catalogue import Phrase, Translatable, phrase
from streams.words.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds at a place, its name for people, and what that rests on."""

    closure: Closure
    finding: Certain
    name: Phrase

    @property
    def certainty(self) -> Certainty:
        return self.finding.certainty

    @property
    def ground(self) -> Ground:
        return self.finding.ground

    @property
    def is_stale(self) -> bool:
        """Whether a source it rests on fell silent; what nobody has seen is not stale."""
        return self.certainty is Certainty.LOST and self.ground is not Ground.UNSEEN


class ShortVerdict(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """The verdict over a candidate."""

    closure: Closure
    word: Translatable
    certainty: Certainty


class PublicVerdict(ShortVerdict, frozen=True, kw_only=True):
    """A verdict with its certainty in words."""

    certainty_name: Annotated[Translatable, "certainty"]


def judge(facts: CardFacts, scene: Scene) -> Verdict:
    """The verdict over the place's links; of a work that closes nothing now, its phase."""
    work = facts.own_work
    if work is not None and not (work.row.is_in_force and facts.place.links):
        return _of_permit(work, facts, scene)
    finding = certainty(_grounds(facts, scene))
    is_shut = finding.ground is Ground.ROUND  # by no record, where none closes it
    return Verdict(Closure.FULL if is_shut else facts.closure, finding, _name(facts, finding))


def _name(facts: CardFacts, finding: Certain) -> Phrase:
    if facts.closure is Closure.NONE and finding.ground is Ground.ROUND:
        word, is_whole = phrase("verdict.unrecorded"), len(facts.rounds.links) == len(facts.links)
        return word if is_whole else phrase("verdict.in_part", closure=word)
    if facts.closure is Closure.NONE:
        is_lost = finding.certainty is Certainty.LOST
        return phrase("verdict.none_known" if is_lost else "verdict.open")
    if finding.ground is Ground.CONTRADICTED:
        return phrase("verdict.contradicted")
    word = closure_name(facts.closure)
    if len(facts.closed) == len(facts.links):
        return word
    is_one_way = facts.place.kind is PlaceKind.SECTION and len(facts.links) == 2
    return phrase("verdict.one_way" if is_one_way else "verdict.in_part", closure=word)


def notice_grounds(work: Blocking, scene: Scene, *, is_reported: bool) -> Grounds:
    """What a notice by itself rests on, whatever the road shows."""
    return Grounds(
        closure=Closure.UNKNOWN,
        store=scene.store,
        is_clock_late=scene.is_clock_late,
        is_notice_live=scene.is_current(work.row.feed),
        is_listed=not work.is_unlisted,
        is_reported=is_reported,
    )


def _of_permit(work: Blocking, facts: CardFacts, scene: Scene) -> Verdict:
    """A permit's phase is as sure as its feed, or as whoever reported that it ended.

    Of one that is placed nowhere it is only known that it is not known where.
    """
    end = (work.work.ended or work.work.cancelled) if work.work else None
    finding = certainty(notice_grounds(work, scene, is_reported=is_by_people(end)))
    if not facts.place.links:
        closure = Closure.UNKNOWN if work.row.is_in_force else Closure.NONE
        return Verdict(closure, finding, phrase("verdict.nowhere"))
    return Verdict(Closure.NONE, finding, phrase(f"phase.{work.row.phase}"))


def _grounds(facts: CardFacts, scene: Scene) -> Grounds:
    notices = [b for b in facts.causes if b.closure is facts.closure]
    is_open = facts.closure is Closure.NONE
    ends = [b.row.ended for b in facts.ended]
    # an open place must be seen on at least half of its links: else one bus is all that counts
    is_half = facts.is_each_passed if facts.closed else 2 * facts.seen.links >= len(facts.pieces)
    return Grounds(
        closure=facts.closure,
        store=scene.store,
        is_clock_late=scene.is_clock_late,
        is_bus_live=scene.is_any_current(BUS_FEEDS),
        # a closure whose cause is not in the picture yet rests on the fold alone
        is_notice_live=not notices or any(scene.is_current(b.row.feed) for b in notices),
        is_listed=not notices or any(not b.is_unlisted for b in notices),
        passages=facts.seen.count if is_half else min(facts.seen.count, 1),
        has_speed=has_speed(facts, scene),
        is_reported=any(map(is_by_people, ends))
        if is_open
        else any(b.is_reported_begun for b in notices),
        rounds=_rounds(facts, notices),
        has_ended=any(scene.is_current(b.row.feed) for b in facts.ended),  # or was it put off?
    )


def _rounds(facts: CardFacts, notices: Sequence[Blocking]) -> Certainty | None:
    """How surely buses show that the place is closed: round every cause of a closure, or round a
    link of a place that nothing closes.
    """
    shut = set(facts.rounds.links)
    is_each = all(not shut.isdisjoint(b.links) for b in notices)
    is_so = shut and (is_each if facts.closed else facts.place.kind is not PlaceKind.WORK)
    return facts.rounds.certainty if is_so else None


def short_verdict(verdict: Verdict) -> ShortVerdict:
    return ShortVerdict(closure=verdict.closure, word=verdict.name, certainty=verdict.certainty)


def public_verdict(verdict: Verdict) -> PublicVerdict:
    return PublicVerdict(
        closure=verdict.closure,
        word=verdict.name,
        certainty=verdict.certainty,
        certainty_name=phrase(f"certainty.{verdict.certainty}"),
    )
