"""The authored roads: real names, drawn through the nodes of `stops` and through bends.

A path names nodes in order; `7237/8850` between two nodes is a bend (ten-thousandths of a degree).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Road:
    """One road. `is_measured` says the national traffic centre publishes its speed."""

    name: str
    road_class: str
    free_flow_kmh: float
    lanes: int
    is_measured: bool
    path: tuple[str, ...]


def _road(
    name: str,
    road_class: str,
    free_flow_kmh: float,
    lanes: int,
    path: str,
    *,
    measured: bool = True,
) -> Road:
    return Road(name, road_class, free_flow_kmh, lanes, measured, tuple(path.split()))


ROADS = (
    _road(
        "중앙로",
        "metropolitan",
        50,
        2,
        "강원도청 중앙로터리 명동입구 중앙로입구 춘천초등학교 춘천중학교 공지사거리",
    ),
    _road(
        "금강로", "city", 50, 2, "춘천역 꿈자람어린이공원 KT춘천지사 중앙로터리 시청입구 육림고개"
    ),
    _road("소양로", "city", 50, 2, "소양강처녀상 소양로2가 서부시장 KT춘천지사 요선동 중앙로입구"),
    _road("서부대성로", "city", 50, 2, "중앙로터리 춘천시청별관 향교 교동 팔호광장"),
    _road(
        "삭주로",
        "city",
        50,
        2,
        "향교 한림대학교 동보빌리지 세경3차 신성교회 강원도시가스 동광오거리",
    ),
    _road(
        "춘천로",
        "metropolitan",
        60,
        3,
        "온의사거리 KBS방송국 남부사거리 춘천경찰서 육림고개 팔호광장 교동초교입구 봉의중학교 "
        "크로바A 한국전력공사 동광오거리 7499/8868 정부합동청사 기계공고 후평동종점",
    ),
    _road(
        "공지로",
        "metropolitan",
        60,
        3,
        "남부사거리 남부시장 효자교 양우A 춘천지방법원 사회혁신센터 석사A 석사사거리 "
        "교육대학교 로데오거리 석사극동A",
    ),
    _road("남춘천로", "city", 50, 2, "남부사거리 7219/8729 춘천중학교", measured=False),
    _road(
        "효자로",
        "city",
        50,
        2,
        "팔호광장 7342/8735 새마을고개 교대부설초교 효자교 퇴계일성A 남춘천역",
    ),
    _road(
        "영서로",
        "national",
        60,
        3,
        "학곡리종점 학곡2리 학곡지구입구 장애인복지관 태백교 대룡중학교 성원초등학교 "
        "퇴계한주A 홈플러스 퇴계농공단지 퇴계우성A 케이티앤지 남춘천역 온의사거리 풍물시장 "
        "온의금호1차 조각공원 공지사거리 부강연립 청와A 춘천역 7203/8885 당간지주 "
        "소양강처녀상 7264/8958 사우사거리 두미르A 소양중학교 생명과학고 사농현대A 육림공원 "
        "인형극장 7232/9222 7270/9221 올미입구 여우고개",
    ),
    _road("태백로", "city", 50, 2, "석사극동A 태백교", measured=False),
    _road(
        "퇴계로",
        "city",
        50,
        2,
        "남춘천역 시외버스터미널 은행나무공원 한진한성 7252/8582 퇴계동입구 퇴계우성A",
    ),
    _road(
        "경춘로",
        "national",
        60,
        2,
        "시외버스터미널 배나무골 가압펌프장 7148/8512 칠전동 칠전대우A 7065/8441 보타사입구 송암동",
    ),
    _road("안마산로", "city", 50, 2, "퇴계우성A 중앙하이츠 무릉공원 석사동행복센터 석사사거리"),
    _road("석사로", "city", 50, 2, "무릉공원 봄내초등학교 퇴계주공3차 로데오거리", measured=False),
    _road("지석로", "city", 40, 1, "무릉공원 성림초등학교 고용복지센터", measured=False),
    _road(
        "스무숲길",
        "city",
        40,
        1,
        "퇴계한주A 7408/8508 고용복지센터 스무숲입구 석사극동A",
        measured=False,
    ),
    _road(
        "백령로",
        "city",
        50,
        2,
        "팔호광장 7384/8756 청소년수련관 강원대병원 푸른언덕공원 7485/8783 후평신한은행",
    ),
    _road(
        "강원대학길",
        "local",
        30,
        1,
        "강원대후문 7441/8708 강원대백록관 강원대정문 춘천지방법원",
        measured=False,
    ),
    _road(
        "세실로",
        "city",
        50,
        2,
        "강원대병원 강원대후문 강원사대부고 국제생활관 청구동아A 석사2지구A",
    ),
    _road(
        "후석로",
        "metropolitan",
        50,
        2,
        "동산A 봉의A 농협후석로지점 신성교회 7474/8838 한국전력공사 후평신한은행 보안사거리 "
        "후평3동우체국 청구동아A 강원대동문 박물관입구",
    ),
    _road(
        "춘주로",
        "city",
        40,
        1,
        "강원대후문 7467/8738 후평주공6단지 보안사거리 후평3동센터 후평주공4단지",
        measured=False,
    ),
    _road(
        "우석로", "city", 50, 2, "석사사거리 우석로입구 박물관입구 호반체육관 7563/8685 석사2지구A"
    ),
    _road(
        "동내로",
        "city",
        50,
        2,
        "로데오거리 거두부영A 성우오스타A 거두주공A 거두1리 강원경찰청 호반체육관",
        measured=False,
    ),
    _road("동내면길", "local", 60, 1, "거두1리 7630/8606 *거두교차로", measured=False),
    _road(
        "소양강로",
        "city",
        50,
        2,
        "소양강처녀상 소양1교 7330/8938 봉의산길입구 7400/8910 동산A 강원도민일보 기계공고 "
        "공단입구 강동농협장학지점 장학교차로",
    ),
    _road(
        "장학길",
        "city",
        50,
        2,
        "장학교차로 7550/8955 장학해온채A 7529/9012 장학2리 7490/9060 우두동",
        measured=False,
    ),
    _road(
        "만천로",
        "city",
        50,
        2,
        "장학교차로 아이파크A 춘천여고앞 7618/8840 동면만천농협 유앤아이A 7602/8779 "
        "후평주공4단지 청실A 석사2지구A",
    ),
    _road(
        "후만로",
        "city",
        50,
        2,
        "정부합동청사 산림조합 양지교 만천초교 동면만천농협",
        measured=False,
    ),
    _road("구봉산로", "local", 60, 1, "춘천여고앞 7642/8852 *만천교차로", measured=False),
    _road(
        "스포츠타운길",
        "city",
        50,
        1,
        "공지사거리 7115/8738 의암공원 삼천동사거리 상상마당입구 6970/8719 의암호승마장 "
        "삼악산케이블카 강원체고앞 송암스포츠타운 6893/8512 송암동",
        measured=False,
    ),
    _road(
        "강변로",
        "city",
        50,
        2,
        "사우사거리 7315/8994 강변코아루A 재활병원 우두사거리",
        measured=False,
    ),
    _road("소양1교길", "city", 40, 1, "소양1교 7322/8965 강변코아루A", measured=False),
    _road(
        "우두로",
        "city",
        50,
        2,
        "소양중학교 7266/9064 농산물시장 우두택지 우두사거리 우두동",
        measured=False,
    ),
    _road(
        "사농로", "city", 40, 1, "사농현대A 7258/9127 뉴시티코아루A 폴리텍2캠퍼스", measured=False
    ),
    _road("충혼길", "metropolitan", 60, 2, "우두사거리 폴리텍2캠퍼스 충렬탑입구 여우고개"),
    _road(
        "신샘밭로",
        "metropolitan",
        60,
        2,
        "여우고개 7420/9238 신북읍 한샘고등학교 율문2리 항공대정문 7650/9302 천전2리",
    ),
    _road(
        "박사로",
        "local",
        60,
        1,
        "인형극장 7165/9214 신매대교 7090/9190 월송2리입구 7010/9085 금산2리 6935/8985 "
        "애니메이션박물관",
        measured=False,
    ),
    _road(
        "순환대로",
        "express",
        80,
        2,
        "학곡리종점 *학곡교차로 7690/8480 *거두교차로 7662/8660 7668/8750 *만천교차로 "
        "7686/8920 *동면교차로 7602/9100 *율문교차로 7642/9245 항공대정문",
    ),
    _road("동면길", "local", 60, 1, "장학해온채A 7580/8992 *동면교차로", measured=False),
)
