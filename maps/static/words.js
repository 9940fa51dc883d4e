/* eslint max-len: "off" -- the words go to the catalogue */
// The words of the screens, Korean first. One key a meaning; {name} is filled in as text.

/** @typedef {Record<string, string>} Words */
/** @type {Words} */
const ko = {
  "skip": "공사 목록으로 바로 가기", "title": "도로 상태", "title.map": "{city} 도로 상태 · 봄내", "title.desk": "민원 상담 · {city} 봄내", "simulated": "모의 데이터", "tools": "화면 설정",
  "close": "닫기", "retry": "다시 시도", "card": "선택한 것",
  "clock.now": "현재", "clock.picture": "화면 자료",
  "tool.dark": "어두운 화면", "tool.light": "밝은 화면", "tool.cb": "색각 보정", "tool.help": "도움말",
  "tool.lang": "EN", "tool.lang.label": "EN (English)",
  "side.left": "검색과 표시", "side.right": "경보, 공사와 돌발",
  "sheets": "화면", "sheet.map": "지도", "sheet.left": "검색·표시", "sheet.right": "경보·공사", "sheet.feeds": "자료",
  "live.init": "연결 중", "live.live": "실시간", "live.stale": "자료 지연", "live.retry": "다시 연결 중", "live.down": "연결 끊김", "live.lost": "저장소 끊김", "live.rebuilding": "상태를 다시 만드는 중",
  "live.ahead": "시계 앞섬", "live.full": "저장소 가득 참", "live.read_only": "저장소 읽기 전용", "live.disk": "저장소 기록 실패", "live.no_worker": "처리기 멈춤", "live.stands": "처리 멈춤", "ahead": "{age} 앞섬",
  "banner.ahead": "화면의 시계가 {age} 앞섭니다", "banner.ahead.detail": "수집 서버의 시계가 틀렸습니다. 화면의 시각이 될 때까지 새 속도와 통제가 반영되지 않습니다. 시계를 맞추고 운영 문서의 ‘시계가 앞섰을 때’를 따르십시오.",
  "banner.full": "저장소가 가득 차 화면이 {age} 전에 멈췄습니다", "banner.full.detail": "새 상태를 쓸 수 없습니다. 자료가 늦은 것이 아닙니다. 저장소의 메모리 한도를 늘리면 밀린 것부터 이어집니다.",
  "banner.read_only": "저장소가 읽기 전용이어서 화면이 {age} 전에 멈췄습니다", "banner.read_only.detail": "새 상태를 쓸 수 없습니다. 자료가 늦은 것이 아닙니다. 저장소를 주 서버로 바꾸면 밀린 것부터 이어집니다.",
  "banner.disk": "저장소가 디스크에 쓰지 못해 화면이 {age} 전에 멈췄습니다", "banner.disk.detail": "새 상태를 쓸 수 없습니다. 자료가 늦은 것이 아닙니다. 디스크를 비우면 밀린 것부터 이어집니다.",
  "banner.no_worker": "처리기가 멈춰 화면이 {age} 전에 멈췄습니다", "banner.no_worker.detail": "들어오는 자료를 처리하는 것이 없습니다. 자료가 늦은 것이 아닙니다. 처리기를 켜면 밀린 것부터 이어집니다.",
  "banner.stands": "처리기가 나아가지 못해 화면이 {age} 전에 멈췄습니다", "banner.stands.detail": "들어온 자료가 밀려 있습니다. 자료가 늦은 것이 아닙니다. 까닭은 처리기의 로그에 있습니다.",
  "banner.stale": "화면이 {age} 전에 멈췄습니다", "banner.stale.detail": "새 도로 상태가 오지 않습니다. 서버에는 이어져 있으니 수집기나 처리기가 멈췄을 수 있습니다. 속도와 통제가 지금과 다를 수 있습니다.",
  "banner.retry": "서버에 다시 연결하는 중입니다", "banner.retry.detail": "마지막 자료 {age} 전.",
  "banner.down": "서버와 연결이 끊겼습니다", "banner.down.detail": "화면은 실시간이 아닙니다. 마지막 자료 {age} 전. 계속 다시 연결합니다.",
  "live.waiting": "자료 대기 중", "live.late": "자료 지연", "banner.late": "화면이 {age} 늦습니다", "banner.late.detail": "속도와 통제가 지금과 다를 수 있습니다.",
  "live.behind": "따라잡는 중", "banner.behind": "화면이 {age} 늦습니다", "banner.behind.detail": "밀린 자료를 따라잡는 중입니다. 속도와 통제가 지금과 다를 수 있습니다.",
  "banner.rebuilding": "상태를 다시 만드는 중입니다", "banner.rebuilding.detail": "저장소가 비워져 기록에서 상태를 다시 만들고 있습니다. 그동안 빠진 속도와 통제가 있을 수 있습니다.",
  "banner.lost": "지도 서버가 상태 저장소를 읽지 못합니다", "banner.lost.detail": "화면은 {age} 전 것이고 더 바뀌지 않습니다. 저장소가 돌아오면 저절로 이어집니다.",
  "banner.never": "아직 받은 자료가 없습니다.",
  "empty.network": "도로망을 불러오지 못했습니다", "empty.network.detail": "서버가 도로망 파일을 주지 않았습니다. 자동으로 다시 시도합니다.",
  "empty.server": "서버에 닿지 않습니다", "empty.server.detail": "지도 서버가 꺼져 있거나 망이 끊겼습니다. 자동으로 다시 시도합니다.",
  "empty.links": "그릴 도로가 없습니다", "empty.links.detail": "도로망에 링크가 없습니다. 도로망을 다시 만들어 주십시오.",
  "empty.speeds": "아직 속도 자료가 없습니다", "empty.speeds.detail": "첫 버스와 교통 자료를 기다리고 있습니다. 회색은 정보없음입니다.",
  "search.label": "도로 · 허가 · 정류장 찾기", "search.example": "예: ㄱㄹㄷㄹ, 하수관, 300", "search.found": "찾은 것",
  "search.nothing": "“{q}”(으)로 찾은 것이 없습니다.", "search.failed": "검색 서버에 닿지 않습니다.", "search.count": "{n}건을 찾았습니다.", "search.sections": "구간 {n}개",
  "kind.road": "도로", "kind.section": "구간", "kind.stop": "정류장", "kind.work": "공사", "kind.place": "장소", "kind.route": "노선", "kind.incident": "돌발", "kind.address": "주소",
  "legend.title": "소통 상태", "level.free": "원활", "level.slow": "서행", "level.jam": "정체", "level.unknown": "정보없음",
  "legend.thresholds": "일반도로 정체 {jam} 미만 · 서행 {slow} 미만 (km/h)", "legend.thresholds.class": "{name} {jam}/{slow}",
  "legend.shares": "연장 기준 원활 {free}%, 서행 {slow}%, 정체 {jam}%, 정보없음 {unknown}%",
  "class.motorway": "고속도로", "class.express": "도시고속", "class.ordinary": "일반도로",
  "layers.title": "표시", "layer.full": "전면 통제", "layer.partial": "부분 통제", "layer.minor": "그 밖의 공사", "layer.minor.what": "갓길·보도·자전거도로·버스정류장 통제, 통제 없음, 통제 여부 미상",
  "layer.incidents": "돌발", "layer.reports": "미확인 신고", "layer.clashes": "충돌", "layer.buses": "버스", "layer.labels": "도로 이름", "layer.planned.note": "속이 빈 표식은 예정, 점선은 작업 시간 아님, 고리를 두른 표식은 기간 지남",
  "phase.title": "공사 단계", "phase.all": "전체", "phase.active": "진행 중", "phase.planned": "예정", "phase.paused": "작업 시간 아님", "phase.overdue": "기간 지남", "phase.finished": "끝남", "phase.cancelled": "취소됨",
  "export.title": "내보내기", "export.works_csv": "공사 CSV", "export.works": "공사 GeoJSON", "export.links": "링크 GeoJSON", "export.print": "인쇄",
  "works.title": "공사", "works.none": "이 조건에 맞는 공사가 없습니다.", "works.more": "{n}건 더 보기", "works.spots": "{n}곳",
  "incidents.title": "돌발", "incidents.none": "돌발 상황이 없습니다.",
  "clashes.title": "충돌", "clashes.none": "공사끼리, 버스와, 우회로와 부딪치는 곳이 없습니다.", "clashes.failed": "충돌 목록을 읽지 못했습니다. 계속 다시 읽습니다.", "clash.works": "공사끼리", "clash.route": "버스 노선", "clash.stop": "정류장", "clash.detour": "우회로", "clash.cut": "길 끊김", "clash.crowd": "공사 몰림", "clash.point": "위치 의심", "clash.other": "충돌", "severity.high": "급함", "severity.low": "살핌",
  "reports.note": "시민 전화입니다. 확인되지 않았습니다.", "report": "미확인 신고", "report.count": "전화 {n}건", "card.calls": "전화", "card.first": "첫 전화", "card.last": "마지막 전화", "card.why": "까닭", "card.routes": "버스 노선", "card.stops": "정류장", "card.places": "끊기는 곳", "card.clash_works": "부딪치는 공사", "card.restore": "복구", "card.extended": "처음 끝", "card.started": "실제 시작", "card.ended": "실제 끝", "card.said": "{time} · {by}", "said.feed": "자료", "said.crew": "현장", "said.office": "담당 부서", "card.width": "남는 너비", "card.width.m": "{n} m", "card.also": "함께 막음", "card.unlisted": "목록에서 빠짐", "card.unlisted.since": "{age}부터 목록에 없음",
  "desk": "민원 상담",
  "nowhere.title": "위치 미확인", "nowhere.none": "위치를 모르는 공사가 없습니다.", "nowhere.note": "지도에 놓지 못한 공사입니다. 도로 상태에 반영되지 않습니다.",
  "closure.full": "전면 통제", "closure.partial": "부분 통제", "closure.shoulder": "갓길 통제", "closure.sidewalk": "보도 통제", "closure.bicycle": "자전거도로 통제", "closure.bus_stop": "버스정류장 통제", "closure.none": "통제 없음", "closure.unknown": "통제 여부 미상",
  "incident.work": "공사", "incident.accident": "사고", "incident.weather": "기상", "incident.gathering": "집회·행사", "incident.disaster": "재난", "incident.control": "통제", "incident.other": "기타",
  "certainty.c": "확인됨", "certainty.r": "신고됨", "certainty.i": "추정", "certainty.l": "자료 끊김",
  "certainty.c.why": "버스 2대 이상이 지나감", "certainty.r.why": "교통센터가 알려 옴", "certainty.i.why": "버스 1대 또는 일부 구간으로 미룸", "certainty.l.why": "새 자료가 없음", "certainty.lost.why": "마지막 자료가 오래되어 속도를 보이지 않음", "certainty.never": "정보없음", "certainty.never.why": "버스나 교통센터 자료가 아직 없음",
  "card.speed": "속도", "card.level": "소통", "card.certainty": "확실성", "card.samples": "표본", "card.age": "자료 시각", "card.closure": "통제", "card.length": "길이", "card.free_flow": "자유 속도",
  "sure.confirmed": "현장이 확인", "sure.reported": "허가·공식 알림에 따름", "sure.contradicted": "버스 {n}대가 지나감: 통제가 실제와 다를 수 있음",
  "card.noted": "자료 상태", "card.doubt": "위치 의심", "doubt.place": "좌표가 틀렸을 수 있음. 담당에 확인", "doubt.direction": "방향 표기를 읽지 못해 양방향으로 봄",
  "card.works": "이 구간의 공사", "card.incidents": "이 구간의 돌발", "card.spots": "같은 허가의 다른 지점", "card.photos": "현장 사진", "said.photo": "현장 사진 {time}", "sample.bus": "버스 {n}회", "sample.its": "교통센터 {n}회", "card.no_speed": "정보없음",
  "card.phase": "단계", "card.place": "위치", "card.period": "기간", "card.dig": "굴착", "card.hours": "작업 시간", "card.organisation": "담당", "card.lanes": "막는 차로", "card.lanes.n": "{n}개", "card.purpose": "목적",
  "card.links": "영향 구간", "card.page": "공사 안내면 열기", "card.seen": "목록 확인", "card.source": "출처", "seen.fresh": "10분 안에 확인함", "card.kind": "종류", "card.direction": "방향", "card.route": "노선", "card.stop": "정류장", "card.since": "시작", "card.until": "끝", "card.open_end": "끝 시각 없음",
  "card.nowhere": "지도 위치 미확인", "card.gone": "이 공사는 목록에 없습니다. 끝났거나 번호가 바뀌었을 수 있습니다.", "card.clash_gone": "이 충돌은 없어졌습니다.", "card.report_gone": "30분 동안 전화가 더 없어 지워졌습니다.", "card.failed": "상세를 불러오지 못했습니다.", "card.loading": "불러오는 중",
  "bus": "버스", "bus.title": "{no}번 버스",
  "feeds.title": "자료", "feed.tago.positions": "버스 위치", "feed.gtfs.positions": "버스 위치(GTFS)", "feed.its.speeds": "교통 속도", "feed.its.events": "국가 돌발", "feed.utic.incidents": "경찰 돌발", "feed.permits": "굴착 허가",
  "feeds.none": "자료 보고 없음",
  "status.live": "정상", "status.empty": "내용 없음", "status.partial": "일부만", "status.frozen": "값 고정", "status.dropped": "급감", "status.unknown": "응답 이상", "status.stale": "늦음", "status.stopped": "중지", "status.never": "받은 적 없음", "status.ahead": "시계 앞섬", "status.held": "처리 멈춤",
  "status.live.why": "제때 답하고 값이 바뀝니다.", "status.empty.why": "정상으로 답했고, 내용이 없습니다.", "status.partial.why": "일부만 받았습니다.", "status.frozen.why": "답은 오지만 값이 바뀌지 않습니다.", "status.dropped.why": "목록이 갑자기 줄었습니다(보통의 5분의 1 미만). 끝났다는 뜻으로 보지 않으며, 30분 넘게 이어지면 새 기준이 됩니다.", "status.unknown.why": "오류가 나거나 답을 읽을 수 없습니다. 없다는 뜻이 아닙니다.", "status.stale.why": "제때 보고가 없습니다.", "status.stopped.why": "인증키 또는 호출 한도 문제로 멈췄습니다.", "status.never.why": "한 번도 보고되지 않았습니다. 이 자료로 알 수 있는 것은 화면에 없습니다.", "status.ahead.why": "보고한 시계가 지금보다 앞서 있어, 얼마나 새것인지 알 수 없습니다.", "status.held.why": "처리가 멈춰 보고가 반영되지 않습니다. 자료가 늦은 것인지는 알 수 없습니다.",
  "code.NO-KEY": "가명을 만들 비밀값(BOMNAE_PSEUDONYM_KEY, 32자 이상)이 없어 차량 위치를 받지 않습니다. 넣고 다시 시작하세요.",
  "feed.status": "상태", "feed.success": "마지막 성공", "feed.change": "마지막 변화", "feed.received": "마지막 보고", "feed.poll": "주기", "feed.code": "코드", "feed.detail": "내용", "feed.rows": "행", "feed.usual": "보통 행 수", "feed.refused": "거부", "feed.repaired": "고침", "feed.simulated": "모의 자료",
  "never": "없음", "age.s": "{n}초", "age.m": "{n}분", "age.h": "{n}시간", "age.d": "{n}일", "ago": "{age} 전", "ago.now": "방금", "yes": "예",
  "zoom.in": "확대", "zoom.out": "축소", "zoom.home": "전체 보기",
  "help.title": "도움말", "help.keys": "자판", "help.marks": "표식", "help.stream": "자료 읽기",
  "help.key./": "찾기", "help.key.d": "밝은 화면 · 어두운 화면", "help.key.c": "색각 보정 색", "help.key.l": "한국어 · English", "help.key.0": "전체 보기", "help.key.1-4": "원활·서행·정체·정보없음 켜고 끄기", "help.key.?": "도움말", "help.key.Esc": "닫기",
  "help.note": "선이 굵을수록 느립니다. 줄무늬는 통제 구간, 회색은 정보없음입니다. 도로를 누르면 속도와 근거가 나옵니다. 정보없음은 지금 보일 속도가 없다는 뜻이고, 근거의 자료 끊김은 오던 자료가 멈췄다는 뜻입니다.",
  "period.start.unstated": "시작일 미확인", "period.start.unreadable": "시작일 미확인", "period.end.unstated": "종료일 미정", "period.end.unreadable": "종료일 미확인",
  "period.start.unstated.why": "시작하는 날은 목록에 없습니다.", "period.start.unreadable.why": "목록의 시작일을 읽지 못했습니다.",
  "period.end.unstated.why": "끝나는 날은 목록에 없습니다.", "period.end.unreadable.why": "목록의 종료일을 읽지 못했습니다.", "period.next_day": "다음 날 {time}",
  "period.both.unstated.why": "시작하는 날과 끝나는 날은 목록에 없습니다.", "period.both.unreadable.why": "목록의 시작일과 종료일을 읽지 못했습니다.",
  "flag.dig_unreadable": "목록의 굴착 기간을 읽지 못했습니다.",
  "flag.restore_unreadable": "목록의 복구 기간을 읽지 못했습니다.",
  "flag.observed_unreadable": "목록의 실제 착공·준공 시각을 읽지 못했습니다.",
  "flag.hours_unreadable": "목록의 작업 시간을 읽지 못했습니다.",
  "flag.end_from_words": "끝나는 때는 설명 글에서 읽은 것입니다.",
  "flag.bad_bytes": "목록의 일부 글자가 깨져 읽지 못했습니다.",
  "flag.geometry_unreadable": "목록의 도형을 읽지 못했습니다.",
  "flag.several_points": "목록의 여러 지점 가운데 첫 지점만 나타냅니다.",
  "flag.point_shared": "목록에서 너무 많은 허가가 이 좌표를 함께 써서 믿지 않습니다.",
  "flag.point_far_from_address": "목록의 좌표가 주소에서 150 m 넘게 떨어져 있습니다.",
};

