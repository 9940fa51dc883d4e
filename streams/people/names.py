"""Names of people in a plain text.

A name is no pattern. A word is taken for one where its syllables are those of Korean names *and*
its neighbours say so: a covered number, 대표, 씨, a flat's number, "단독주택". What is left is a
name that stands alone in a sentence and looks like any other word.
"""

import re
from collections.abc import Iterable, Iterator

from streams.people.numbers import Redaction

NAME = "[name]"
SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길"
    "연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가복태목형계피두감음빈동온호범좌팽승간상시갈라나리"
)
DOUBLE_SURNAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")
_GIVEN = frozenset(
    "가강건겸경계고관광교구국권규균근금기길나난남노누다단달담대덕도동두라란람래량려련렬령례로록루류률리린림만매명모목무문미민배백범별"
    "병보복봉부분빈빛사산상새서석선설섭성세소솔송수숙순술숭슬승시식신실심아안애양억언여연열엽영예오옥온완요용우욱운웅원월유윤율으은"
    "몽룡늘솜샘봄롱름품결슬빛나람찬설별랑란련얼든돌쇠갑덕팔필항행헌형홍흠득막말맹벽분삼손옹왕육"
    "을음의이익인일임자장재전정제조존종주준중지직진찬창채천철청초춘출충치칠태택하학한해향혁현형혜호홍화환활황회효후훈휘휴흔희"
)
_ORDINARY = """
    도로 하수 상수 수도 공원 공사 공단 시청 군청 구청 도청 시장 과장 소장 통제 전면 부분 전기
    통신 도시 가스 주택 건축 토목 교통 정류 안전 환경 하천 교량 보도 차도 신축 이설 신설 보수
    정비 포장 굴착 점용 복구 관로 배관 지하 지중 매설 급수 오수 우수 배수 인도 이면 사거 삼거
    오거 육거 강변 상하 남북 동서 전선 전주 전신 선로 한전 하행 상행 양방 주정 주유 주차 전체
    임시 예정 기존 인근 부근 진입 진출 이상 이하 여개 외곽 중앙 남부 북부 동부 서부 마을 노선
    연장 구간 구역 시공 감리 설계 현장 민원 경찰 소방 학교 아파 상가 원룸 빌라 국도 지방 고속
    해제 진행 종료 시작 완료
"""
_NO_NAMES = frozenset(_ORDINARY.split())
"""Halves of ordinary words whose syllables could be a name's."""
_CELLS = """
    여러 여럿 모름 소수 소량 수십 수백 수천 조금 가득 모두 전부 하나 한개 한대 조사 고장
    정지 수리 사고 이동 이전 변경 변동 오류 제외 기타 노후 마모 구형 신형 신규 정상 양호
    우수 경미 보통 문의 전화 연락 추후 차후 나중 추가 추정 현재 현장 현황 공란 공백 임대
    유료 유지 유실 유무 연중 연기 주간 주말 평일 평균 최대 최소 최초 계획 계약 계절 설치
    사용 사유 선택 선정 성인 방문 반영 반려 부족 복합 교체 구분 기준 기록 길이 노면 단절
    동일 마감 매일 매월 매년 명시 문제 방치 배치 백만 천만 만원 천원 백원 보류 봉쇄 부재
    상이 상동 손상 송부 수량 수시 순환 승인 시급 신고 신청 심의 안내 어림 영구 예비 오전
    오후 옥상 용도 우천 원본 원인 위치 위험 육안 인원 장기 장소 전년 정원 제작 조치 주의
    지급 지연 지정 차단 채움 탑승 편도 표시 하단 하루 한시 해당 허가 허용 형식 황색 백개
    천개 만개 고정 도색 장비 신속 진단 전량 반기 수동 유동 국비 도비 시비 미정 동파 유입
    유출 침수
"""
_IN_CELLS = frozenset(_CELLS.split())
"""Words that begin as a name does, and stand where a number or a date should."""
_THINGS = """
    상이 참조 참고 별도 별첨 첨부 다름 동일 상동 기준 적용 생략 없음 내외 정도 이상 이하 미만 초과
    공통 불명 곤란 파손 고장 노후 훼손 미표시 미기재 미측정 미설치 미부착 미정 미상 불가 예정
    참조바람 참고바람
"""
_SAID_OF_THINGS = frozenset(_THINGS.split())
"""What is said behind a thing and of no person: 구간별 상이, 안내판 참조."""
_TWO_WORDS = re.compile(r"([가-힣]{2,3}) +([가-힣]{2,4})")
_THING = re.compile(
    r"(?:차종|시설|연도|심도|주민|장소|지점|기간|기종|요일|유형|노선|구역|공사)(별)|(?:설계|시공)(도)|"
    r"[가-힣]{1,2}[별판표도층면측쪽형값량율률점등탑]"
)
_ENDS = frozenset(
    {"", "중", "함", "됨", "개", "명", "대", "건", "원", "식", "분", "필", "요", "만"}
)
_MEASURED = re.compile(
    r"[일이삼사오육칠팔구십백천만억수몇여]{1,4}(?:미터|리터|킬로|개소|여개|[개명대건원톤평회])|[한두세네][개명대건]"
)
_OF_A_PERSON = re.compile(
    r"(?:[씨님댁네가이은는의외]|과장|대리|부장|차장|소장|팀장|반장|사장|이사|주임|계장|주무관|감독|기사|대표)+"
)
_SAID_BEFORE = re.compile(r"(?:담당|대표|점검|관리|조사|신청|책임|운전|작성|성명|이름)[자원명인]?")
_SPACED = re.compile(r"(?<![가-힣])[가-힣](?:\s+[가-힣]{1,2}){1,2}(?![가-힣])")
_MASKED = re.compile(r"[가-힣][*○●〇◯×xXoO]{1,3}(?![A-Za-z])")
_LATIN = re.compile(r"[A-Z][A-Za-z]+[ ,.-]+[A-Z][A-Za-z]+")
_BEFORE = re.compile(
    r"(?:담당자?|대표자?|대표이사|신청인|신청자|시공자|소장|감독관?|감리원?|책임자|현장대리인|대리인|소유자|건축주|사업주|"
    r"민원인|운전자|기사|작성자|성명|이름|예금주|점용인|피허가자|연락처|문의|고객|세대주|주민|보호자|사장)\s*[:)\]]?\s*$"
)
_AFTER = re.compile(
    r"^\d{0,3}\s*(?:[씨님](?![가-힣])|씨?댁|(?:단독|다가구|다세대|전원|농가)?\s*주택|네\s|소유|단독|가옥|자택|차량|과장|대리|"
    r"부장|차장|소장|팀장|반장|사장|이사|주임|계장|주무관|감독|기사|대표|조합원|집(?=\s|$)|외\s*\d+\s*[명인])"
)
_FLAT = re.compile(r"(?:\d+\s*[호동]|번지|\d+-\d+)\s*[,(]?\s*$")
_TOKEN = re.compile(r"(?<![가-힣A-Za-z])([가-힣]{3,4}?)(?=[님씨댁네집]?(?![가-힣]))")
_BETWEEN = re.compile(r"[\s,:()/님씨]*")
_PLACE_END = re.compile(r"[동리로길면읍구시군도역천교산]$")
_OF_OFFICE = re.compile(
    r"[가-힣]{2,}(?:\([주유사재]\))?\)?\s*[\s(\[/,]\s*([가-힣]{3,4})\s*[)\]]?\s*$"
)
_SAMPLE = "홍길동"  # every form's example, and no place


