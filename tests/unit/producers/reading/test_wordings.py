import pytest

from producers.reading.wordings import names_digging


@pytest.mark.parametrize(
    "message",
    [
        "<공사>::벌말길::천전보건소::::전체차로::[공사/통제] 열수송관 보수공사 전면통제",
        "(1차로)도시가스 공급관 매설공사",
        "전력구 굴착공사 서행",
        "지중화 관로공사",
    ],
)
def test_work_below_the_road_names_digging(message: str) -> None:
    assert names_digging(message)


@pytest.mark.parametrize(
    "message", ["(2차로)노면보수작업중", "[공사/통제] 상수도관 세척", "시설물보수작업", ""]
)
def test_work_upon_the_road_does_not(message: str) -> None:
    assert not names_digging(message)