/** @type {Words} */
const en = {
  "skip": "Skip to the list of works", "title": "Road state", "title.map": "{city} Road state · 봄내", "title.desk": "Complaint desk · {city} 봄내", "simulated": "Simulated", "tools": "Display",
  "close": "Close", "retry": "Try again", "card": "Selection",
  "clock.now": "Now", "clock.picture": "Picture of",
  "tool.dark": "Dark", "tool.light": "Light", "tool.cb": "Colour-blind", "tool.help": "Help",
  "tool.lang": "한국어", "tool.lang.label": "한국어 (Korean)",
  "side.left": "Search and display", "side.right": "Alerts, works and incidents",
  "sheets": "Views", "sheet.map": "Map", "sheet.left": "Search", "sheet.right": "Alerts", "sheet.feeds": "Feeds",
  "live.init": "Connecting", "live.live": "Live", "live.stale": "Late", "live.retry": "Reconnecting", "live.down": "Disconnected", "live.lost": "Store lost", "live.rebuilding": "Rebuilding",
  "live.ahead": "Clock ahead", "live.full": "Store full", "live.read_only": "Store read-only", "live.disk": "Store cannot write", "live.no_worker": "No worker", "live.stands": "Worker stands", "ahead": "{age} ahead",
  "banner.ahead": "The clock of the picture is {age} ahead", "banner.ahead.detail": "The clock of the collectors was wrong. Until that time no new speed or closure shows. Set the clock, then see “When a clock was ahead” in the operating notes.",
  "banner.full": "The store is full: the picture stopped {age} ago", "banner.full.detail": "No new state can be written. The feeds are not late. Give the store more memory and it goes on where it stopped.",
  "banner.read_only": "The store is read-only: the picture stopped {age} ago", "banner.read_only.detail": "No new state can be written. The feeds are not late. Make the store a primary and it goes on where it stopped.",
  "banner.disk": "The store cannot write to its disk: the picture stopped {age} ago", "banner.disk.detail": "No new state can be written. The feeds are not late. Free the disk and it goes on where it stopped.",
  "banner.no_worker": "No worker works: the picture stopped {age} ago", "banner.no_worker.detail": "Nothing processes what comes in. The feeds are not late. Start a worker and it goes on where it stopped.",
  "banner.stands": "A worker does not get on: the picture stopped {age} ago", "banner.stands.detail": "What came in waits. The feeds are not late. The worker's log says why.",
  "banner.stale": "The picture stopped {age} ago", "banner.stale.detail": "No new road state arrives. The server is connected, so the collectors or the worker may have stopped. Speeds and closures may differ by now.",
  "banner.retry": "Reconnecting to the server", "banner.retry.detail": "Last picture {age} ago.",
  "banner.down": "No connection to the server", "banner.down.detail": "This is not live. Last picture {age} ago. Still trying.",
  "live.waiting": "Waiting", "live.late": "Late", "banner.late": "The picture is {age} behind", "banner.late.detail": "Speeds and closures may differ by now.",
  "live.behind": "Catching up", "banner.behind": "The picture is {age} behind", "banner.behind.detail": "It is catching up. Speeds and closures may differ by now.",
  "banner.rebuilding": "The state is being rebuilt", "banner.rebuilding.detail": "The store was emptied and is being made again from the log. Until then speeds and closures may be missing.",
  "banner.lost": "The map server cannot read its store", "banner.lost.detail": "The picture is {age} old and does not change. It goes on by itself when the store is back.",
  "banner.never": "Nothing received yet.",
  "empty.network": "The road network could not be loaded", "empty.network.detail": "The server did not give the network file. Trying again.",
  "empty.server": "The server cannot be reached", "empty.server.detail": "The map server is off or the network is cut. Trying again.",
  "empty.links": "There are no roads to draw", "empty.links.detail": "The network has no links. Build the network again.",
  "empty.speeds": "No speeds yet", "empty.speeds.detail": "Waiting for the first buses and traffic speeds. Grey means no data.",
  "search.label": "Find a road, permit or stop", "search.example": "e.g. ㄱㄹㄷㄹ, sewer, 300", "search.found": "Results",
  "search.nothing": "Nothing found for “{q}”.", "search.failed": "The search server cannot be reached.", "search.count": "{n} found.", "search.sections": "{n} sections",
  "place.역": "Station", "place.관청": "Public office", "place.터미널": "Terminal", "place.상가": "Market", "place.학교": "School", "place.병원": "Hospital", "place.문화": "Museum", "place.명소": "Sight", "place.다리": "Bridge", "place.공원": "Park", "place.체육": "Sports", "place.산": "Hill", "place.동네": "District",
  "kind.road": "Road", "kind.section": "Section", "kind.stop": "Stop", "kind.work": "Work", "kind.place": "Place", "kind.route": "Route", "kind.incident": "Incident", "kind.address": "Address",
  "legend.title": "Traffic", "level.free": "Free", "level.slow": "Slow", "level.jam": "Jam", "level.unknown": "No data",
  "legend.thresholds": "Ordinary roads: jam below {jam}, slow below {slow} km/h", "legend.thresholds.class": "{name} {jam}/{slow}",
  "legend.shares": "By length: free {free}%, slow {slow}%, jam {jam}%, no data {unknown}%",
  "class.motorway": "Motorway", "class.express": "Expressway", "class.ordinary": "Ordinary",
  "layers.title": "Show", "layer.full": "Road closed", "layer.partial": "Lanes closed", "layer.minor": "Other works", "layer.minor.what": "Shoulder, sidewalk, cycle path or bus stop closed, no closure, closure not stated",
  "layer.incidents": "Incidents", "layer.reports": "Unconfirmed reports", "layer.clashes": "Clashes", "layer.buses": "Buses", "layer.labels": "Road names", "layer.planned.note": "Hollow: planned; dashed: outside hours; ringed: overdue",
  "phase.title": "Phase of works", "phase.all": "All", "phase.active": "Active", "phase.planned": "Planned", "phase.paused": "Outside hours", "phase.overdue": "Overdue", "phase.finished": "Finished", "phase.cancelled": "Cancelled",
  "export.title": "Export", "export.works_csv": "Works CSV", "export.works": "Works GeoJSON", "export.links": "Links GeoJSON", "export.print": "Print",
  "works.title": "Works", "works.none": "No works match.", "works.more": "Show {n} more", "works.spots": "{n} spots",
  "incidents.title": "Incidents", "incidents.none": "No incidents.",
  "clashes.title": "Clashes", "clashes.none": "No works clash with each other, a bus route or a detour.", "clashes.failed": "Clashes cannot be read. Trying again.", "clash.works": "Works", "clash.route": "Bus route", "clash.stop": "Stop", "clash.detour": "Detour", "clash.cut": "Cut off", "clash.crowd": "Crowded road", "clash.point": "Place in doubt", "clash.other": "Clash", "severity.high": "Urgent", "severity.low": "Watch",
  "reports.note": "Citizens called. Nobody has confirmed it.", "report": "Unconfirmed report", "report.count": "{n} calls", "card.calls": "Calls", "card.first": "First call", "card.last": "Last call", "card.why": "Why", "card.routes": "Bus routes", "card.stops": "Stops", "card.places": "Cut off", "card.clash_works": "Works that clash", "card.restore": "Restoring", "card.extended": "First end", "card.started": "Began", "card.ended": "Ended", "card.said": "{time} · {by}", "said.feed": "feed", "said.crew": "crew", "said.office": "office", "card.width": "Width left", "card.width.m": "{n} m", "card.also": "Also closed", "card.unlisted": "Not listed", "card.unlisted.since": "since {age}",
  "desk": "Complaint desk",
  "nowhere.title": "Not placed", "nowhere.none": "Every work has a place.", "nowhere.note": "These works could not be placed on the map and do not affect any road's state.",
  "closure.full": "Road closed", "closure.partial": "Lanes closed", "closure.shoulder": "Shoulder closed", "closure.sidewalk": "Sidewalk closed", "closure.bicycle": "Cycle path closed", "closure.bus_stop": "Bus stop closed", "closure.none": "No closure", "closure.unknown": "Closure not stated",
  "incident.work": "Works", "incident.accident": "Accident", "incident.weather": "Weather", "incident.gathering": "Gathering", "incident.disaster": "Disaster", "incident.control": "Control", "incident.other": "Other",
  "certainty.c": "Confirmed", "certainty.r": "Reported", "certainty.i": "Inferred", "certainty.l": "No fresh data",
  "certainty.c.why": "two or more buses passed", "certainty.r.why": "a traffic centre says so", "certainty.i.why": "one bus, or part of the section", "certainty.l.why": "nothing new", "certainty.lost.why": "the last observation is too old to show a speed", "certainty.never": "No data", "certainty.never.why": "no bus and no traffic centre so far",
  "card.speed": "Speed", "card.level": "Traffic", "card.certainty": "Certainty", "card.samples": "Samples", "card.age": "Observed", "card.closure": "Closure", "card.length": "Length", "card.free_flow": "Free flow",
  "sure.confirmed": "seen on site", "sure.reported": "by a permit or an official notice", "sure.contradicted": "{n} buses drove through: it may not be closed",
  "card.noted": "Data", "card.doubt": "Doubtful place", "doubt.place": "the point may be wrong; ask its office", "doubt.direction": "the direction cannot be read: both are taken",
  "card.works": "Works here", "card.incidents": "Incidents here", "card.spots": "Other spots of this permit", "card.photos": "Site photos", "said.photo": "Site photo {time}", "sample.bus": "bus {n}", "sample.its": "traffic centre {n}", "card.no_speed": "No data",
  "card.phase": "Phase", "card.place": "Place", "card.period": "Period", "card.dig": "Digging", "card.hours": "Hours", "card.organisation": "Responsible", "card.lanes": "Lanes closed", "card.lanes.n": "{n}", "card.purpose": "Purpose",
  "card.links": "Roads affected", "card.page": "Open the work's page", "card.seen": "Listed", "card.source": "Source", "seen.fresh": "within 10 min", "card.kind": "Kind", "card.direction": "Direction", "card.route": "Route", "card.stop": "Stop", "card.since": "Since", "card.until": "Until", "card.open_end": "no end stated",
  "card.nowhere": "Not placed on the map", "card.gone": "This work is not in the list. It may be over, or its number may have changed.", "card.clash_gone": "This clash is no more.", "card.report_gone": "No call for 30 minutes: it was taken off.", "card.failed": "Details could not be loaded.", "card.loading": "Loading",
  "bus": "Bus", "bus.title": "Bus {no}",
  "feeds.title": "Feeds", "feed.tago.positions": "Buses", "feed.gtfs.positions": "Buses (GTFS)", "feed.its.speeds": "Speeds", "feed.its.events": "National incidents", "feed.utic.incidents": "Police incidents", "feed.permits": "Permits",
  "feeds.none": "No feed reports",
  "status.live": "OK", "status.empty": "Empty", "status.partial": "Partial", "status.frozen": "Frozen", "status.dropped": "Dropped", "status.unknown": "Unknown", "status.stale": "Late", "status.stopped": "Stopped", "status.never": "Never heard", "status.ahead": "Clock ahead", "status.held": "Not processed",
  "status.live.why": "Answers in time and changes.", "status.empty.why": "Answered, and there is nothing.", "status.partial.why": "Only a part was received.", "status.frozen.why": "It answers, but nothing changes.", "status.dropped.why": "The list has suddenly shrunk below a fifth of its usual length. Nothing counts as over by it; after 30 minutes it is the new usual.", "status.unknown.why": "An error or an answer that cannot be read. It does not mean there is nothing.", "status.stale.why": "No report in time.", "status.stopped.why": "Stopped by a key or quota problem.", "status.never.why": "It has never reported. What it would say is not on the screen.", "status.ahead.why": "Its report is stamped by a clock ahead of now: nobody knows how new it is.", "status.held.why": "No report is taken in while processing stands. Whether the feed itself is late is not known.",
  "code.NO-KEY": "No vehicles are read: there is no secret for their pseudonyms (BOMNAE_PSEUDONYM_KEY, 32 characters or more). Set it and start again.",
  "feed.status": "Status", "feed.success": "Last success", "feed.change": "Last change", "feed.received": "Last report", "feed.poll": "Period", "feed.code": "Code", "feed.detail": "Detail", "feed.rows": "Rows", "feed.usual": "Usual rows", "feed.refused": "Refused", "feed.repaired": "Repaired", "feed.simulated": "Simulated",
  "never": "never", "age.s": "{n} s", "age.m": "{n} min", "age.h": "{n} h", "age.d": "{n} d", "ago": "{age} ago", "ago.now": "just now", "yes": "yes",
  "zoom.in": "Zoom in", "zoom.out": "Zoom out", "zoom.home": "Whole city",
  "help.title": "Help", "help.keys": "Keys", "help.marks": "Marks", "help.stream": "Reading the map",
  "help.key./": "Search", "help.key.d": "Light or dark", "help.key.c": "Colour-blind colours", "help.key.l": "한국어 or English", "help.key.0": "Whole city", "help.key.1-4": "Show or hide free, slow, jam, no data", "help.key.?": "Help", "help.key.Esc": "Close",
  "help.note": "The wider the line, the slower. Stripes are closures, grey is no data. Click a road for its speed and what it rests on. “No data” means there is no speed to show now; “No fresh data” under certainty means observations came and stopped.",
  "period.start.unstated": "begin not stated", "period.start.unreadable": "begin not readable", "period.end.unstated": "end not stated", "period.end.unreadable": "end not readable",
  "period.start.unstated.why": "The list gives no begin.", "period.start.unreadable.why": "The begin in the list cannot be read.",
  "period.end.unstated.why": "The list gives no end.", "period.end.unreadable.why": "The end in the list cannot be read.", "period.next_day": "{time} next day",
  "period.both.unstated.why": "The list gives neither begin nor end.", "period.both.unreadable.why": "Begin and end in the list cannot be read.",
  "flag.dig_unreadable": "The digging period in the list cannot be read.",
  "flag.restore_unreadable": "The restoring period in the list cannot be read.",
  "flag.observed_unreadable": "The observed begin or end in the list cannot be read.",
  "flag.hours_unreadable": "The working hours in the list cannot be read.",
  "flag.end_from_words": "The end is read from its description.",
  "flag.bad_bytes": "Some letters of the list cannot be read.",
  "flag.geometry_unreadable": "The drawn shape in the list cannot be read.",
  "flag.several_points": "Of several points in the list only the first is shown.",
  "flag.point_shared": "Too many permits of the list share this point: it is not believed.",
  "flag.point_far_from_address": "The point in the list is more than 150 m from its address.",
};

