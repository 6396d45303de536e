"""A reader of bank statements: initiate, upload, process, ask again, and take the report."""

from dataclasses import dataclass, field

from ...contract import Answer, Callback, Desk, Received, dig, said
from ...forgetting import Known
from ..opening import Opening
from .canonical import signed
from .statements import POLLS, REPORT, UNREADABLE, Transaction

ORGANISATION = "demo"
PATH = "/statementlab/api/v3/organisations/{organisation}/transactions"


@dataclass(slots=True)
class StatementLab:
    """Reads one statement a transaction; bills the start of the work, once."""

    opening: Opening
    _transactions: dict[str, Transaction] = field(default_factory=dict)

    async def initiate(self, received: Received) -> Answer:
        if (refusal := self._refusal(received)) is not None:
            return refusal
        payload = dig(received.json(), "payload")
        theirs = dig(payload, "txnId")
        if not theirs or dig(payload, "processingType") != "STATEMENT":
            return refused(400, "InvalidPayload", "processingType and txnId are wanted")
        if any(known.theirs == theirs for known in self._transactions.values()):
            return DUPLICATE
        number = f"ST{len(self._transactions) + 1:06}"
        url = dig(payload, "transactionCompleteCallbackUrl") or self.opening.callback_url
        self._transactions[number] = Transaction(number, str(theirs), str(url))
        return said({"transaction": {"transactionId": number}})

    async def upload(self, received: Received) -> Answer:
        transaction = self._found(received)
        if isinstance(transaction, Answer):
            return transaction
        file = received.parts().get("file")
        if file is None or not file.content:
            return refused(400, "InvalidFile", "a part named file is wanted")
        number = f"{transaction.number}-F{len(transaction.files) + 1}"
        transaction.files[number] = file.content
        return said({"file": {"fileId": number, "fileName": file.filename}})

    async def process(self, received: Received) -> Answer:
        transaction = self._found(received)
        if isinstance(transaction, Answer):
            return transaction
        content = transaction.files.get(str(dig(received.json(), "payload", "fileId")))
        if content is None:
            return refused(400, "InvalidFile", "no such fileId")
        if transaction.polls is not None:
            return DUPLICATE
        transaction.polls = POLLS if received.polls is None else received.polls
        readable = UNREADABLE not in content
        transaction.outcome = "COMPLETED" if readable else "REJECTED"
        started = {"transactionId": transaction.number, "status": "ACCEPTED"}
        return said(started, status=202, billed=readable, callbacks=self._callbacks(transaction))

    async def status(self, received: Received) -> Answer:
        transaction = self._found(received)
        if isinstance(transaction, Answer):
            return transaction
        status = transaction.status
        if transaction.polls is not None:
            transaction.asked += 1
        return said({"transactionId": transaction.number, "status": status})

    async def reports(self, received: Received) -> Answer:
        transaction = self._found(received)
        if isinstance(transaction, Answer):
            return transaction
        if transaction.status != "COMPLETED":
            return refused(400, "ReportNotReady", "the transaction is not completed")
        return said({"transactionId": transaction.number, **REPORT})

    def subject(self, received: Received) -> str:
        found = self._transactions.get(received.path_params.get("id", ""))
        return found.theirs if found else ""

    def reference(self, received: Received) -> str:
        return self.subject(received) or str(dig(received.json(), "payload", "txnId") or "")

    def _refusal(self, received: Received) -> Answer | None:
        if received.path_params["organisation"] != ORGANISATION:
            return refused(404, "UnknownOrganisation", "no such organisation")
        good = signed(received, self.opening.known.statementlab_private_key)
        return None if good else refused(401, "SignatureMismatch", "the signature does not match")

    def _found(self, received: Received) -> Transaction | Answer:
        found = Known(self._transactions).get(received.path_params["id"])
        missing = refused(404, "UnknownTransaction", "no such transaction")
        return self._refusal(received) or found or missing

    def _callbacks(self, transaction: Transaction) -> tuple[Callback, ...]:
        if not transaction.callback_url:
            return ()
        told = {
            "transactionId": transaction.number,
            "txnId": transaction.theirs,
            "status": transaction.outcome,
        }
        body = said(told).body
        return (Callback(transaction.callback_url, body, on_send=transaction.decide),)


def refused(status: int, code: str, message: str) -> Answer:
    return said({"error": {"code": code, "message": message}}, status=status)


FAILURE = refused(500, "InternalError", "internal error")
DUPLICATE = refused(409, "DuplicateTransaction", "this txnId was used before")
SKEWED = refused(401, "DateOutOfRange", "X-Statement-Date is out of range")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    lab = StatementLab(opening)
    desks = (
        ("POST", PATH, lab.initiate),
        ("POST", f"{PATH}/{{id}}/files", lab.upload),
        ("POST", f"{PATH}/{{id}}/bank-statements", lab.process),
        ("GET", f"{PATH}/{{id}}/status", lab.status),
        ("GET", f"{PATH}/{{id}}/reports", lab.reports),
    )
    return tuple(
        Desk(
            opening.bureau,
            path,
            answer,
            FAILURE,
            lab.reference,
            method=method,
            subject=lab.subject,
            duplicate=DUPLICATE,
            skewed=SKEWED,
        )
        for method, path, answer in desks
    )
