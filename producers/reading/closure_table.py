"""The closure words as patterns: what `closures` looks for in one clause of a text."""

import re

from streams.contract.enums import Closure

BLOCK_TYPES = {
    "0": Closure.NONE,
    "1": Closure.SHOULDER,
    "2": Closure.PARTIAL,
    "3": Closure.FULL,
}
"""National ITS: lanesBlockType."""

_NONE = """
없음 무 無 해당없음 해당사항없음 미해당 불필요 아니오 안함 미통제 무통제 비통제 통제X 통제N 미시행
미실시 N NO NONE 0 X FALSE
"""
NONE_WORDS = frozenset(_NONE.split())
CLOSING = (
    r"(?:통제|차단|폐쇄|봉쇄|점용|통행\s*(?:금지|제한|불가|차단)|진입\s*(?:금지|통제|불가)|금지|막)"
)
LANE = r"(?<![교주열기])차[로선](?!\s?이탈|\s?도색|\s?분리|\s?규제|정)"
_LATER = r"(?!\s*(?:예정|계획|시|전|까지|될|할|되지|목표|일))"

ANY = re.compile(
    r"[통차폐봉점금막진]|전[체면부폭구]|갓길|노견|길\s?어깨|보[도행]|인도|자전거|정류|승강장|교[행호대]|신호수|"
    r"반[폭쪽]|반\s폭|서행|부분|일부|절반|완전|모두|없|무|방향|방면|개통|편도|일방|[^\x00-\x7f가-힣]|clos|block",
    re.IGNORECASE,
)
"""A text without any of these says nothing of a closure; most titles are such."""

BETWEEN = re.compile(r"[,;/()\[\]|+※\n]|(?:\s|^)(?:및|그리고|또는)(?:\s|$)|::")
DENIED = re.compile(
    rf"(?:{CLOSING}|작업\s*구간|지장|장애|영향|불편|축소|변경)"
    r"\s*(?:사항|계획|구간|여부|은|는|이|가|을|를|도|:|=|\s)*(?:전혀|별도)?\s*"
    r"(?:필요\s*)?(?:없\w*|無|무(?:$|\s)|아[님닌니닙]\w*|안\s?[함하되됨]\w*|않\w*|하지\s*않\w*|불필요\w*|제외|"
    r"미\s?(?:실시|시행|해당|발생|계획)\w*|해당\s*(?:사항\s*)?없\w*|해당\s*무|x(?![a-z])|no?(?![a-z]))|"
    r"\b(?:no|not|without)\s*(?:any\s*)?(?:road|lane|full|partial)?s?\s*(?:clos\w*|block\w*)|"
    r"(?:미|무|비)통제|정상\s*통행|통행\s*가능|통행\s*유지|"
    r"(?:기존|현|전|모든|정상)\s*차로\s*(?:유지|확보|운영)",
    re.IGNORECASE,
)
"""What a clause says is not closed; all before it in the clause is denied with it."""

LIFTED = re.compile(
    rf"(?:{CLOSING}|작업|공사|사고)\s*(?:가|이|은|는)?\s*(?:해제|종료|완료|풀림|철회){_LATER}|"
    rf"(?:개통|통행\s*재개|소통\s*재개){_LATER}"
)
TURNED = re.compile(
    rf"^.*{CLOSING}\s*(?:에서|→)\s*(?=[^→]*{CLOSING}\s*(?:으?로)?\s*"
    r"(?:전환|변경|확대|축소|조정|강화|완화|격상|격하))"
)
"""What a closure was before: "부분통제에서 전면통제로 전환"."""
_NEAR = (
    r"(?!\s*(?:앞|인근|부근|옆|건너|맞은편|방면|방향|에서|사이|전방|[-~→]|"
    r"(?:전면|주변)(?!\s*(?:통제|차단|폐쇄|금지|점용))))"
)
_EXTENT = r"\s*(?:양측|편측|한쪽|전체|전면|일부|부분)?"
_STOP = rf"(?:버스\s*)?(?:정류[장소]|승강장){_NEAR}{_EXTENT}"
_CYCLE_PATH = rf"자전거(?:\s*(?:전용|우선)?\s*(?:도로|차로|길))?{_EXTENT}"
_SIDEWALK = (
    r"(?:(?<!횡단)보도(?!육교|자료|블\w*\s*교체)(?:블\w*)?|(?<!차)인도(?!교|네시아)|보행로|"
    rf"보행자\s*(?:통로|도로|전용도로)?|보행\s*통로){_EXTENT}"
)
BESIDE = (
    (Closure.BUS_STOP, _STOP),
    (Closure.BICYCLE, _CYCLE_PATH),
    (Closure.SIDEWALK, _SIDEWALK),
)
"""What lies beside the lanes, with the words that say how much of it."""

