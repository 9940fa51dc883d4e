"""What a permit's status text means. Only the whole status counts: 취소 inside a sentence does not.

A reason in brackets or after a dash is no part of it: "반려(서류 미비)". English words are those of
open APIs.
"""

import re
from functools import lru_cache

_WORK = r"(?:공사|시공|작업|굴착|복구|원상복구|도로굴착|도로점용|점용|사업|현장)"
_PERMIT = r"(?:(?:도로)?(?:점용|굴착)?(?:허가)?|신청|승인|협의|공사|사업)"
_DONE_TAIL = r"(?:됨|처리|처분|결정|통보|통지|완료|처리됨|처리완료|하였음)?"
_RUNNING = re.compile(
    rf"진행중?|{_WORK}(?:중|진행중?|시행중|재개)|시공중|착공(?:됨|완료|신고|신고완료|처리)?|착수|재착공|(?:공사)?재개|중지해제|"
    r"executing|in[_-]?progress|active|started|ongoing|underway|working",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"(?:{_WORK}|준공검사|사용검사)?(?:완료|종료)(?:됨)?|{_WORK}끝|(?:{_WORK}|민원)?종결(?:됨|처리)?|준공(?:완료|검사완료|처리|처리완료|필|됨|인가)?|완공|"
    r"(?:기간|허가|허가기간|점용|점용기간|굴착기간|공사기간)?(?:만료|도과)(?:됨)?|기간종료|허가종료|"
    r"completed?|finished|done|closed|expired",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    rf"(?:직권|자진|민원인?)?{_PERMIT}(?:취소|취하|반려|철회|불허|불허가|불승인|부결|각하|거부|기각|실효|폐지|해지|반납|포기|무효|말소|폐기)"
    rf"{_DONE_TAIL}|미?불가|cancel(?:l?ed|lation)?|withdrawn|revoked|refused|rejected|denied|void(?:ed)?|abandoned",
    re.IGNORECASE,
)
_ON_HOLD = re.compile(
    rf"(?:동절기|우기|혹서기|명절|임시|일시|잠정|긴급)?{_WORK}?(?:일시|임시|잠정|전면)?(?:중지|중단|정지|휴지|휴공|보류)(?:중|됨|명령|상태|기간|처분)?|"
    r"(?:동절기|우기)?휴공중?|on[_-]?hold|suspended|halted|stopped|paused|inactive",
    re.IGNORECASE,
)
_NOT_GRANTED = re.compile(
    r"(?:(?:신규|점용|굴착|허가|도로점용|도로굴착|인허가|민원|서류|현장|담당자?|관련부서|부서|심의|도로관리심의|굴착심의|협의|유관기관)*)"
    r"(?:접수(?:중|됨|완료|대기|처리)?|신청(?:중|됨|완료|접수)?|검토(?:중|대기|예정|의뢰)?|심사(?:중|대기|예정)?|심의(?:중|대기|예정|진행중?|상정|요청|보류)?|"
    r"협의(?:중|진행중?|대기|요청)?|보완(?:중|요구|요청|대기|필요|통보)?|처리중|처리대기|결재(?:중|대기|진행중?)?|승인(?:대기|예정|요청|중)|"
    r"허가(?:대기|예정|전|검토중?|심사중?|진행중?|보류)|대기중?|작성중|임시저장|반송)|미(?:허가|승인|결재|처리|접수)|"
    r"submitted|applied|application|received|draft|(?:under|in)[_-]?review|reviewing|requested|awaiting(?:approval)?",
    re.IGNORECASE,
)


def says_running(status: str) -> bool:
    """Whether the whole status means that the work goes on; a permit being handled does not."""
    return _is_whole(_RUNNING, status)


def says_done(status: str) -> bool:
    """Whether the whole status means that the work is done; "허가완료" (permit given) does not."""
    return _is_whole(_DONE, status)


def says_withdrawn(status: str) -> bool:
    """Whether the whole status takes the permit back, refuses it or lets it lapse."""
    return _is_whole(_WITHDRAWN, status)


def says_on_hold(status: str) -> bool:
    """Whether the whole status means that the work stands still for now."""
    return _is_whole(_ON_HOLD, status)


def says_not_granted(status: str) -> bool:
    """Whether the whole status means that there is no permit yet: asked for, under review."""
    return _is_whole(_NOT_GRANTED, status)


@lru_cache(maxsize=4096)
def _is_whole(pattern: re.Pattern[str], status: str) -> bool:
    """Whether the status is this and nothing else, with or without what its brackets say."""
    without = re.sub(r"(?<=\S)\s*[(\[][^)\]]*[)\]]?|\s+[-–:/]\s+.*$", "", status)
    return any(
        pattern.fullmatch(re.sub(r"[\s()\[\].·*]", "", words)) is not None
        for words in (status, without)
    )
