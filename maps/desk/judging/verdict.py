"""The verdict over a place, its word, and how sure it is. Pure."""

from dataclasses import dataclass

from maps.desk.facts.blockings import Blocking, is_by_people
from maps.desk.facts.gather import CardFacts, has_speed
from maps.desk.facts.scene import BUS_FEEDS, Json, Scene
from maps.desk.judging.certainty import Certainty, Grounds, certainty
from streams.domain.closures import closure_name
from streams.words.catalogue import Phrase, both_as, name_of, phrase


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a place, in one word, and what that rests on."""

    closure: str
    certainty: Certainty
    name: Phrase

    @property
    def is_stale(self) -> bool:
        """Whether a source it rests on fell silent; what nobody has seen is not stale."""
        return self.certainty.word == "lost" and self.certainty.ground != "unseen"


def judge(facts: CardFacts, scene: Scene) -> Verdict:
    """The verdict over the place's links; of a work that closes nothing now, its phase."""
    work = own_work(facts)
    if work is not None and not (work.is_in_force and facts.place.links):
        return _of_permit(work, facts, scene)
    sure = certainty(_grounds(facts, scene))
    return Verdict(facts.closure, sure, _name(facts, sure))


def own_work(facts: CardFacts) -> Blocking | None:
    """The work a card is about, None for any other place."""
    is_work = facts.place.kind == "work" and bool(facts.blockings)
    return facts.blockings[0] if is_work else None


def _name(facts: CardFacts, sure: Certainty) -> Phrase:
    if facts.closure == "none":
        return phrase("verdict.none_known" if sure.word == "lost" else "verdict.open")
    if sure.ground == "contradicted":
        return phrase("verdict.contradicted")
    name = closure_name(facts.closure)
    if len(facts.closed) in (0, len(facts.links)):
        return name
    is_one_way = facts.place.kind == "section" and len(facts.links) == 2
    return phrase("verdict.one_way" if is_one_way else "verdict.in_part", closure=name)


def _of_permit(work: Blocking, facts: CardFacts, scene: Scene) -> Verdict:
    """A permit's phase is as sure as its feed, or as whoever said that it ended.

    Of one that is placed nowhere it is only known that it is not known where.
    """
    said = work.row.get("ended") or work.row.get("cancelled")
    grounds = Grounds(
        closure="unknown",  # a notice, not the road, is what the word rests on
        store=scene.store,
        is_clock_late=scene.is_clock_late,
        is_notice_live=scene.is_current(work.feed),
        is_listed=not work.row.get("unlisted_ms"),
        is_said=is_by_people(said),
    )
    if not facts.place.links:
        return Verdict(
            "unknown" if work.is_in_force else "none", certainty(grounds), phrase("nowhere.title")
        )
    return Verdict("none", certainty(grounds), name_of("phase", work.phase))


def _grounds(facts: CardFacts, scene: Scene) -> Grounds:
    notices = [b for b in facts.causes if b.closure == facts.closure]
    is_open = facts.closure == "none"
    return Grounds(
        closure=facts.closure,
        store=scene.store,
        is_clock_late=scene.is_clock_late,
        is_bus_live=scene.is_any_current(BUS_FEEDS),
        # a closure whose cause is not in the picture yet rests on the fold alone
        is_notice_live=not notices or any(scene.is_current(b.feed) for b in notices),
        is_listed=not notices or any(not b.row.get("unlisted_ms") for b in notices),
        passages=_counted(facts),
        has_speed=has_speed(facts, scene),
        is_said=_is_end_said(facts) if is_open else any(is_start_said(b) for b in notices),
        has_ended=any(scene.is_current(b.feed) for b in facts.ended),  # or was it put off since?
    )


def _counted(facts: CardFacts) -> int:
    """Passages that speak for the place: an open one must be seen on at least half of its links."""
    is_half = 2 * facts.seen.links >= len(facts.pieces)
    return facts.seen.count if facts.closed or is_half else min(facts.seen.count, 1)


def is_start_said(blocking: Blocking) -> bool:
    """Whether a crew or an office said that it began, and nobody since then that it ended."""
    return is_by_people(blocking.row.get("started")) and not blocking.row.get("ended")


def _is_end_said(facts: CardFacts) -> bool:
    return any(is_by_people(b.row.get("ended")) for b in facts.ended)


def verdict_json(verdict: Verdict) -> Json:
    """The short form that candidates carry."""
    return {
        "closure": verdict.closure,
        **both_as("word", verdict.name),
        "certainty": verdict.certainty.word,
    }
