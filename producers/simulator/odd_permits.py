"""Permits as desks file them in no agreed form: an end that is 미정, one point for both
directions, one number for three spots, a night that ends on the next day, and one in two offices.
"""

from producers.simulator.works import AuthoredPermit
from streams.contract.enums import Closure

ODD_PERMITS = (
    AuthoredPermit(
        number="굴착-0448",
        title="만천리 상수도 인입공사",
        organisation="춘천시 상하수도사업본부",
        phone="033-000-3114",
        place="춘천시 동면 만천리 772-3 앞",
        purpose="상수도",
        where=("만천초교>동면만천농협", "동면만천농협>만천초교"),
        closure=Closure.PARTIAL,
        lanes=1,
        days=(-15, 400),
        is_open_ended=True,
        has_one_point=True,
        length_m=45,
    ),
    AuthoredPermit(
        number="굴착-0450",
        title="만천로 통신관로 인입 3개소",
        organisation="(주)KT 강원광역본부",
        phone="033-000-5100",
        place="춘천시 동면 장학리 일원 3개소",
        purpose="통신",
        where=("장학교차로>아이파크A", "아이파크A>춘천여고앞", "춘천여고앞>동면만천농협"),
        closure=Closure.SIDEWALK,
        days=(-1, 3),
        direction="동면만천농협 방면",
    ),
    AuthoredPermit(
        number="굴착-0452",
        title="충혼길 배전관로 야간 굴착",
        organisation="한국전력공사 강원본부",
        phone="033-000-2214",
        place="춘천시 우두동 충혼길 폴리텍대학 앞",
        purpose="전기",
        where=("우두사거리>폴리텍2캠퍼스",),
        closure=Closure.PARTIAL,
        lanes=1,
        days=(0, 0),
        hours="22:00-06:00",
        direction="폴리텍2캠퍼스 방면",
    ),
    AuthoredPermit(
        number="점용-0130",
        title="박사로 가드레일 보수",
        organisation="춘천시 도로과",
        phone="033-000-3440",
        place="춘천시 서면 금산리 박사로",
        purpose="도로시설",
        where=("월송2리입구>금산2리",),
        closure=Closure.SHOULDER,
        days=(-1, 2),
    ),
    AuthoredPermit(
        number="점용-0130",
        title="공지천변 현수막 게시대 설치",
        organisation="춘천시 교동행정복지센터",
        place="춘천시 스포츠타운길 의암공원 앞",
        purpose="광고물",
        where=("의암공원>삼천동사거리",),
        closure=Closure.NONE,
        days=(-2, 6),
    ),
)
