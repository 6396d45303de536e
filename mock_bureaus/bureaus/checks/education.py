"""An education check: a signature over the credentials only, and a flag for the bill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from ...contract import Answer, Desk, Received, first_missing, said
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening

MILLISECONDS_DIGITS = 13


@dataclass(slots=True)
class Education:
    """Confirms a degree to whoever knows the number of its certificate."""

    known: Credentials
    people: Mapping[str, Person]
    _tasks: Iterator[int] = field(default_factory=lambda: count(1))

    async def query(self, received: Received) -> Answer:
        form = received.form()
        auth, wanted = ("appId", "timestamp", "sign"), ("name", "idcard", "certificateNo")
        if (name := first_missing(form, (*auth, *wanted))) is not None:
            return self._said(400, f"缺少参数{name}")
        if not self._signed(form):
            return self._said(401, "签名验证失败")
        person = self.people.get(form["idcard"])
        degree = person.on_file.get("education") if person else None
        if degree is None or any(degree[key] != form[key] for key in ("name", "certificateNo")):
            return self._said(404, "查无")
        return self._said(200, "成功", data=degree)

    def _signed(self, form: Mapping[str, str]) -> bool:
        app_id, timestamp = self.known.education_app_id, form["timestamp"]
        signed = signature(app_id, self.known.education_app_secret, timestamp)
        in_milliseconds = timestamp.isdigit() and len(timestamp) == MILLISECONDS_DIGITS
        return (form["appId"], form["sign"]) == (app_id, signed) and in_milliseconds

    def _said(self, code: int, message: str, data: Mapping[str, object] | None = None) -> Answer:
        # The bureau bills a record found, and says so itself.
        billed = data is not None
        envelope = {
            "code": code,
            "msg": message,
            "charge": billed,
            "taskNo": f"{next(self._tasks):04}",
        }
        return said(envelope | {"data": data} if billed else envelope, billed=billed)


def signature(app_id: str, app_secret: str, timestamp: str) -> str:
    """Sign a query; what is asked, and about whom, is not part of it."""
    return sha256(f"{app_id}{app_secret}{timestamp}".encode()).hexdigest()


FAILURE = said({"code": 500, "msg": "系统异常", "charge": False, "taskNo": "0000"})
SKEWED = said({"code": 401, "msg": "时间戳已过期", "charge": False, "taskNo": "0000"})


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    degrees = Education(opening.known, opening.people)
    path = "/education/academic-degree/query"
    return (Desk(opening.bureau, path, degrees.query, FAILURE, skewed=SKEWED),)
