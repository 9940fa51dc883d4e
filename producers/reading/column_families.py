"""Families of column names in permit lists, by their parts: 점용기간(시작), 공사착수일,
변경종료일자.
A name is matched whole, in capitals and without blanks, brackets and marks. The named groups tell
which of several columns of one meaning counts (`permit_columns.meaning_of`): `occupied` before
`permitted`, `working` and `planned`; a date that was changed (`when`, `late`) before all of them.
"""

import re

CHANGED, FIRST = "변경후?|최종|연장후?|정정|수정", "당초|최초|기존|변경전"
_WHEN = rf"(?P<when>{CHANGED}|{FIRST})?"
_WHOSE = (
    r"(?:(?P<occupied>(?:도로)?점용(?:허가|굴착)?)|(?P<permitted>허가)|"
    r"(?P<working>(?:도로)?(?:공사|작업|사업|시공|시행|통제|점사용|사용|행사)))?"
)
_UNIT = "(?:일시|일자|일|날짜|[년연]월일|YMD|DATE|DT)?"
_STARTS, _ENDS = (
    "(?:시작|개시|착수|부터|FROM|START|BEGIN)",
    "(?:종료|만료|완료|까지|마감|만기|기한|TO|END)",
)
_SPAN = "(?:예정)?(?:기간|일정)?(?:예정)?"
_WHOLE = rf"{_WHEN}{_WHOSE}{_SPAN}(?P<late>{CHANGED}|{FIRST})?{_SPAN}"
_AFTER = rf"(?P<after>{CHANGED}|{FIRST})?"
_DIG, _RESTORE = (
    "(?:도로)?(?:굴착|터파기)(?:공사|허가)?",
    "(?:도로|포장)?(?:원상복구|복구|원상회복|복원)",
)
_PIT = "(?:도로)?(?:굴착|점용|점사용|공사|시공|관로|터파기)?(?:총)?"
_GPS = (
    "(?:WGS84|GPS|GRS80|UTMK|UTM|TM|중심점?|중부원점|위치|지점|현장|공사|평면|좌표|POINT|CENTER|COORD|"
    "LOC|MAP|EPSG[0-9]{4})*"
)
_AXIS = "(?:좌표|값|축|TM|도분초|WGS84|COORD|COORDINATE|CRD|EPSG[0-9]{4})*"
FAMILIES = tuple(
    (meaning, re.compile(pattern))
    for meaning, pattern in (
        ("starts", rf"{_WHOLE}{_STARTS}(?:예정)?{_UNIT}{_AFTER}"),
        ("ends", rf"{_WHOLE}{_ENDS}(?:예정)?{_UNIT}{_AFTER}"),
        ("period", rf"(?!연장기간){_WHEN}{_WHOSE}(?:예정)?(?:기간|일정){_AFTER}"),
        ("period", r"(?P<working>(?:도로)?(?:공사|작업|통제|시공|행사)(?:일시|일자|일))"),
        ("began", rf"실제?(?:공사)?(?:착공|시작|착수){_UNIT}"),
        ("began", rf"(?P<working>(?:공사)?착공(?:신고)?{_UNIT})"),
        ("ends", r"(?P<planned>(?:공사)?[준완]공(?:기한|시한))"),
        ("done", rf"실제?(?:공사)?(?:[준완]공|종료|완료){_UNIT}"),
        ("done", rf"(?P<working>(?:공사)?[준완]공(?:검사|신고|확인)?{_UNIT})"),
        ("dig_starts", rf"{_DIG}{_SPAN}{_STARTS}(?:예정)?{_UNIT}"),
        ("dig_ends", rf"{_DIG}{_SPAN}{_ENDS}(?:예정)?{_UNIT}"),
        ("dig_period", rf"{_DIG}(?:예정)?(?:기간|일정)"),
        ("restore_starts", rf"{_RESTORE}{_SPAN}(?:{_STARTS}|착공)(?:예정)?{_UNIT}"),
        ("restore_ends", rf"{_RESTORE}{_SPAN}(?:{_ENDS}|예정)(?:예정)?{_UNIT}"),
        ("restore_period", rf"{_RESTORE}(?:예정)?(?:기간|일정)"),
        (
            "permit_id",
            (
                r"(?:도로)?(?:(?:굴착|점용|점사용|인허가|허가|신고|승인)+[증서]?|"
                r"(?P<working>(?:공사|관리|대장|사업|작업|과업|고유)+)|"
                r"(?P<planned>(?:굴착|점용|도로|공사|허가)*(?:접수|신청|심의|협의|계약|문서|민원)))"
                r"(?:관리|일련)?(?:번호|NO|ID|코드)"
            ),
        ),
        (
            "title",
            r"(?:(?:공사|사업|작업|용역|과업|행사|굴착|점용|허가)(?:및|또는)?)+(?:명|명칭|제목|건명)",
        ),
        ("title", r"(?P<planned>(?:공사|사업|작업|용역|굴착|점용|허가)?(?:내용|개요|내역))"),
        ("purpose", r"(?:도로)?(?:점용|굴착|허가|공사|사용)(?:목적|용도|사유|종류|유형|종별|구분)"),
        (
            "place",
            (
                r"(?!사업장(?!소(?!재)))(?:도로)?"
                r"(?:점용|굴착|공사|작업|현장|통제|사업|시공|시행|점사용|허가|행사)?"
                r"(?:현장|장|지)?(?:위치|장소|(?P<working>소재지|주소|도로명주소|지번주소|지번|번지|구간|"
                r"지점|구역)|(?P<planned>도로명|노선명?))"
                r"(?:설명|상세|명|주소|도로명주소|지번주소|도로명|지번)?"
            ),
        ),
        (
            "organisation",
            (
                r"(?P<last>"
                r"(?:공사|시공|시행|발주|굴착|신청|관리|사업|점용|주관|담당|감독|소관|관할|허가|도급|수급)"
                r"(?:회사|업체|사|기관|부서|청|처|과)(?:명|상호)?|(?:회사|업체|기관)(?:명|상호))"
            ),
        ),
        (
            "phone",
            (
                r"(?:시공사|시공업체|업체|회사|현장|기관|발주처|시행사|담당부서|부서|사무실|사무소|대표)?"
                r"(?:전화번호|전화|연락처)"
            ),
        ),
        (
            "closure",
            (
                r"(?:교통|차로|차량|도로|통행)*(?:통제|제한|차단)"
                r"(?:구분|형태|내용|여부|방법|유형|종류|범위|사항|계획|방식)?"
            ),
        ),
        ("lanes_closed", r"(?:통제|점용|차단|제한)(?:차로|차선)수?"),
        ("lon", rf"{_GPS}(?:X?{_AXIS}경도{_AXIS}X?|LON|LNG|LONGITUDE)"),
        ("lat", rf"{_GPS}(?:Y?{_AXIS}위도{_AXIS}Y?|LAT|LATITUDE)"),
        ("x", rf"{_GPS}X{_AXIS}"),
        ("y", rf"{_GPS}Y{_AXIS}"),
        ("length_m", rf"{_PIT}(?:연장|길이)"),
        ("width_m", rf"{_PIT}폭"),
        ("depth_m", rf"{_PIT}(?:심도|깊이)"),
        ("area_m2", rf"{_PIT}면적"),
        (
            "status_text",
            r"(?:공사|허가|처리|진행|점용|추진)?(?:상태|진행상태|진행상황|추진상황|단계)",
        ),
    )
)