def names_in(words: str, covered: Iterable[Redaction]) -> Iterator[Redaction]:
    """The names of a plain text in which numbers were found already."""
    stretches = [(begin, end) for begin, end, _ in covered]
    for match in _TOKEN.finditer(words):
        name, begin, end = match[1], match.start(1), match.end(1)
        if not is_name(name):
            continue
        is_beside = any(
            _is_beside(words, end, other) or _is_beside(words, other_end, begin)
            for other, other_end in stretches
        )
        if name == _SAMPLE or is_beside or _is_said(name, words[:begin], words[end:]):
            yield Redaction(begin, end, NAME)


def is_name(word: str) -> bool:
    """Whether the syllables are those of a Korean name of three, or four after a double surname."""
    if word[:2] in _NO_NAMES or word[1:] in _NO_NAMES:
        return False
    if len(word) == 4 and word.startswith(DOUBLE_SURNAMES):
        return set(word[2:]) <= _GIVEN
    return len(word) == 3 and word[0] in SURNAMES and set(word[1:]) <= _GIVEN


def may_be_name(words: str) -> bool:
    """Whether a plain text may be, or hold, somebody's name: rather once too often. What speaks for
    one is a surname and a name's length; words that stand in cells for a number are none.
    """
    if (match := _TWO_WORDS.fullmatch(words.strip())) is not None and _is_thing(*match.groups()):
        return False
    if _MASKED.search(words) or _LATIN.search(words):
        return True
    spaced = (re.sub(r"\s", "", each) for each in _SPACED.findall(words))
    return any(map(_may_be_name, (*re.findall("[가-힣]+", words), *spaced)))


