"""The rules of the alerts: one file a rule, what each is set to in `book`."""

from streams.domain.rules.book import AlertRules

__all__ = ["AlertRules"]
