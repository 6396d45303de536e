"""A degree check that says nothing in the clear: question and answer are sealed with AES."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from ...contract import Answer, Desk, Received, dig, first_missing, said
from ..opening import Opening

PATH = "/sealdegree/api/v1/{product}"
PRODUCT = "DEGREE01"
BLOCK = 16
"""In bytes: of the cipher, and of the initial vector that goes before what it seals."""

OK, INCOMPLETE, NO_PRODUCT, NO_CLIENT, UNREADABLE, BROKEN = 0, 1001, 1002, 1003, 1004, 1099
NO_RECORD = "1000"
"""A string, unlike the others: this bureau's codes are of either kind."""


@dataclass(frozen=True, slots=True)
class SealedDegree:
    """Tells the highest degree of a person; bills a degree found."""

    opening: Opening

    async def query(self, received: Received) -> Answer:
        known = self.opening.known
        if received.headers.get("Access-Id") != known.sealdegree_access_id:
            return coded(NO_CLIENT, "Access-Id无效")
        if received.path_params["product"] != PRODUCT:
            return coded(NO_PRODUCT, "产品未开通")
        sealed = dig(received.json(), "data")
        if not isinstance(sealed, str) or not received.query.get("t", "").isdigit():
            return coded(INCOMPLETE, "参数缺失")
        asked = unseal(sealed, known.sealdegree_key)
        if asked is None:
            return coded(UNREADABLE, "数据解密失败")
        if first_missing(asked, ("name", "id_card")) is not None:
            return coded(INCOMPLETE, "参数缺失")
        return self._degree(asked)

    def subject(self, received: Received) -> str:
        sealed = dig(received.json(), "data")
        asked = unseal(str(sealed), self.opening.known.sealdegree_key) or {}
        return str(asked.get("id_card", ""))

    def _degree(self, asked: Mapping[str, Any]) -> Answer:
        person = self.opening.people.get(str(asked["id_card"]))
        degree = person.on_file.get("sealdegree") if person else None
        if person is None or degree is None or asked["name"] != person.name:
            return coded(NO_RECORD, "查无记录")
        data = seal(degree, self.opening.known.sealdegree_key)
        return said({"code": OK, "message": "ok", "data": data}, billed=True)


def seal(document: Mapping[str, Any], key: str) -> str:
    vector, padder = os.urandom(BLOCK), PKCS7(BLOCK * 8).padder()
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    padded = padder.update(text.encode()) + padder.finalize()
    cipher = Cipher(AES(bytes.fromhex(key)), CBC(vector)).encryptor()
    return b64encode(vector + cipher.update(padded) + cipher.finalize()).decode()


def unseal(sealed: str, key: str) -> dict[str, Any] | None:
    """None if it was sealed with another key, or not at all."""
    try:
        data = b64decode(sealed, validate=True)
        cipher = Cipher(AES(bytes.fromhex(key)), CBC(data[:BLOCK])).decryptor()
        padded = cipher.update(data[BLOCK:]) + cipher.finalize()
        unpadder = PKCS7(BLOCK * 8).unpadder()
        document = json.loads(unpadder.update(padded) + unpadder.finalize())
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def coded(code: int | str, message: str) -> Answer:
    return said({"code": code, "message": message})


FAILURE = coded(BROKEN, "系统异常")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    degrees = SealedDegree(opening)
    return (Desk(opening.bureau, PATH, degrees.query, FAILURE, subject=degrees.subject),)
