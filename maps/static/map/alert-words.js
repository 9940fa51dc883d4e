/* eslint max-len: "off" -- the words go to the catalogue */
// The words of the alerts, Korean first. 인지 is to acknowledge: 확인 is what buses do to a closure.
import { addWords } from "../words.js";

const ko = {
  "alerts.title": "경보", "alerts.none": "열린 경보가 없습니다.", "alerts.unknown": "지금 열린 경보를 알 수 없습니다.", "alerts.waiting": "미인지 {n}", "alerts.all_seen": "모두 인지함", "alerts.more": "{n}건 더 보기", "alerts.sum": "경보 {n}, 미인지 {waiting}, 긴급 미인지 {critical}", "alerts.sum.none": "경보 없음",
  "alerts.said": "긴급 경보: {rule}, {title}", "alerts.said.more": "긴급 경보 {n}건이 새로 왔습니다. 처음 것: {title}",
  "alert.critical": "긴급", "alert.warning": "주의", "alert.notice": "알림", "alert.for": "{age}째", "alert.since": "{time}부터", "alert.over": "{time} 끝남",
  "rule.closure": "통제", "rule.overdue": "공사 기간 지남", "rule.unseen": "착수 확인 안 됨", "rule.slowdown": "공사 구간 지체", "rule.jam": "정체 지속", "rule.clash": "공사 충돌", "rule.feed": "자료 이상", "rule.reports": "신고 집중 (미확인)",
  "ack.button": "인지", "ack.label": "{title} 인지", "ack.title": "경보 인지", "ack.name": "이름", "ack.comment": "메모", "ack.send": "인지함", "ack.cancel": "그만두기", "ack.sending": "보내는 중", "ack.waits": "기록하는 중", "ack.by": "{by} {time} 인지", "ack.rose": "인지한 뒤 {severity}(으)로 올랐습니다", "ack.failed": "서버에 닿지 않아 기록하지 못했습니다. 다시 보내 주십시오.", "ack.gone": "이미 끝난 경보입니다.", "ack.note": "모든 화면에 이름과 메모가 보입니다. 전화번호는 쓰지 마십시오.",
  "card.alert": "경보", "card.what": "내용", "card.alert_gone": "끝난 경보입니다.", "card.ack": "인지", "card.ack.none": "아직 아무도 인지하지 않았습니다", "card.comment": "메모", "card.alert_work": "이 공사", "card.alert_incident": "이 돌발",
  "sound.off": "소리 꺼짐", "sound.on": "소리 켜짐", "sound.asleep": "소리 대기", "sound.why": "긴급 경보를 인지할 때까지 소리를 냅니다 (S)", "sound.asleep.why": "화면을 한 번 누르면 소리가 납니다",
  "undelivered": "긴급 경보 전달 안 됨", "undelivered.stopped": "경보 전달이 멈췄습니다", "undelivered.since": "{age}째", "log.stopped": "전달 프로그램(dispatch)이 돌고 있지 않아 어디에도 경보가 나가지 않습니다.", "undelivered.where": "{endpoint} · {age}째", "undelivered.more": "외 {n}곳",
  "log": "전달 기록", "log.title": "경보 전달 기록", "log.none": "등록된 수신처가 없습니다.", "log.failed": "전달 기록을 읽지 못했습니다. 다시 시도합니다.", "log.attempts.none": "아직 보낸 것이 없습니다.", "log.off": "사용 안 함", "log.dead": "못 보낸 경보 {n}", "log.waits": "긴급 경보 {age}째 못 보냄: {title}", "log.at": "시각", "log.answer": "응답", "log.took": "걸린 시간", "log.alert": "경보", "log.ms": "{n} ms", "log.sent": "보냄 ({status})", "log.not_sent": "실패", "log.loading": "불러오는 중", "log.table": "{endpoint} 전달 기록",
  "error.timeout": "응답 없음", "error.connect": "연결 안 됨", "error.refused": "금지된 주소", "error.dns": "이름을 찾지 못함", "error.tls": "TLS 오류", "error.secret": "서명 키 오류", "error.url": "주소 오류", "error.body": "내용을 만들지 못함", "error.gone": "더 받지 않음", "error.busy": "나중에 받음", "error.redirect": "다른 주소로 넘김", "error.status": "",
  "help.key.a": "경보 목록: ↑ ↓ 옮기기, Enter 위치, K 인지, Shift+K 메모 없이 인지", "help.key.s": "경보 소리 켜고 끄기",
};

