"""The reader of statements: its canonical signature, and its five steps."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mock_bureaus import DEMO, MockBureaus, Step
from tests.mock_bureaus.listening import listening

ROOT = "/statementlab/api/v3/organisations/demo/transactions"
DATE = "20260101T120000Z"
PDF = b"%PDF-1.4\r\n\x00\xff\r\n--no boundary\r\n"
MULTIPART = (
    b'--b0\r\nContent-Disposition: form-data; name="file"; filename="statement.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n" + PDF + b"\r\n--b0--\r\n"
)


def signed(host: str, method: str, target: str, body: bytes) -> dict[str, str]:
    path, _, query = target.partition("?")
    digest = sha256(body).hexdigest()
    canonical = (
        f"{method}\n{path}\n{query}\nhost:{host}\n"
        f"x-statement-content-sha256:{digest}\nx-statement-date:{DATE}"
    )
    text = f"STATEMENT-RSA-SHA256\n{DATE}\n{sha256(canonical.encode()).hexdigest()}"
    key = load_pem_private_key(DEMO.statementlab_private_key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    signature = key.sign(text.encode(), PKCS1v15(), SHA256()).hex()
    return {"X-Statement-Date": DATE, "X-Statement-Signature": signature}


async def call(
    client: aiohttp.ClientSession,
    method: str,
    target: str,
    body: bytes = b"",
    content_type: str = "application/json",
    spoilt: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    host = str(client._base_url.authority)  # type: ignore[union-attr]  # noqa: SLF001 - as it goes into the header
    headers = {**signed(host, method, target, body), "Content-Type": content_type, **(spoilt or {})}
    async with client.request(method, target, data=body, headers=headers) as reply:
        return reply.status, await reply.json()


def payload(**given: str) -> bytes:
    return json.dumps({"payload": given}).encode()


async def initiate(client: aiohttp.ClientSession, **more: str) -> str:
    body = payload(processingType="STATEMENT", txnId="ref-1", **more)
    status, answer = await call(client, "POST", ROOT, body)
    assert (status, answer) == (200, {"transaction": {"transactionId": "ST000001"}})
    return f"{ROOT}/ST000001"


async def process(client: aiohttp.ClientSession, at: str, form: bytes = MULTIPART) -> Any:
    kind = "multipart/form-data; boundary=b0"
    status, answer = await call(client, "POST", f"{at}/files", form, kind)
    assert (status, answer) == (
        200,
        {"file": {"fileId": "ST000001-F1", "fileName": "statement.pdf"}},
    )
    return await call(client, "POST", f"{at}/bank-statements", payload(fileId="ST000001-F1"))


async def test_five_steps(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    at = await initiate(client)
    early = await call(client, "GET", f"{at}/reports?types=json")
    assert await process(client, at) == (
        202,
        {"transactionId": "ST000001", "status": "ACCEPTED"},
    )
    states = [(await call(client, "GET", f"{at}/status"))[1]["status"] for _ in range(3)]
    status, report = await call(client, "GET", f"{at}/reports?types=json")

    assert early[0] == 400
    assert states == ["ACCEPTED", "IN_PROGRESS", "COMPLETED"]
    assert (status, report["statementdetails"][0]["summary"]["avgBalance"]) == (200, "42000.50")
    assert [each.path for each in bureaus.billed(reference="ref-1")] == [f"{at}/bank-statements"]
    assert bureaus.calls[2].body_bytes == MULTIPART


async def test_a_statement_that_nobody_can_read(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script(
        "statementlab", Step(polls=0, subject="ref-1", path=f"{ROOT}/ST000001/bank-statements")
    )
    at = await initiate(client)
    await process(client, at, MULTIPART.replace(b"%PDF-1.4", b"UNREADABLE"))

    assert (await call(client, "GET", f"{at}/status"))[1]["status"] == "REJECTED"
    assert bureaus.billed() == []


async def test_refuses_what_is_signed_otherwise(client: aiohttp.ClientSession) -> None:
    for spoilt in (
        {"X-Statement-Date": "20260101T120001Z"},
        {"X-Statement-Signature": "00"},
        {"X-Statement-Signature": "no hex"},
        {"Host": "statementlab.example"},
    ):
        assert (await call(client, "POST", ROOT, b"{}", spoilt=spoilt))[0] == 401


async def test_a_query_is_signed_in_order(client: aiohttp.ClientSession) -> None:
    at = await initiate(client)
    headers = signed(
        str(client._base_url.authority),  # type: ignore[union-attr]  # noqa: SLF001 - as above
        "GET",
        f"{at}/status?a=1&b=2",
        b"",
    )
    async with client.get(f"{at}/status?b=2&a=1", headers=headers) as reply:
        assert reply.status == 200


async def test_a_number_is_used_once(client: aiohttp.ClientSession) -> None:
    at = await initiate(client)
    again = await call(client, "POST", ROOT, payload(processingType="STATEMENT", txnId="ref-1"))
    await process(client, at)
    restarted = await call(client, "POST", f"{at}/bank-statements", payload(fileId="ST000001-F1"))

    assert (again[0], restarted[0]) == (409, 409)
    assert (await call(client, "GET", f"{ROOT}/ST9/status"))[0] == 404


async def test_calls_back_where_the_request_says(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    async with listening() as listener:
        at = await initiate(client, transactionCompleteCallbackUrl=listener.url)
        await process(client, at)
        await bureaus.callbacks_settled()

    assert listener.bodies == [
        {"transactionId": "ST000001", "txnId": "ref-1", "status": "COMPLETED"}
    ]
    assert (await call(client, "GET", f"{at}/status"))[1]["status"] == "COMPLETED"
