"""Names and questions in one spelling, and the words of a question that name no place. Pure."""

import re
from collections import defaultdict
from functools import lru_cache

from maps.picture.text import folded

MAX_QUERY_CHARS = 100  # nothing has a longer name, and nobody asks for so long
_SPELLINGS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"특별자치도", "도"),
        (r"(?:시외|고속|공용)?버스터미널|시외터미널", "터미널"),
        (r"교육대학교|교육대(?!학)", "교대"),
        (r"대학교?병원", "대병원"),
        (r"대학교", "대"),
        (r"초등학교|초교", "초"),
        (r"중학교", "중"),
        (r"고등학교|고교", "고"),
        (r"여자(?=[고중])", "여"),
        (r"아파트|apt\.?", "a"),
        (r"동사무소", "동센터"),
        (r"(?<=[읍면])사무소", "센터"),
        (r"행정복지센터|주민자치센터|주민센터|행복센터", "센터"),
        (r"센타", "센터"),
        (r"로타리|로우터리", "로터리"),
        (r"[4네]거리", "사거리"),
        (r"[3세]거리", "삼거리"),
        (r"5거리", "오거리"),
        (r"정류소|정거장|승강장", "정류장"),
        (r"(?<=\d)호(?![가-힣])", ""),
        (r"지방(?=법원|경찰청|검찰청)", ""),
        (r"일(?=교|동|단지|차|리|가)", "1"),
        (r"이(?=교|단지|차|가\d)", "2"),
        (r"삼(?=교|단지|차)", "3"),
    )
)
_ASKING = """
지금 현재 오늘 내일 어제 요즘 아까 방금 이번주 혹시 저기 여기 거기 저희
안녕하세요 여보세요 수고하십니다 근처 부근 주변 일대 일원 인근 앞 앞에 앞쪽
뒤 뒤쪽 옆 쪽 방면 방향 사이 구간 맞은편 건너편 건너 번지 가는길 오는길
들어가 나가 가는 오는 가려 가도 갈수 갈려 다니 다녀 다닐수 지나 지날 통과
통행 통제 우회 돌아 막혔 막혀 막히 막힌 막힘 막고 막아 막았 막나 막는 밀려
밀리 정체 열려 열리 열렸 열어 풀려 풀리 풀렸 뚫려 뚫렸 개통 차단 폐쇄
공사중 공사장 공사현장 공사 굴착 허가번호 허가 작업 땅 파헤쳐 파놓 팠 파고
파나 파는 파요 포장 복구 언제 까지 부터 몇시 며칠 얼마나 끝나 끝납 끝난
끝남 끝날 끝내 끝 마치 재개 시작 왜 무슨 뭐 무엇 뭔 누가 어디 어떻게 어때
어떤 상황 상태 교통 도로 차선 차로 차도 전면 부분 소식 확인 문의 알려주
알려 알고싶 궁금 민원 신고 전화 시끄러 위험 불편 심해 심한 빨리 너무 정말
진짜 좀 계속 아직 이미 벌써 있 없 하나 하는 합니 하고 한다 했 해요 하던데
하네 할 되나 되는 됩니 됐 돼 된 될 인가 입니 수있 이요 이에 예요 줘 주세
주실 부탁 버스 번 정류장 노선 차량 자동차 트럭 보도 인도 안되 안돼 가능
운행 서나 섭니 건가 건지 거예요 것같 거같 길이 때문
"""
_PARTICLES = """
이 가 은 는 을 를 도 에 의 와 과 하고 랑 이랑 에서 에는 에서는 으로
쪽으로 부터 까지 요 만 인데 인데요 있는 쪽에 ㅋ ㅎ ㅠ ㅜ
"""
_LETTERS = frozenset("이가은는을를도에의와과랑만")
"""Particles that may as well be the last letter of a name nobody here knows: 의암, but 의암도?"""
_JOINING = frozenset(("와", "과", "랑", "의", "에"))
_ENDINGS = frozenset(
    "았었였겠는은던데요네나니까습합입됩답다죠지고서면며어아여해돼되될된한할함음임건거게야잖을를이가도에의"
    "려리렸라래러혀혔히힌요나요"
)
_LONGEST_ENDING = 7
_JOINED_NUMBERS = re.compile(r"(?<=\d)\s*(?:-|다시|의)\s*(?=\d)")
_APART_NUMBERS = re.compile(r"(?<=\d)\s+(?=\d)")
_LOOSE_HYPHEN = re.compile(r"(?<!\d)-|-(?!\d)")
_LATIN_NAMES = """
에이치 h 더블유 w 에이 a 비 b 씨 c 디 d 이 e 에프 f 지 g 아이 i 제이 j 케이 k 엘 l
엠 m 엔 n 오 o 피 p 큐 q 알 r 에스 s 티 t 유 u 브이 v 엑스 x 와이 y
"""
_LATIN = dict(zip(_LATIN_NAMES.split()[::2], _LATIN_NAMES.split()[1::2], strict=True))
_LETTER_NAME = re.compile("|".join(_LATIN))
_LETTER_NAMES = re.compile(f"(?:케이|에스|엘|엠|엔|에프)(?:{'|'.join(_LATIN)})+")
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d]")
_MARKS = re.compile(r"[\"'`.,!?;:…·()\[\]{}<>/\\|_=+*&^%$#@“”‘’「」]+")
_NAMING = re.compile("[0-9a-z가-힣ㄱ-ㅎ]")


