"""The signed score: signatures both ways, over the bytes as they travel."""

import json
from typing import Any

import aiohttp
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.credit.signed_score import PATH
from mock_bureaus.keys import ec_key

JUAN = {
    "primerNombre": "JUAN",
    "apellidoPaterno": "PRUEBA",
    "apellidoMaterno": "SIETE",
    "fechaNacimiento": "1980-01-07",
    "RFC": "PUAC800107",
    "nacionalidad": "MX",
    "domicilio": {"direccion": "CALLE DE PRUEBA 1", "ciudad": "CIUDAD", "CP": "11230"},
}
ANA = JUAN | {"primerNombre": "ANA", "fechaNacimiento": "1980-01-08", "RFC": "PUAD800108"}
LUIS = JUAN | {"primerNombre": "LUIS", "fechaNacimiento": "1980-01-09", "RFC": "PUAE800109"}
NOBODY = JUAN | {"RFC": "PUAX800107"}


def signed(body: bytes, key: EllipticCurvePrivateKey | None = None) -> dict[str, str]:
    if key is None:
        own = load_pem_private_key(DEMO.circlescore_private_key.encode(), None)
        assert isinstance(own, EllipticCurvePrivateKey)
        key = own
    return {
        "Content-Type": "application/json",
        "x-api-key": DEMO.circlescore_api_key,
        "username": DEMO.circlescore_user,
        "password": DEMO.circlescore_password,
        "x-signature": key.sign(body, ECDSA(SHA256())).hex(),
    }


async def ask(
    client: aiohttp.ClientSession, asked: dict[str, Any], **spoilt: str
) -> tuple[int, bytes, str]:
    body = json.dumps(asked).encode()
    async with client.post(PATH, data=body, headers=signed(body) | spoilt) as reply:
        return reply.status, await reply.read(), reply.headers.get("x-signature", "")


def check(body: bytes, signature: str) -> None:
    key = load_pem_public_key(DEMO.circlescore_bureau_public_key.encode())
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(bytes.fromhex(signature), body, ECDSA(SHA256()))


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    status, body, signature = await ask(client, JUAN)

    assert status == 200
    assert body.decode() == (
        '{"folioConsulta":"100001","persona":{"primerNombre":"JUAN","apellidoPaterno":"PRUEBA",'
        '"fechaNacimiento":"1980-01-07","RFC":"PUAC800107"},'
        '"consultas":[{"fechaConsulta":"2025-11-02","importeCredito":12000}],"creditos":['
        '{"tipoCuenta":"R","saldoActual":3200,"limiteCredito":10000,"saldoVencido":0,'
        '"numeroPagosVencidos":0,"peorAtraso":1,"historicoPagos":" V V V01 V",'
        '"registroImpugnado":0},{"tipoCuenta":"F","saldoActual":41000,"limiteCredito":60000,'
        '"saldoVencido":1800,"numeroPagosVencidos":2,"peorAtraso":2,'
        '"historicoPagos":"0201 V V","registroImpugnado":1}],'
        '"scores":[{"nombreScore":"FICO","valor":546,"razones":["D8","E4","K0","D2"]}],'
        '"mensajes":[{"tipoMensaje":2,"leyenda":"No se obtuvo respuesta de otras SIC\'s"}]}'
    )
    check(body, signature)
    assert bureaus.calls[0].billed


async def test_an_answer_that_was_touched_fails_its_signature(
    client: aiohttp.ClientSession,
) -> None:
    _, body, signature = await ask(client, JUAN)

    with pytest.raises(InvalidSignature):
        check(body.replace(b"546", b"746"), signature)


async def test_zero_is_no_score(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    _, body, _ = await ask(client, ANA)

    assert json.loads(body)["scores"][0]["valor"] == 0
    assert bureaus.calls[0].billed


async def test_a_blocked_file_tells_nothing_and_is_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    status, body, signature = await ask(client, LUIS)
    document = json.loads(body)

    assert (status, document["scores"], document["creditos"]) == (200, [], [])
    assert document["mensajes"][0]["tipoMensaje"] == 1
    check(body, signature)
    assert not bureaus.calls[0].billed


@pytest.mark.parametrize(
    "asked", [NOBODY, JUAN | {"fechaNacimiento": "1980-01-08"}], ids=["number", "birthday"]
)
async def test_nobody_is_found_in_a_404_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus, asked: dict[str, Any]
) -> None:
    status, body, signature = await ask(client, asked)

    assert status == 404
    assert json.loads(body) == {
        "errores": [{"codigo": "404.1", "mensaje": "No se encontró a la persona."}]
    }
    check(body, signature)
    assert bureaus.calls[0].billed


async def test_a_field_that_is_missing_is_named(client: aiohttp.ClientSession) -> None:
    status, body, _ = await ask(client, JUAN | {"RFC": ""})

    assert status == 400
    assert body.decode() == (
        '{"errores":[{"codigo":"400.1","mensaje":"El campo \\"RFC\\" es requerido."}]}'
    )


@pytest.mark.parametrize(
    ("spoilt", "status", "code"),
    [
        ({"x-api-key": "stolen"}, 401, "401.1"),
        ({"username": "other"}, 401, "401.2"),
        ({"password": "stolen"}, 401, "401.2"),
        ({"x-signature": ""}, 403, "403.1"),
        ({"x-signature": "no hexadecimals"}, 403, "403.1"),
        (signed(b"other bytes"), 403, "403.1"),
        (signed(json.dumps(JUAN).encode(), ec_key("other", "P-384")), 403, "403.1"),
    ],
    ids=["api key", "user", "password", "unsigned", "no hex", "other bytes", "other key"],
)
async def test_refusals_have_a_status_and_a_code(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    spoilt: dict[str, str],
    status: int,
    code: str,
) -> None:
    answered, body, _ = await ask(client, JUAN, **spoilt)

    assert (answered, json.loads(body)["errores"][0]["codigo"]) == (status, code)
    assert not bureaus.calls[0].billed


async def test_breaks_down_in_its_own_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("circlescore", Step("bureau_error"))
    status, body, _ = await ask(client, JUAN)

    assert (status, json.loads(body)["errores"][0]["codigo"]) == (503, "503.1")
