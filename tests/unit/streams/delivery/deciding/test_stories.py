"""A situation makes one message when it begins, one when it is clearly graver, and its end."""

from dataclasses import replace
from typing import Any

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.times import MINUTE_MS
from streams.delivery.deciding.stories import Hearing, Stories
from streams.domain.alerts import Alert, Episode, alert_of, episode_id
from tests.cities.builder import town

NOW_MS = 1_795_392_000_000
CITY = town(4, 2)
X = CITY.links[0].id


class Heard:
    """An endpoint: what it was sent; `wanted` is its filter."""

    def __init__(self, *rules: str) -> None:
        self.stories = Stories(CITY)
        self.stories.begin({}, [], lambda _: None)
        self.rules = rules
        self.sent: list[Alert] = []

    def hears(self, *alerts: Alert) -> list[str]:
        """The messages after these alerts, as "rule.word subject"."""
        self.stories.take(alerts)
        hearing = Hearing(self._is_sent, self._is_due, self._is_wanted)
        his = [x for x in alerts if self._is_wanted(x) or self._is_sent(x.episode)]
        found = []
        for alert in self.stories.needed(his, hearing):
            self.sent.append(alert)
            found.append(f"{alert.rule}.{alert.word} {alert.subject}")
        return found

    def _is_sent(self, episode: str) -> bool:
        return any(x.episode == episode for x in self.sent)

    def _is_due(self, end: Alert) -> bool:
        return self._is_sent(end.episode) and end.id not in {x.id for x in self.sent}

    def _is_wanted(self, alert: Alert) -> bool:
        return not self.rules or alert.rule in self.rules


def alert(
    name: str,
    word: str = "begin",
    grave: str = "warning",
    at: int = 0,
    **facts: Any,
) -> Alert:
    rule, _, subject = name.partition(" ")
    told = {"begin": 1, "update": 2, "end": 2}[word]
    own = {"title": subject, "links": [X], **facts}
    episode = Episode(NOW_MS, Severity(grave), own, told)
    return alert_of(RuleName(rule), subject, episode, AlertEvent(word), NOW_MS + at * MINUTE_MS)


ITS, UTIC = "closure incident:its-1", "closure incident:utic-1"


def test_a_storm_of_one_story_is_one_message_and_one_end() -> None:
    heard = Heard()
    assert heard.hears(alert(ITS)) == ["closure.begin incident:its-1"]
    assert heard.hears(alert(UTIC), alert(f"jam link:{X}", grave="notice")) == []
    assert heard.hears(alert(ITS, "end", at=5)) == []  # the police still tell of it
    assert heard.hears(alert(UTIC, "end", at=7)) == ["closure.end incident:its-1"]
    assert heard.hears(alert(f"jam link:{X}", "end", "notice", at=9)) == []


def test_what_is_clearly_graver_is_told() -> None:
    heard = Heard()
    heard.hears(alert(ITS))
    assert heard.hears(alert(UTIC, grave="critical")) == ["closure.begin incident:utic-1"]
    assert heard.hears(alert(UTIC, "end", "critical", at=5)) == ["closure.end incident:utic-1"]
    assert heard.hears(alert(ITS, "end", at=6)) == ["closure.end incident:its-1"]


def test_what_was_left_out_and_grows_graver_is_told() -> None:
    heard = Heard()
    heard.hears(alert(ITS), alert(UTIC))
    assert heard.hears(alert(UTIC, "update")) == []
    assert heard.hears(alert(UTIC, "update", "critical", at=3)) == [
        "closure.update incident:utic-1"
    ]


def test_each_endpoint_is_told_the_first_that_its_filter_lets_through() -> None:
    heard = Heard("jam")
    assert heard.hears(alert(ITS)) == []
    jam = f"jam link:{X}"
    assert heard.hears(alert(jam, grave="notice")) == [f"jam.begin link:{X}"]
    assert heard.hears(alert(jam, "end", "notice")) == [f"jam.end link:{X}"]


def test_what_is_alone_is_told_as_ever() -> None:
    heard = Heard()
    other = CITY.links[-1].id
    for word in ("begin", "update", "end"):
        assert heard.hears(alert("closure work:P", word, links=[other])) == [
            f"closure.{word} work:P"
        ]


def test_a_question_to_a_crew_always_comes() -> None:
    heard = Heard()
    heard.hears(alert("closure work:P", grave="critical"))
    asked = alert("discrepancy discrepancy:1", works=["P"], asks="open", grave="notice")
    assert heard.hears(asked) == ["discrepancy.begin discrepancy:1"]


def test_after_a_restart_a_held_end_comes_all_the_same() -> None:
    heard = Heard()
    heard.hears(alert(ITS), alert(UTIC))
    heard.hears(alert(ITS, "end", at=5))
    again = Heard()
    again.sent = heard.sent
    standing = {UTIC: Episode(NOW_MS, Severity.WARNING, {"links": [X]}, 1)}
    again.stories.begin(standing, [alert(ITS, "end", at=5)], lambda _: None)
    assert again.hears(alert(UTIC, "end", at=7)) == ["closure.end incident:its-1"]


def test_all_of_a_situation_bear_its_id() -> None:
    heard = Heard()
    heard.hears(alert(ITS), alert(UTIC))
    names = {heard.stories.situation(alert(name)) for name in (ITS, UTIC)}
    assert len(names) == 1
    assert names.pop().startswith("sit_")
    assert heard.stories.situation(alert("jam link:none")) == ""
    assert episode_id("closure", "incident:its-1", NOW_MS) == alert(ITS).episode


def test_a_new_episode_of_a_rule_and_subject_takes_the_place_of_one_left_standing() -> None:
    heard = Heard()
    one = alert("closure work:P")
    assert heard.hears(one) == ["closure.begin work:P"]
    again = replace(one, id="alrt_other.1", episode="alrt_other")
    assert heard.hears(again) == ["closure.begin work:P"]
