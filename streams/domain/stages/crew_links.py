"""The stage of the crews' links: which there are of a work, and which were ended."""

from dataclasses import dataclass, replace

from streams.contract.crew_link import MAX_LINKS, CrewLink
from streams.contract.derived import Origin
from streams.contract.records import Forgotten, Message
from streams.domain.permit_ids import permit_of
from streams.domain.stage import Effects, Rows, StageTable, State


@dataclass(frozen=True, slots=True)
class WorkLinks:
    """The links of one work, in the order in which they were made, ended ones among them."""

    links: tuple[CrewLink, ...] = ()

    def get(self, link: str) -> CrewLink | None:
        """The link of this id, None where there is none."""
        return next((each for each in self.links if each.link == link), None)


CREW_LINKS = StageTable("crew_links", WorkLinks)  # by work


class CrewLinksStage:
    """crew-links -> the links of each work that have not expired. What was ended stays ended."""

    takes = (CrewLink, Forgotten)
    tables = (CREW_LINKS,)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        """Take a link that is new, or the end of one that is known.

        Made again it changes nothing: a message is posted more than once. One above `MAX_LINKS` of
        its work is counted and does not count. By the time at which one is made, what has expired
        goes, of all works: nobody asks for a link that no longer counts.
        """
        effects = Effects()
        rows = Rows(CREW_LINKS, state, effects)
        if isinstance(message, Forgotten):
            _forget(rows, message)
        if not isinstance(message, CrewLink):
            return effects
        if not message.ended_ms:
            _let_go(rows, message.made_ms)
        known = rows.get(message.work) or WorkLinks()
        before = known.get(message.link)
        if before is not None and (before.ended_ms or not message.ended_ms):
            return effects
        if before is not None:
            ended = replace(before, ended_ms=message.ended_ms, ended_by=message.ended_by)
            links = tuple(ended if each is before else each for each in known.links)
            rows.put(message.work, WorkLinks(links))
        elif len(known.links) >= MAX_LINKS:
            effects.count("crew links too many")
        else:
            rows.put(message.work, WorkLinks((*known.links, message)))
        return effects


def _forget(rows: Rows[WorkLinks], gone: Forgotten) -> None:
    """Take away the links of a work, or give what an account made, ended and holds another name;
    without a subject, let go of what has expired.
    """
    if not gone.subject:
        _let_go(rows, gone.at_ms)
    kind, _, name = gone.subject.partition(":")
    for work, row in rows.stored.items():
        if kind == "work" and permit_of(work) == permit_of(name):
            rows.put(work, None)
        elif kind == "account" and any(names(x, name) for x in row.links):
            rows.put(work, WorkLinks(tuple(renamed(x, name, gone.alias) for x in row.links)))


def names(link: CrewLink, account: str) -> bool:
    """Whether a link bears an account's name."""
    return account in {link.holder, link.made_by, link.ended_by}


def renamed(link: CrewLink, name: str, alias: str) -> CrewLink:
    """A link that bears another name instead of an account's."""
    made_by = alias if link.made_by == name else link.made_by
    ended_by = alias if link.ended_by == name else link.ended_by
    holder = alias if link.holder == name else link.holder
    return replace(link, holder=holder, made_by=made_by, ended_by=ended_by)


def _let_go(rows: Rows[WorkLinks], now_ms: int) -> None:
    """Take away what has expired."""
    for work, row in rows.stored.items():
        kept = tuple(each for each in row.links if each.expires_ms >= now_ms)
        if len(kept) < len(row.links):
            rows.put(work, WorkLinks(kept) if kept else None)
