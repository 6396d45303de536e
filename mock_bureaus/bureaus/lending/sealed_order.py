"""An order sealed with its sender's private key, in which persons are hashes."""

import json
import re
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

WANTED = ("member_id", "terminal_id", "trans_id", "trade_date", "id_no", "id_name", "versions")

_FORMS = {
    "trade_date": re.compile(r"\d{14}"),
    # In capitals these would be of another text, as far as the bureau knows.
    "id_no": re.compile(r"[0-9a-f]{32}"),
    "id_name": re.compile(r"[0-9a-f]{32}"),
    "encrypt_type": re.compile("MD5"),
}


def hashed(text: str) -> str:
    """Hash a number or a name, the way that orders name persons."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def unsealed(content: str, sender: RSAPublicKey) -> dict[str, Any] | None:
    """
    Read what was encrypted with the private key, in blocks of the key's size.

    To the arithmetic of RSA that is a signature: its padding is of type 1, and what
    verifies it also shows what was signed. None if the key was another.
    """
    size = sender.key_size // 8
    try:
        sealed = bytes.fromhex(content)
        blocks = (sealed[start : start + size] for start in range(0, len(sealed), size))
        opened = (sender.recover_data_from_signature(each, PKCS1v15(), None) for each in blocks)
        order = json.loads(b"".join(opened))
    except (InvalidSignature, ValueError):
        return None
    return order if isinstance(order, dict) else None


def well_formed(order: Mapping[str, Any]) -> bool:
    return isinstance(order["trans_id"], str) and all(
        form.fullmatch(str(order.get(name))) for name, form in _FORMS.items()
    )