ASIDE_CLOSING = re.compile(rf"{CLOSING}|우회|이전|이설|폐지|임시|이동")
SHOULDER = re.compile(r"갓길|노견|길\s?어깨")
OF_LANES = re.compile(
    rf"(\d+)\s*개?\s*{LANE}\s*중\s*(?:에서\s*)?"
    rf"((?:\d\s*[,·~\-]\s*)*\d+|전체|모[두든]|전부)\s*(?:개\s*)?(?:{LANE})?"
)
NO_LANE_TAKEN = re.compile(
    rf"(?:왕복|편도|총|폭)\s*\d+\s*{LANE}(?!\s*(?:전체|전면|모두)?\s*{CLOSING})|"
    rf"\d+\s*{LANE}\s*(?:로|으로|의)?\s*"
    r"(?:도로|확장|신설|개설|확[·]?포장|사업|개통|규모|운영|구간|교량|건설|화|시설|선형|개량|증설|입체|변)"
)
"""Lanes that only describe a road: "왕복 4차로", "2차로 확장"."""

ALL_LANES = re.compile(
    rf"(?<![회우발운])전\s*{LANE}|(?:전체|모든|양\s*방향\s*전?)\s*{LANE}|"
    rf"{LANE}\s*(?:전체|전부|모두|전면)(?=\s*(?:{CLOSING}|$))|"
    r"\b(?:all|both)\s*lanes?\s*(?:are\s*)?(?:clos|block)",
    re.IGNORECASE,
)
LANES_KEPT = re.compile(
    rf"(?:\d\s*개?|한|두)\s*{LANE}\s*(?:만|로만|로|을|를|만을)?\s*"
    r"(?:유지|확보|개방|소통|운영|통행(?!\s*(?:금지|불가|제한|차단)))"
)
SOME_LANES = re.compile(
    r"\blanes?\s*(?:\d\s*)?(?:is\s*|are\s*)?(?:clos|block)|\bpart(?:ial(?:ly)?|ly)?\s*clos|"
    rf"{LANE}\s*\d\s*개|"
    rf"\d\s*(?:[,·~\-]\s*\d\s*)*(?:개\s*)?{LANE}|(?:한|두|세|일부)\s*(?:개\s*)?{LANE}|"
    rf"{LANE}\s*(?:을|를|의)?\s*(?:일부\s*)?(?:축소|감소|변경|이동|전환|조정|점용|통제|차단|폐쇄|점거|막)|"
    r"반\s*폭|반쪽|교행|교호\s*통행|교대\s*(?:로\s*)?통행|일방\s*교대|신호수|수신호|"
    r"일방통행\s*(?:시행|전환|운영|통제|처리|유도|으로)|편도\s*(?:통제|차단|통행)|일방향\s*통제|"
    r"(?:대형|화물|중|이륜|승합)\s*차(?:량)?\s*통행\s*(?:금지|제한|통제|불가)|승용차\s*외",
    re.IGNORECASE,
)
NAMED_LANES = re.compile(
    r"(?:하위|상위|바깥|안쪽|가장자리|우측|좌측|중앙|편측|가변|좌?우?회전|직진|유턴|가속|감속|버스\s*전용|전용|끝)"
    rf"\s*(?:개\s*)?{LANE}"
)
SOME_OF_ROAD = re.compile(
    r"(?:부분|일부|구간별|단계별|순차)\s*(?:구간|도로|적|교통|차량)*\s*(?:인|로|으로)?\s*"
    rf"{CLOSING}|(?<!전면)(?<!전면\s)통행\s*제한"
)
WHOLE = re.compile(
    rf"전면\s*(?:적인|적으로|교통|차량|통행|도로|양\s*방향|동시)*\s*{CLOSING}|^\s*전면\s*$|"
    r"(?:통제|차단)\s*전면|"
    rf"(?:전체|전\s*구간|전\s*폭|전구역|완전|모두)\s*(?:구간|도로|교통|차량|통행|를|을)*\s*{CLOSING}|"
    r"통행\s*(?:을|를|이)?\s*(?:전면\s*)?(?:금지|불가|차단|불능|못)|"
    r"(?:차량|교통)\s*(?:전면\s*)?(?:차단|금지|불통)|진\s?출?입\s*(?:금지|불가|차단)|"
    r"도로\s*(?:를|을|가|의)?\s*(?:전면|완전|임시|양방향)?\s*(?:폐쇄|차단|봉쇄|막)"
    r"(?!\s*(?:[기벽막판]|시설|장치|설비))|"
    r"(?:양|쌍)\s*방향\s*(?:모두\s*)?(?:통제|차단|폐쇄|봉쇄)|"
    r"[상하]행\s*선?\s*(?:차단|폐쇄)|(?:방면|방향)\s*(?:차단|폐쇄|전체)|"
    r"(?:지하차도|잠수교|세월교|터널|교량|나들목|IC|램프|진입로|진출로|고가)\s*(?:차단|폐쇄)|"
    r"(?:지하차도|잠수교|세월교)\s*(?:침수로?\s*)?통제|"
    r"\b(?:roads?|streets?|carriageways?|full(?:y)?|both\s*directions)\s*(?:is\s*|are\s*)?clos",
    re.IGNORECASE,
)
STATED_WHOLE = re.compile(
    r"^\s*(?:전체|전부|전\s*구간|완전|전면적?)\s*$|(?:차단|폐쇄|봉쇄)(?![기벽막판]|시설|밸브|회로)"
)
STATED_SOME = re.compile(r"부분|일부|절반")
SLOW = re.compile(r"서행\s*(?:유도|운행|통행|운전)")