def unmarked(text: str) -> str:
    """A question with blanks in the place of punctuation."""
    return _MARKS.sub(" ", text)


def _by_first(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        found[word[0]].append(word)
    return found


@lru_cache(maxsize=8192)
def spelled(text: str) -> str:
    """A name or a question in the one spelling compared: folded, no blanks, usual short forms."""
    plain = _DASHES.sub("-", text).replace("→", "~")
    plain = _JOINED_NUMBERS.sub("-", plain)
    plain = _APART_NUMBERS.sub("~", plain)
    plain = folded(_MARKS.sub(" ", plain))
    plain = _LOOSE_HYPHEN.sub("", plain)
    for pattern, short in _SPELLINGS:
        plain = pattern.sub(short, plain)
    return _LETTER_NAMES.sub(_latin, plain)


def _latin(run: re.Match[str]) -> str:
    """Latin letters called by their Korean names: 케이비에스 is kbs."""
    return "".join(_LATIN[name] for name in _LETTER_NAME.findall(run[0]))


_WORDS_BY_FIRST = _by_first([spelled(word) for word in _ASKING.split()])
_PARTICLES_BY_FIRST = _by_first(_PARTICLES.split())


def is_noise(text: str) -> bool:
    """Whether a piece of a spelled question names nothing: particles and the words of asking."""
    return noise_tails(text)[0]


def is_joint(text: str) -> bool:
    """Whether a piece between two names only joins them."""
    return text in _JOINING or is_noise(text)


def noise_tails(text: str) -> list[bool]:
    """For each place in a spelled question, whether all from there on names nothing."""
    tails = [False] * len(text) + [True]
    for start in range(len(text) - 1, -1, -1):
        tails[start] = any(tails[end] for end in _steps(text, start))
    return tails


def _steps(text: str, start: int) -> list[int]:
    """Where a word of asking that begins here may end."""
    char = text[start]
    if not _NAMING.match(char):
        return [start + 1]
    ends = [
        start + len(word)
        for word in _PARTICLES_BY_FIRST.get(char, ())
        if text.startswith(word, start) and (start + len(word) < len(text) or word not in _LETTERS)
    ]
    for word in _WORDS_BY_FIRST.get(char, ()):
        if text.startswith(word, start):
            end = start + len(word)
            ends.append(end)
            limit = min(len(text), end + _LONGEST_ENDING)
            while end < limit and text[end] in _ENDINGS:
                end += 1
                ends.append(end)
    return ends


def core(text: str) -> str:
    """A spelled question without the words of asking at its end; at least two letters stay."""
    tails = noise_tails(text)
    return next((text[:cut] for cut in range(2, len(text)) if tails[cut]), text)
