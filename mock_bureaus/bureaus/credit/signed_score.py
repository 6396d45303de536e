"""A score whose question and answer are both signed, over the bytes as they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256

from ...contract import Answer, Desk, Received, dig, said
from ...keys import ec_key
from ...keys.reading import elliptic_public_half
from ..opening import Opening

PATH = "/circlescore/v1/report-with-score"
OWN_KEY = "circlescore_bureau"
"""The name of the bureau's own key; its public half is among what a client knows."""

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "primerNombre": ("primerNombre",),
    "apellidoPaterno": ("apellidoPaterno",),
    "fechaNacimiento": ("fechaNacimiento",),
    "RFC": ("RFC",),
    "domicilio.CP": ("domicilio", "CP"),
}
_BLOCKED = 1


@dataclass(slots=True)
class SignedScore:
    """Scores and credits; bills whoever asks, unless the file is blocked."""

    opening: Opening
    _issued: int = 100000

    async def report(self, received: Received) -> Answer:
        known, headers = self.opening.known, received.headers
        if headers.get("x-api-key") != known.circlescore_api_key:
            return refused(HTTPStatus.UNAUTHORIZED, "401.1", "La llave de API no es válida.")
        user = (headers.get("username"), headers.get("password"))
        if user != (known.circlescore_user, known.circlescore_password):
            return refused(HTTPStatus.UNAUTHORIZED, "401.2", "Usuario o contraseña incorrectos.")
        client = elliptic_public_half(known.circlescore_private_key)
        if not verified(received.body, headers.get("x-signature", ""), client):
            return refused(HTTPStatus.FORBIDDEN, "403.1", "La firma de la petición no es válida.")
        asked = received.json()
        missing = next((name for name, path in _REQUIRED.items() if not dig(asked, *path)), None)
        if missing is not None:
            required = f'El campo "{missing}" es requerido.'
            return refused(HTTPStatus.BAD_REQUEST, "400.1", required)
        answer = self._answered(asked)
        # What is said of a person is signed: a client is to take no one else's word for it.
        signature = signed(answer.body, ec_key(OWN_KEY, "P-384"))
        return replace(answer, headers={"x-signature": signature})

    def _answered(self, asked: Mapping[str, Any]) -> Answer:
        person = self.opening.people.get(str(asked["RFC"]))
        file = person.on_file.get("circlescore") if person else None
        if person is None or file is None or not _same(asked, person.name, person.birthday):
            return replace(
                refused(HTTPStatus.NOT_FOUND, "404.1", "No se encontró a la persona."),
                billed=True,
            )
        self._issued += 1
        document = {
            "folioConsulta": str(self._issued),
            "persona": {
                "primerNombre": asked["primerNombre"],
                "apellidoPaterno": asked["apellidoPaterno"],
                "fechaNacimiento": person.birthday,
                "RFC": person.id_number,
            },
            **file,
        }
        blocked = any(each["tipoMensaje"] == _BLOCKED for each in file["mensajes"])
        return said(document, billed=not blocked)


def signed(body: bytes, key: EllipticCurvePrivateKey) -> str:
    return key.sign(body, ECDSA(SHA256())).hex()


def verified(body: bytes, signature: str, key: EllipticCurvePublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(signature), body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def refused(status: HTTPStatus, code: str, message: str) -> Answer:
    return said({"errores": [{"codigo": code, "mensaje": message}]}, status=status)


FAILURE = refused(HTTPStatus.SERVICE_UNAVAILABLE, "503.1", "Servicio no disponible.")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    return (Desk(opening.bureau, PATH, SignedScore(opening).report, FAILURE),)


def _same(asked: Mapping[str, Any], name: str, birthday: str) -> bool:
    first, surname, *_ = name.split()
    given = [str(asked[name]).upper() for name in ("primerNombre", "apellidoPaterno")]
    return (*given, asked["fechaNacimiento"]) == (first, surname, birthday)