const NOW_MS = 3000, AHEAD_MS = 120_000;
/** @type {Record<string, Words>} */
const books = { ko, en };
let book = ko;

/** The words for a key in the language chosen; the key itself when it has none. @param {string} key
 * @param {Record<string, unknown>} [values] */
export function t(key, values) {
  const text = book[key] ?? ko[key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "")) : text;
}

/** Gives a page words of its own. @param {{ko: Words, en: Words}} more */
export function addWords(more) {
  Object.assign(ko, more.ko);
  Object.assign(en, more.en);
}

/** @param {string} key */
export const hasWord = (key) => key in ko;
/** The word for a key that may have none in the language chosen. @param {string} key
 * @param {string | null} otherwise */
export const wordOr = (key, otherwise) => book[key] ?? otherwise ?? "";
/** What people call a feed. @param {string} feed */
export const feedName = (feed) => hasWord("feed." + feed) ? t("feed." + feed) : feed;

/** Turns every marked element of the page to a language. @param {string} lang */
export function useLanguage(lang) {
  book = books[lang] || ko;
  document.documentElement.lang = lang;
  mark("t", (element, text) => { element.textContent = text; });
  for (const [name, attribute] of [["tTitle", "title"], ["tLabel", "aria-label"], ["tPlaceholder", "placeholder"]]) {
    mark(name, (element, text) => element.setAttribute(attribute, text));
  }
}

