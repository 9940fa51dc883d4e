"""What `python -m producers check` says in words: codes of refusals and flags of rows, Korean
first.
"""

from streams.domain.flag_words import FLAG_WORDS

CODES = {
    "R001": "형식이 깨져 읽을 수 없음 · broken notation",
    "R002": "너무 큼 · too large",
    "R003": "너무 깊이 겹쳐 있음 · nested too deep",
    "R004": "허가 목록의 열 이름을 찾지 못함 · no columns of a permit list",
    "R005": "행의 모양이 다름 · another shape than the list's",
    "R008": "숫자를 읽을 수 없음 · a number that cannot be read",
    "R009": "목록 파일이 아니거나 글자를 읽을 수 없음 · no list, or no text that can be read",
    "R010": "끝이 시작보다 앞섬 · ends before it begins",
    "R011": "날짜를 읽을 수 없음 · a date that cannot be read",
    "R012": "제목도 위치도 없음 · neither title nor place",
    "R013": "파일이 중간에 끊김 · the file breaks off",
    "HTML": "자료가 아니라 웹 페이지 · a web page instead of data",
    "EMPTY-BODY": "빈 파일 · an empty file",
    "NO-ANSWER": "파일을 열 수 없음 · the file cannot be opened",
}
FLAGS = {
    "bad_bytes": "깨진 글자 · letters lost",
    "coord_null": "좌표 없음 · no usable coordinate",
    "coord_outside": "관할 밖 좌표 · coordinate outside the city",
    "coord_swapped": "경위도 뒤바뀜 · axes swapped back",
    "dup": "같은 행 반복 · listed twice",
    "end_unreadable": "종료일 읽지 못함 · end unreadable",
    "epsg_assumed": "위치 의심: 좌표계 추정 · doubtful: reference system assumed",
    "epsg_shifted_100km": "위치 의심: 100 km 보정 · doubtful: shifted by 100 km",
    "geometry_unreadable": "도형 읽지 못함 · geometry unreadable",
    "geometry_vertex_dropped": "벗어난 점 버림 · stray vertex dropped",
    "js_notation": "JSON 표기 보정 · notation repaired",
    "merged": "여러 행을 합침 · rows merged",
    "no_end": "종료일 미정 · no known end",
    "no_start": "시작일 미확인 · no known begin",
    "period_reversed": "기간이 거꾸로 · period reversed",
    "person_dropped": "개인 이름 제외 · a person left out",
    "point_far_from_address": "위치 의심: 주소와 150 m 넘게 다름 · doubtful: far from its address",
    "several_points": "점 여러 개 중 첫 점 · first of several points",
    "several_spots": "한 번호에 여러 곳 · several spots",
    "start_unreadable": "시작일 읽지 못함 · begin unreadable",
    "truncated_file": "끊긴 파일 · of a cut file",
}
FLAGS |= {flag: f"{ko} · {en}" for flag, (ko, en) in FLAG_WORDS.items() if flag not in FLAGS}
CLOSURES = {
    "full": "전면",
    "partial": "부분",
    "shoulder": "갓길",
    "sidewalk": "보도",
    "bicycle": "자전거",
    "bus_stop": "정류장",
    "none": "없음",
}


def why(code: str, detail: str) -> str:
    """The code in plain words, with what exactly was met."""
    said = CODES.get(code, code)
    return f"{said} ({detail})" if detail else said
