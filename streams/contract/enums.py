"""The closed sets: what a field of a record or a row may be. The values are those of the JSON."""

from collections.abc import Iterable
from enum import StrEnum


class PollOutcome(StrEnum):
    """What a source answered. *Unknown* (error, quota, time-out, frozen) never means *empty*."""

    DATA = "data"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class FeedStatus(StrEnum):
    """How a feed is doing. Only LIVE and EMPTY let the feed's facts count as now."""

    LIVE = "live"
    EMPTY = "empty"  # answered, and there is nothing
    PARTIAL = "partial"  # answered with a part of it
    FROZEN = "frozen"  # answers, but nothing changes where something must
    UNKNOWN = "unknown"  # error, refusal, broken answer
    DROPPED = "dropped"  # answered with less than a fifth of its usual rows: not believed
    STALE = "stale"  # no report in time
    AHEAD = "ahead"  # reported by a clock far ahead of now: how old it is nobody knows
    STOPPED = "stopped"  # a key or quota error: polls again only when asked to, or at midnight KST


class DatasetStatus(StrEnum):
    """How a dataset is doing. What was known of it stays, whatever it is."""

    FRESH = "fresh"
    EMPTY = "empty"  # read, and there is nothing
    PARTIAL = "partial"  # answered with a part of it: what was known stays
    UNKNOWN = "unknown"  # error, refusal, broken answer
    LATE = "late"  # read, but its content is older than its rule
    SILENT = "silent"  # no report in time
    STOPPED = "stopped"  # a key is missing, or its descriptor cannot be used
    NO_DATA = "no_data"  # nobody has said where it comes from


class Level(StrEnum):
    """How fast a link is: 원활, 서행, 정체, 정보없음."""

    FREE = "free"
    SLOW = "slow"
    JAM = "jam"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How sure a speed or a closure is: LOST, INFERRED and STALE of speeds, CONTRADICTED of
    closures.
    """

    CONFIRMED = "confirmed"
    REPORTED = "reported"
    INFERRED = "inferred"
    LOST = "lost"
    STALE = "stale"  # seen, but not in the last minutes
    CONTRADICTED = "contradicted"


class Phase(StrEnum):
    """Where a work is in its life; an incident is PLANNED or ACTIVE."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    OVERDUE = "overdue"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Closure(StrEnum):
    """What a work or an incident takes from the road."""

    FULL = "full"
    PARTIAL = "partial"
    SHOULDER = "shoulder"
    SIDEWALK = "sidewalk"
    BICYCLE = "bicycle"
    BUS_STOP = "bus_stop"
    NONE = "none"
    UNKNOWN = "unknown"


class IncidentKind(StrEnum):
    """National eventInfo and UTIC kinds, folded into one list."""

    WORK = "work"
    ACCIDENT = "accident"
    WEATHER = "weather"
    GATHERING = "gathering"
    DISASTER = "disaster"
    CONTROL = "control"
    OTHER = "other"


class SiteStatus(StrEnum):
    """What an office or a crew reports of a work."""

    START = "start"
    END = "end"
    EXTEND = "extend"
    NOT_YET = "not_yet"
    CANCEL = "cancel"


class Reporter(StrEnum):
    """Who reported something of a work."""

    FEED = "feed"
    CREW = "crew"
    OFFICE = "office"


class Cause(StrEnum):
    """What obstructs a link, or points to it."""

    WORK = "work"
    INCIDENT = "incident"
    CALL = "call"  # citizens report it; it obstructs nothing by itself
    HAND = "hand"  # the control room or the desk put it on the map


class ClosureAct(StrEnum):
    """What a person does with a closure by hand."""

    MAKE = "make"
    CORRECT = "correct"
    END = "end"
    UNDO = "undo"  # back to the version before


class Observed(StrEnum):
    """What traffic says of a link, whatever was declared."""

    PASSABLE = "passable"
    IMPASSABLE = "impassable"
    UNKNOWN = "unknown"


