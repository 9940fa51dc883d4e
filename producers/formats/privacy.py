"""What must not enter Kafka: plates become pseudonyms; people's names and mobile numbers are
dropped.
"""

import hashlib
import hmac
import json
import re
from typing import Any

from producers.formats.answers import Refusal, Row
from streams.settings import Settings

MAX_LETTER_BYTES = 1 << 20
SAFE_BYTES = 200
PLATE_KEYS = frozenset({"VEHICLENO", "차량번호", "PLATE"})
PERSONAL_KEYS = frozenset(
    [
        "신청인",
        "신청자",
        "신청인명",
        "신청자명",
        "피허가자",
        "피허가자명",
        "성명",
        "이름",
        "대표자",
        "대표자명",
        "현장대리인",
        "현장책임자",
        "감독자",
        "감독관",
        "담당자",
        "담당자명",
        "민원인",
        "소유자",
        "점용인",
        "점용자",
        "점용자명",
        "생년월일",
        "주민등록번호",
        "사업자번호",
        "신청인주소",
        "피허가자주소",
        "신청인전화번호",
        "휴대폰",
        "휴대전화",
        "핸드폰",
        "이메일",
        "SVS_NAM",
        "PMS_NAM",
        "PMB_NAM",
        "PMB_NUM",
        "PMS_ADR",
        "PMS_TEL",
        "APPLICANT",
        "APPLICANT_NAME",
        "MOBILE",
        "EMAIL",
    ]
)
_SYLLABLE = "[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호]"
_PLATE = re.compile(
    rf"(?:[가-힣]{{2}}\s?\d{{2}}\s?{_SYLLABLE}\s?|\d{{2,3}}{_SYLLABLE})\d{{4}}(?!\d)"
)
_MOBILE = re.compile(r"(?<!\d)(?:\+?82[-. ]?0?|0)1[016789][-. )]?\d{3,4}[-. ]?\d{4}(?!\d)")
_RESIDENT = re.compile(r"(?<!\d)\d{6}-[1-8]\d{6}(?!\d)")
_PERSONAL_FIELD = re.compile(
    r'(?i)(["<]?(?:' + "|".join(sorted(map(re.escape, PERSONAL_KEYS))) + r')["\s>]*[:>]?\s*)'
    r'("[^"]*"?|[^<,}\r\n]*)'
)
_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모"
)
_ORGANISATION = re.compile(
    r"\(주\)|㈜|주식회사|회사|공사|공단|시청|군청|구청|도청|건설|개발|산업|전력|가스|통신|토건|조합|사업소|사업단|센터|본부|"
    r"지사|엔지니어링|종합|환경|상사|기업|[A-Za-z0-9]"
)
ANONYMOUS = frozenset({"개인사용자", "개인", "비공개", "-"})


def column_of(name: object) -> str:
    """A column's name as aliases spell it: no blanks, no unit in brackets, capitals."""
    bare = re.sub(r"[(（\[].*?[)）\]]", "", str(name))
    return re.sub(r"[\s\ufeff\"'*:]+", "", bare).upper()


def pseudonym(plate: str, settings: Settings) -> str:
    """16 hex digits of HMAC-SHA256 over the plate without blanks: the same bus, never its plate."""
    bare = re.sub(r"\s", "", plate)
    return hmac.new(settings.pseudonym_key.encode(), bare.encode(), hashlib.sha256).hexdigest()[:16]


def masked(words: str) -> str:
    """The text with mobile numbers, resident numbers and plates blacked out."""
    for pattern, label in ((_MOBILE, "[phone]"), (_RESIDENT, "[number]"), (_PLATE, "[plate]")):
        words = pattern.sub(label, words)
    return words


def organisation(name: str) -> str:
    """The name if it is an organisation's; "" for `개인사용자`, a masked name or what reads as a
    person's.
    """
    if name in ANONYMOUS or re.search(r"[*○●×]", name):
        return ""
    bare = re.sub(r"\s*외\s*\d+\s*[명인개]?$", "", name)
    is_person = len(bare) == 3 and bare[0] in _SURNAMES and bool(re.fullmatch("[가-힣]{3}", bare))
    return "" if is_person and not _ORGANISATION.search(bare) else masked(name)


def office_phone(number: str) -> str:
    """The number if it is an office's; "" for a mobile number or anything else than a number."""
    if _MOBILE.search(number) or not re.fullmatch(r"[\d\-~,/() .+]{7,40}", number):
        return ""
    return number


def refused_row(row: Any, code: str, detail: str, settings: Settings) -> Refusal:
    """The dead letter of one row: its JSON without personal data."""
    try:
        body = json.dumps(_scrubbed(row, settings), ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        body = json.dumps(f"{type(row).__name__} that cannot be written")
    return Refusal(_trimmed(masked(body).encode("utf-8", "replace")), code, masked(detail)[:200])


def refused_body(body: bytes, code: str, detail: str, secrets: tuple[str, ...]) -> Refusal:
    """The dead letter of an answer that says nothing: its first 200 bytes without secrets or
    people.
    """
    words = body[: SAFE_BYTES * 3].decode("utf-8", "replace")
    for secret in filter(None, secrets):
        words = words.replace(secret, "[secret]")
    words = masked(_PERSONAL_FIELD.sub(r"\1[dropped]", words))
    safe = "".join(c if c.isprintable() or c in "\n\t" else "?" for c in words)
    return Refusal(safe.encode("utf-8", "replace")[:SAFE_BYTES], code, masked(detail)[:200])


def _scrubbed(row: Any, settings: Settings) -> Any:
    if not isinstance(row, dict):
        return row
    kept: Row = {str(k): v for k, v in row.items() if column_of(k) not in PERSONAL_KEYS}
    return {
        name: pseudonym(str(value), settings) if column_of(name) in PLATE_KEYS else value
        for name, value in kept.items()
    }


def _trimmed(payload: bytes) -> bytes:
    """At most 1 MiB; what was cut says so at its end."""
    if len(payload) <= MAX_LETTER_BYTES // 2:
        return payload
    note = f"...[cut: {len(payload)} bytes]".encode()
    return payload[: MAX_LETTER_BYTES // 2] + note
