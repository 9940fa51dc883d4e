"""The errors Bomnae raises on purpose; messages name the thing, the value, the unit, the bound."""


class BomnaeError(Exception):
    """The root: whatever Bomnae raises knowingly derives from it; `exit_code` is the process's."""

    exit_code = 2

    @property
    def told(self) -> str:
        """What logs and health checks say of it: nothing that rows or texts of people may have.
        Its kind alone, where a class does not know more that it may say.
        """
        return type(self).__name__


class PlainError(BomnaeError):
    """Its message names settings, files, numbers and codes alone, nothing of rows or people."""

    @property
    def told(self) -> str:
        return str(self)


class FieldError(BomnaeError):
    """A field of a record cannot be so; the message names it, what it was and its bound."""

    def __init__(self, field: str, value: object, bound: str) -> None:
        super().__init__(f"{field}: {str(value)[:80]!r}, must be {bound}")
        self.field = field
        self.bound = bound

    @property
    def told(self) -> str:
        return f"{self.field} must be {self.bound}"


class SettingsError(PlainError):
    """A setting is missing or outside its bounds."""


class RecordRefusedError(BomnaeError):
    """A message or a row breaks a rule of `streams.contract.wire.RULES`; `code` says which."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail


class SubscriptionError(FieldError):
    """A subscription cannot be so."""


class AccountError(FieldError):
    """An account cannot be so."""


class SituationError(FieldError):
    """An act on a situation cannot be so."""


class PublicationError(PlainError):
    """A published report breaks a rule of its fields; `field` names it."""

    def __init__(self, field: str, bound: str) -> None:
        super().__init__(f"{field}: {bound}")
        self.field = field


class ReportError(PlainError):
    """A report cannot be made, or put where it is to stand."""


class DatasetError(BomnaeError):
    """A report or a page of a dataset cannot be so; the message names the field, and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class ShiftError(FieldError):
    """An act on the shift book cannot be so."""


class CrewLinkError(FieldError):
    """A crew's link cannot be so."""


class HandClosureError(FieldError):
    """A closure by hand cannot be so."""


class EndpointError(BomnaeError):
    """There is no such endpoint."""


class SignatureError(BomnaeError):
    """A message's signature, or a secret to sign with, is not what it must be."""


class IntakeError(PlainError):
    """The log did not take a message in time; it may still arrive."""


class LogAwayError(PlainError):
    """The Kafka log does not answer, or has no such topic."""

    exit_code = 8


class ServeError(BomnaeError):
    """An address cannot be served on."""

    exit_code = 1


class NetworkError(PlainError):
    """A network file cannot be read or breaks a rule of the import."""


class BasemapError(BomnaeError):
    """A basemap, or a file that one is made of, cannot be used."""


class LogError(BomnaeError):
    """The Kafka log is not the one the state was folded from."""

    exit_code = 3


class TopicsError(BomnaeError):
    """A topic is missing or has another number of partitions than the settings say."""


class HalfAppliedError(BomnaeError):
    """The gate's step was stopped in the middle: the stored state is not to be believed."""


class StateError(PlainError):
    """What stands in Redis cannot be read: damaged, or written by a version we do not know."""

    exit_code = 7


class SnapshotError(BomnaeError):
    """A snapshot is not whole, not ours, or does not fit where it is to go."""


class NoStateError(SnapshotError):
    """There is no state to be taken yet: none was folded, or it is being made again."""


class StalledError(BomnaeError):
    """Messages wait and the worker does not move."""

    exit_code = 6


def told_of(error: Exception) -> str:
    """What may be said of any error, without a word of rows or templates: those may name a person;
    of one that is not ours its kind alone.
    """
    return error.told if isinstance(error, BomnaeError) else type(error).__name__