def _is_thing(word: str, behind: str) -> bool:
    """Whether a cell of two words says something of a thing. The first ends as things do, and has
    other syllables than names; the second is said of no person.
    """
    match = _THING.fullmatch(word)
    if match is None or behind not in _SAID_OF_THINGS or word.startswith(DOUBLE_SURNAMES):
        return False
    return match.lastindex is not None or not set(word[1:]) <= _GIVEN


def _may_be_name(word: str) -> bool:
    if len(word) == 4 and word.startswith(DOUBLE_SURNAMES):
        return True
    if len(word) > 3:
        end = word[-3:]
        is_first = any(
            _OF_A_PERSON.fullmatch(word[at:]) is not None and _may_be_name(word[:at])
            for at in (2, 3, 4)
        )
        return is_first or (_may_be_name(end) and _SAID_BEFORE.fullmatch(word[:-3]) is not None)
    is_long_enough = len(word) > 1 and word[0] in SURNAMES
    return is_long_enough and not _is_ordinary(word)


def _is_ordinary(word: str) -> bool:
    begin, end = word[:2], word[2:]
    is_known = begin in _IN_CELLS or begin in _NO_NAMES
    return (is_known and end in _ENDS) or _MEASURED.fullmatch(word) is not None


def is_place(name: str) -> bool:
    """Whether a name ends as places do: 조운동, 남산길."""
    return name != _SAMPLE and _PLACE_END.search(name) is not None


def name_of_office(words: str) -> Redaction | None:
    """The name that stands behind a company or an office: (주)한빛 김철수, 도로과(박서준)."""
    match = _OF_OFFICE.search(words)
    if match is None or not is_name(match[1]) or is_place(match[1]):
        return None
    return Redaction(match.start(1), match.end(1), NAME)


def _is_beside(words: str, begin: int, end: int) -> bool:
    """Whether nothing but a blank, a bracket or 님 lies between two places of the text."""
    return begin <= end and _BETWEEN.fullmatch(words, begin, end) is not None


def _is_said(name: str, before: str, after: str) -> bool:
    """Whether the words round a name say that it is a person's."""
    if _BEFORE.search(before):
        return True
    if is_place(name):
        return False  # unless something else says otherwise
    if _AFTER.match(after):
        return True
    is_last = not re.sub(r"^\d{0,3}", "", after).strip(" )],.호")
    return is_last and _FLAT.search(before) is not None
