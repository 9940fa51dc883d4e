"""Names of other cities: a question that names one is not answered with a place of this city."""

_REGIONS = """
서울 부산 대구 인천 광주 대전 울산 세종 경기 경기도 충북 충남 충청도 전북
전남 전라도 경북 경남 경상도 제주 제주도  서울특별시 부산광역시 대구광역시
인천광역시 광주광역시 대전광역시 울산광역시 세종시
"""
_CITIES = """
원주 강릉 동해 태백 속초 삼척 홍천 횡성 영월 평창 정선 철원 화천 양구 인제
양양 가평 포천 양평 남양주 구리 하남  수원 성남 용인 고양 안양 부천 안산
화성 평택 의정부 시흥 파주 김포 광명 군포 이천 오산 여주 동두천 과천 의왕
연천  청주 충주 제천 단양 천안 아산 공주 보령 서산 논산 당진 전주 군산
익산 정읍 남원 김제 목포 여수 순천 나주 광양  포항 경주 김천 안동 구미
영주 영천 상주 문경 경산 울진 창원 진주 통영 김해 밀양 거제 양산 서귀포
마산  분당 일산 판교 동탄 해운대 강남구 서초구 송파구 종로구 마포구 영등포구
용산구
"""
_NAMES = tuple(sorted({*_REGIONS.split(), *_CITIES.split()}, key=len, reverse=True))
_SUFFIXES = ("시", "군", "도", "시청", "군청", "시내", "읍", "쪽", "에", "에서", "의")


def foreign_name(words: list[str], own: str) -> str:
    """The other city a question names with a word of its own, "" for none. `own` is this city's."""
    home = own.removesuffix("시").removesuffix("군")
    for word in words:
        for name in _NAMES:
            rest = word.removeprefix(name)
            if name != home and rest != word and (not rest or rest in _SUFFIXES):
                return name
    return ""


def foreign_start(text: str, own: str) -> str:
    """The other city a question without blanks begins with, "" for none."""
    home = own.removesuffix("시").removesuffix("군")
    return next((name for name in _NAMES if name != home and text.startswith(name)), "")
