"""The rules file: TOML, one table a rule; what it leaves out stays as `book` has it. Pure."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from streams.contract.enums import Severity
from streams.contract.errors import SettingsError
from streams.contract.times import HOUR_MS, MINUTE_MS
from streams.domain.rules.book import (
    AlertRules,
    ParameterRange,
    Rule,
    bounds_of,
)

WHERE = "BOMNAE_RULES"
OFF = "off"
_UNITS_MS = {"s": 1000, "min": MINUTE_MS, "h": HOUR_MS}
_QUANTITY = re.compile(r"\s*(-?\d{1,9}(?:\.\d{1,6})?)\s*(\S{0,20})\s*")


def read_rules(text: str) -> AlertRules:
    """The rules of a file's text.

    Raises SettingsError that names the rule, the name, the value, its unit and its bounds.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{WHERE}: not TOML: {error}") from None
    rules: dict[str, Any] = {
        row.name: getattr(AlertRules(), row.name) for row in fields(AlertRules)
    }
    for name, table in tables.items():
        if name not in rules:
            raise SettingsError(f"{WHERE}: unknown rule {_brief(name)}, one of {_all(rules)}")
        if not isinstance(table, dict):
            raise SettingsError(f"{WHERE}: {name} must be a table, [{name}], got {_brief(table)}")
        rules[name] = _rule(name, rules[name], table)
    return AlertRules(**rules)


def _rule(name: str, rule: Rule, table: Mapping[str, Any]) -> Rule:
    """The rule with what its table says."""
    rows = bounds_of(rule)
    given: dict[str, Any] = {}
    for key, value in table.items():
        if key not in rows:
            raise SettingsError(
                f"{WHERE}: [{name}] unknown name {_brief(key)}, one of {_all(rows)}"
            )
        field_name, bounds = rows[key]
        given[field_name] = _READERS[bounds.kind](f"{WHERE}: [{name}] {key}", value, bounds)
    read = replace(rule, **given)
    _check_order(name, read)
    return read


def _check_order(name: str, rule: Any) -> None:
    """What ends an alert lies on the other side of what begins it, or it would flutter."""
    if hasattr(rule, "below") and rule.until < rule.below:
        raise SettingsError(
            f"{WHERE}: [{name}] until must be at least below ({_percent(rule.below)}), "
            f"got {_percent(rule.until)}"
        )
    if hasattr(rule, "calls") and rule.until > rule.calls:
        raise SettingsError(
            f"{WHERE}: [{name}] until must be at most calls ({rule.calls}), got {rule.until}"
        )


def _time(where: str, value: Any, bounds: ParameterRange) -> int:
    number, unit = _quantity(where, value, "a time such as 90 s, 15 min or 2 h")
    if unit not in _UNITS_MS:
        raise SettingsError(f"{where}: unknown unit {_brief(unit)} of {_brief(value)}, s, min or h")
    ms = round(number * _UNITS_MS[unit])
    if not bounds.low <= ms <= bounds.high:
        raise SettingsError(
            f"{where} must be within {bounds.low / HOUR_MS:g}..{bounds.high / HOUR_MS:g} h, "
            f"got {number:g} {unit}"
        )
    return ms


def _share(where: str, value: Any, bounds: ParameterRange) -> float:
    number, unit = _quantity(where, value, "a share such as 40 %")
    if unit != "%":
        raise SettingsError(f"{where}: unknown unit {_brief(unit)} of {_brief(value)}, %")
    if not bounds.low <= number / 100 <= bounds.high:
        raise SettingsError(
            f"{where} must be within {_percent(bounds.low)}..{_percent(bounds.high)}, "
            f"got {number:g} %"
        )
    return number / 100


def _count(where: str, value: Any, bounds: ParameterRange) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SettingsError(f"{where} must be a whole number, got {_brief(value)}")
    if not bounds.low <= value <= bounds.high:
        raise SettingsError(
            f"{where} must be within {bounds.low:g}..{bounds.high:g} calls, got {value}"
        )
    return value


def _switch(where: str, value: Any, _bounds: ParameterRange) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{where} must be true or false, got {_brief(value)}")
    return value


def _severity(where: str, value: Any, _bounds: ParameterRange) -> Severity:
    if value not in list(Severity):
        raise SettingsError(f"{where} must be one of {_all(Severity)}, got {_brief(value)}")
    return Severity(value)


def _grade(where: str, value: Any, _bounds: ParameterRange) -> Severity | None:
    if value not in [*Severity, OFF]:
        raise SettingsError(f"{where} must be one of {_all([*Severity, OFF])}, got {_brief(value)}")
    return None if value == OFF else Severity(value)


_READERS: dict[str, Callable[[str, Any, ParameterRange], Any]] = {
    "time": _time,
    "share": _share,
    "count": _count,
    "switch": _switch,
    "severity": _severity,
    "grade": _grade,
}


def _quantity(where: str, value: Any, example: str) -> tuple[float, str]:
    """The number and the unit of a text like "15 min"."""
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise SettingsError(f"{where} must be {example}, got {_brief(value)}")
    return float(found[1]), found[2]


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


def _brief(value: Any) -> str:
    return repr(value)[:60]


def _all(names: Any) -> str:
    return ", ".join(sorted(names))
