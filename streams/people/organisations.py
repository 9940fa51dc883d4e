"""Organisations and their telephones: what a list may name in full."""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

from streams.people.text import plain, without_name_behind, without_people

_ORGANISATION = re.compile(
    r"\(주\)|\(유\)|\(사\)|\(재\)|주식회사|유한회사|합자|법인|재단|협회|조합|회사|상사|기업|산업|그룹|홀딩스|엔지니어링|"
    r"공사|공단|공기업|시청|군청|구청|도청|교육청|경찰|소방|우체국|국토|관리청|관리소|사무소|사업소|사업단|사업본부|본부|지사|"
    r"지점|센터|연구|행정복지|의회|법원|검찰|세무|보건|학교|대학|병원|의원|교회|성당|사찰|은행|농협|수협|축협|"
    r"건설|개발|토건|토목|종합|환경|전력|가스|에너지|통신|전기|설비|조경|포장|중공업|시스템|테크|이엔지|이앤씨|네트웍|네트워크|"
    r"브로드밴드|텔레콤|유플러스|아파트|관리단|입주자|정비|재개발|재건축|수자원|상수도|하수도|철도|한전|삼천리|예스코|해양도시|"
    r"대륜|귀뚜라미|랜드|마트|백화점|호텔|리조트|빌딩|타워|물산|제강|제철|유통|물류|운수|화물|"
    r"(?<![A-Za-z])(?:KT|SK|LG|LH|LX|LS|GS|DL|KB|NH|CJ|HD|SKT|KDN|KPS|POSCO|K-water)(?![a-z])"
)
_DEPARTMENT = re.compile(
    r"(?:도로|하수|상수|수도|공원|녹지|건설|교통|환경|안전|재난|도시|주택|건축|토목|경제|문화|체육|시설|관리|민원|행정|기획|"
    r"농업|산림|축산|하천|토지|지적|정보|통신|전기|가스|소방|치수|방재|정책|허가|관광|청소|위생|복지|보건|교육|총무|회계|세무|"
    r"자치|미래|디지털|스마트|개발|사업|지원|운영|유지|보수|조성|재생|계획)"
    r"[가-힣]{0,6}(?:과|국|팀|계|실|단|소|처|부|반|청|원|관|센터|본부)(?:\s|$|\()"
)
_ANONYMOUS = frozenset({"개인사용자", "개인", "비공개", "-", "일반인", "주민", "미상", "없음"})
_MASKED_NAME = re.compile(r"[*○●×◯〇]|[가-힣]\s?[OoXx]{1,2}\s?[가-힣]?$")
_LONG_WORD = re.compile(r"[가-힣]{5,}(?<![님씨])")
_SHARED = re.compile(r"1\d{3}[- .]?\d{4}")  # 1588-1234: a company's number for the whole country
_AN_OFFICES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PREMIUM_RATE,
}


def organisation(name: str) -> str:
    """The name if it says that it is an organisation's or an office's, else "".

    What says so is a word of companies and offices (건설, 도로과, KT), or five syllables in a row:
    names of people have two to four. `개인사용자` and masked names are people.
    """
    bare = without_people(name)
    folded = plain(bare).strip()
    if folded in _ANONYMOUS or _MASKED_NAME.search(folded):
        return ""
    says_so = _ORGANISATION.search(folded) or _DEPARTMENT.search(folded)
    if not says_so and not _LONG_WORD.fullmatch(folded):
        return ""
    return without_name_behind(bare)


def office_phone(written: str) -> str:
    """The telephone numbers of an office in a text, "" for none.

    Mobile and personal (050) numbers, and whatever is no number, are left out.
    """
    parts = (part.strip() for part in re.split(r"[/,;]|\s{2,}", plain(written[:80])))
    return ", ".join(filter(_is_an_offices, parts))[:40]


def _is_an_offices(part: str) -> bool:
    if not re.fullmatch(r"[\d\-~() .+]{7,24}", part):
        return False
    if _SHARED.fullmatch(part):
        return True
    try:
        number = phonenumbers.parse(part.partition("~")[0], "KR")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) in _AN_OFFICES
