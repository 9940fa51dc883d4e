"""What the access records call each thing that is done: one table for the API and for commands.

A verb means one thing for as long as records are kept (two years): none is given another meaning.
Its words for people are `does.VERB` of the catalogue. Records of before the table have the kind of
the subject alone, and are shown as they are.
"""

from collections.abc import Mapping

from streams.contract.enums import AccessAction

_ACT, _LOOK, _KEY = AccessAction.ACT, AccessAction.LOOK, AccessAction.KEY
_DELETE, _DOWNLOAD = AccessAction.DELETE, AccessAction.DOWNLOAD
_FAILED = AccessAction.LOGIN_FAILED

ACTS: Mapping[str, AccessAction] = {
    "account.add": _ACT,
    "account.codes": _KEY,
    "account.end_sessions": AccessAction.LOGOUT,
    "account.first": _ACT,
    "account.first_code": _KEY,
    "account.forget": _DELETE,
    "account.list": _LOOK,
    "account.lock": _ACT,
    "account.password": _KEY,
    "account.remove": _DELETE,
    "account.reseal": _KEY,
    "account.reset": _KEY,
    "account.roles": _ACT,
    "account.secrets": _DELETE,
    "account.token": _KEY,
    "account.unlock": _ACT,
    "alert.acknowledge": _ACT,
    "call.done": _ACT,
    "call.forget": _DELETE,
    "call.list": _LOOK,
    "call.take": _ACT,
    "closure.change": _ACT,
    "closure.end": _ACT,
    "closure.make": _ACT,
    "closure.undo": _ACT,
    "crew_link.end": _DELETE,
    "crew_link.list": _LOOK,
    "crew_link.make": _KEY,
    "dataset.look": _LOOK,
    "endpoint.add": _ACT,
    "endpoint.change": _ACT,
    "endpoint.list": _LOOK,
    "endpoint.look": _LOOK,
    "endpoint.remove": _DELETE,
    "endpoint.rotate": _KEY,
    "endpoint.test": _KEY,
    "export.dataset": _DOWNLOAD,
    "export.links": _DOWNLOAD,
    "export.map": _DOWNLOAD,
    "export.report": _DOWNLOAD,
    "export.works": _DOWNLOAD,
    "export.works_table": _DOWNLOAD,
    "incident.end": _ACT,
    "key.derive": _KEY,
    "key.make": _KEY,
    "key.rotate": _KEY,
    "letter.list": _LOOK,
    "login.admin_key": _FAILED,
    "login.first_code": _FAILED,
    "login.none": AccessAction.REFUSED,
    "login.passkey": _FAILED,
    "login.password": _FAILED,
    "login.provider": _FAILED,
    "login.token": _FAILED,
    "message.send_again": _ACT,
    "passkey.add": _KEY,
    "passkey.remove": _DELETE,
    "photo.list": _LOOK,
    "photo.look": _LOOK,
    "photo.push_out": _DELETE,
    "photo.put": _ACT,
    "record.export": _DOWNLOAD,
    "record.list": _LOOK,
    "record.report": _DOWNLOAD,
    "retention.delete": _DELETE,
    "retention.run": _ACT,
    "session.begin": AccessAction.LOGIN,
    "session.end": AccessAction.LOGOUT,
    "shift.hand_over": _ACT,
    "shift.list": _LOOK,
    "shift.look": _LOOK,
    "shift.note": _ACT,
    "shift.take_over": _ACT,
    "shift.withdraw": _ACT,
    "situation.act": _ACT,
    "snapshot.make": _ACT,
    "snapshot.take_out": _DOWNLOAD,
    "state.audit": _LOOK,
    "state.refold": _ACT,
    "state.restore": _ACT,
    "work.end": _ACT,
    "work.forget": _DELETE,
}
"""A verb -> the action of its records. What is begun as `login` and fails has an action of how it
failed (`login-failed`, `login-locked`, `refused`).
"""
