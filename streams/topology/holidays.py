"""Korea's public holidays, substitute ones among them, as the library `holidays` has them."""

from datetime import date, timedelta
from functools import cache

import holidays

from streams.domain.links.quarters import IsHoliday

_FIRST = date(1970, 1, 1)


@cache
def korean_holidays() -> IsHoliday:
    """Whether a day, counted from 1970-01-01, is a public holiday; never in years that nobody knows
    the holidays of (from 2101 on: the lunar calendar's table ends).
    """
    known = holidays.country_holidays("KR")

    @cache
    def is_known(day: int) -> bool:
        try:
            return _FIRST + timedelta(days=day) in known
        except OverflowError:  # no calendar reaches it
            return False

    return is_known
