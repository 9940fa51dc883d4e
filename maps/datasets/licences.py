"""The licences of public Korean data by the words that offices write, and where each stands."""

from collections.abc import Mapping

ADDRESSES: Mapping[str, str] = {
    f"공공누리 제{n}유형": f"https://www.kogl.or.kr/info/licenseType{n}.do" for n in range(1, 5)
}