const en = {
  "alerts.title": "Alerts", "alerts.none": "No open alerts.", "alerts.unknown": "Which alerts are open is not known now.", "alerts.waiting": "{n} waiting", "alerts.all_seen": "All acknowledged", "alerts.more": "Show {n} more", "alerts.sum": "{n} alerts, {waiting} to acknowledge, {critical} of them critical", "alerts.sum.none": "No alerts",
  "alerts.said": "Critical alert: {rule}, {title}", "alerts.said.more": "{n} new critical alerts. The first: {title}",
  "alert.critical": "Critical", "alert.warning": "Warning", "alert.notice": "Notice", "alert.for": "{age}", "alert.since": "since {time}", "alert.over": "Ended {time}",
  "rule.closure": "Closure", "rule.overdue": "Work overdue", "rule.unseen": "Start not seen", "rule.slowdown": "Slow at a work", "rule.jam": "Long jam", "rule.clash": "Works clash", "rule.feed": "Feed trouble", "rule.reports": "Many reports (unconfirmed)",
  "ack.button": "Ack", "ack.label": "Acknowledge {title}", "ack.title": "Acknowledge", "ack.name": "Name", "ack.comment": "Comment", "ack.send": "Acknowledge", "ack.cancel": "Cancel", "ack.sending": "Sending", "ack.waits": "Being logged", "ack.by": "{by} {time}", "ack.rose": "Has become {severity} since", "ack.failed": "The server cannot be reached, nothing was logged. Send it again.", "ack.gone": "This alert has ended.", "ack.note": "Every screen shows name and comment. No telephone numbers, please.",
  "card.alert": "Alert", "card.what": "What", "card.alert_gone": "This alert has ended.", "card.ack": "Seen by", "card.ack.none": "Nobody has acknowledged it yet", "card.comment": "Comment", "card.alert_work": "The work", "card.alert_incident": "The incident",
  "sound.off": "Sound off", "sound.on": "Sound on", "sound.asleep": "Sound waits", "sound.why": "Beeps until critical alerts are acknowledged (S)", "sound.asleep.why": "Click once on the page to let it sound",
  "undelivered": "Critical alert not delivered", "undelivered.stopped": "Alerts are not sent", "undelivered.since": "for {age}", "log.stopped": "No dispatcher runs (dispatch): alerts go out to nobody.", "undelivered.where": "{endpoint} · for {age}", "undelivered.more": "and {n} more",
  "log": "Deliveries", "log.title": "Deliveries of alerts", "log.none": "No endpoint is registered.", "log.failed": "Deliveries cannot be read. Trying again.", "log.attempts.none": "Nothing sent yet.", "log.off": "disabled", "log.dead": "{n} dead letters", "log.waits": "Critical alert waiting for {age}: {title}", "log.at": "Time", "log.answer": "Answer", "log.took": "Took", "log.alert": "Alert", "log.ms": "{n} ms", "log.sent": "Sent ({status})", "log.not_sent": "Failed", "log.loading": "Loading", "log.table": "Deliveries to {endpoint}",
  "error.timeout": "no answer", "error.connect": "no connection", "error.refused": "address not allowed", "error.dns": "name not found", "error.tls": "TLS error", "error.secret": "signing key", "error.url": "address", "error.body": "no message could be made", "error.gone": "wants no more", "error.busy": "asks to wait", "error.redirect": "redirects", "error.status": "",
  "help.key.a": "Alerts: ↑ ↓ move, Enter flies there, K acknowledges, Shift+K without a comment", "help.key.s": "Alert sound on or off",
};

addWords({ ko, en });