/** @param {string} name of the data attribute that holds a key
 * @param {(element: HTMLElement, text: string) => void} act */
function mark(name, act) {
  const selector = `[data-${name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase())}]`;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
    act(element, t(element.dataset[name] || ""));
  }
}

/** The text of a thing with `ko` and `en` (or `name_ko`, `name_en`) in the language chosen.
 * @param {object | null | undefined} thing @param {string} [name] */
export function localized(thing, name = "") {
  /** @param {string} lang */
  const textOf = (lang) => Reflect.get(thing || {}, name ? `${name}_${lang}` : lang);
  return String((book === en && textOf("en")) || textOf("ko") || textOf("en") || "");
}

/** A span of milliseconds in the largest unit that keeps it readable: 12초, 3분, 2시간. @param {number} ms */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("age.s", { n: s });
  if (s < 3600) return t("age.m", { n: Math.floor(s / 60) });
  return s < 86_400 ? t("age.h", { n: Math.floor(s / 3600) }) : t("age.d", { n: Math.floor(s / 86_400) });
}

/** How long ago: the first seconds are "just now", so that a live picture's sign stands still. Below 0 it is
 * ahead: a time that is far ahead is never fresh. @param {number} ms */
export function ago(ms) {
  if (ms < -AHEAD_MS) return t("ahead", { age: span(-ms) });
  return ms < NOW_MS ? t("ago.now") : t("ago", { age: span(ms) });
}

/** The button that turns the page to the other language. @param {HTMLElement} button @param {string} lang */
export function showLanguage(button, lang) {
  button.textContent = t("tool.lang");
  button.lang = lang === "ko" ? "en" : "ko";
  button.setAttribute("aria-label", t("tool.lang.label"));
}
