"""Daily hours of works, Korean time; night work crosses midnight."""

DAY_MS = 86_400_000
KST_MS = 9 * 3_600_000  # Korea keeps UTC+9 all year


def within_hours(hours: str, now_ms: int) -> bool:
    """Whether a time lies in daily hours "HH:MM-HH:MM" (KST, end exclusive, may cross midnight).

    Hours that are empty or cannot be read bound nothing: a closure is rather shown than hidden.
    """
    try:
        begin, end = (_minute(part) for part in hours.split("-"))
    except ValueError:
        return True
    minute = (now_ms + KST_MS) % DAY_MS // 60_000
    if begin == end:
        return True
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _minute(text: str) -> int:
    hour, minute = (int(part) for part in text.strip().split(":"))
    if not (0 <= hour <= 24 and 0 <= minute < 60 and hour * 60 + minute <= 24 * 60):
        raise ValueError(text)
    return hour * 60 + minute