class SightingKind(StrEnum):
    """What one bus did about links of its route."""

    THROUGH = "through"  # drove them whole
    LEFT = "left"  # left its line before them, and was seen off it for a while
    ASTRAY = "astray"  # left its line before them, was seen off it, and came back behind them
    SKIPPED = "skipped"  # passed a stop without serving it, where its points show only the line
    TURNED = "turned"  # turned back before them


class DiscrepancyKind(StrEnum):
    """In what way what happens is not what was declared."""

    NO_EFFECT = "no_effect"  # in force, and nothing happens
    OVERDECLARED = "overdeclared"  # says full, and vehicles pass, slowly
    UNDECLARED = "undeclared"  # impassable without a record
    LATE_START = "late_start"  # in force, and has not begun yet
    EARLY_END = "early_end"  # in force, and traffic passes again
    OVERRUN = "overrun"  # past its end, and the road is still closed
    ELSEWHERE = "elsewhere"  # closes another road than its permit says: other side, next street


class PlacedBy(StrEnum):
    """By what evidence a work or an incident was put on its links."""

    LINK_ID = "link_id"
    GEOMETRY = "geometry"
    POINT = "point"
    ADDRESS = "address"
    ADDRESS_NEAR = "address_near"  # the gazetteer is not sure of it
    NOWHERE = "nowhere"


class ClashKind(StrEnum):
    """In what way works clash."""

    WORKS = "works"  # two on the same or adjoining road
    ROUTE = "route"  # a full closure on bus routes
    STOP = "stop"  # a bus stop is closed
    DETOUR = "detour"  # the second work lies on the way round the first
    CUT = "cut"  # full closures that only together part places
    CROWD = "crowd"  # more works on a link than are compared
    POINT = "point"  # more permits at one point than can be right


class ClashSeverity(StrEnum):
    """How bad a clash is."""

    HIGH = "high"
    LOW = "low"


class Severity(StrEnum):
    """How soon somebody must know: at once, soon, some time today."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"


class RuleName(StrEnum):
    """What an alert can be about: the names of the rules (`streams/rules.toml`)."""

    CLOSURE = "closure"
    OVERDUE = "overdue"
    UNSEEN = "unseen"
    SLOWDOWN = "slowdown"
    JAM = "jam"
    CLASH = "clash"
    FEED = "feed"
    REPORTS = "reports"
    DETOUR = "detour"
    DISCREPANCY = "discrepancy"
    REPORT = "report"  # no rule decides it: a report of a period was published


OF_ROADS = tuple(rule for rule in RuleName if rule is not RuleName.REPORT)
"""The rules proper, which an endpoint may choose among and an operator judges."""


class ReportKind(StrEnum):
    """How many days a report is of."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class ReportFormat(StrEnum):
    """A file of a report."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    HWPX = "hwpx"


class AlertVerdict(StrEnum):
    """What an operator found an alert to be."""

    TRUE = "true"
    FALSE = "false"


class AlertEvent(StrEnum):
    """What a message reports of its episode."""

    BEGIN = "begin"
    UPDATE = "update"
    END = "end"


class Role(StrEnum):
    """What an account is for: 열람, 상담, 관제, 담당, 관리, 감사."""

    VIEWER = "viewer"
    DESK = "desk"
    OPERATOR = "operator"
    MANAGER = "manager"
    ADMIN = "admin"
    AUDITOR = "auditor"


class AccessAction(StrEnum):
    """What an access record says was done."""

    LOGIN = "login"
    LOGIN_FAILED = "login-failed"
    LOGIN_LOCKED = "login-locked"  # failed too often: nobody may try for a while
    LOGOUT = "logout"
    REFUSED = "refused"  # asked for what is not theirs
    LOOK = "look"
    DOWNLOAD = "download"
    ACT = "act"
    DELETE = "delete"
    KEY = "key"  # a key was used or turned


class Grade(StrEnum):
    """How N2SF grades data: 공개, 민감, 기밀; each is graver than the one before it."""

    OPEN = "O"
    SENSITIVE = "S"
    CONFIDENTIAL = "C"

    @classmethod
    def gravest(cls, grades: Iterable["Grade"]) -> "Grade":
        """The gravest of some; of none O."""
        return max(grades, key=tuple(cls).index, default=cls.OPEN)
