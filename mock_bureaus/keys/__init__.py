"""Asymmetric keys, made when first asked for and kept for as long as the process lives."""

from functools import cache
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

RSA_BITS, RSA_EXPONENT = 2048, 65537
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Give the key of this name: the same one all through the process."""
    _ = name
    return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)


@cache
def ec_key(name: str, curve: Literal["P-256", "P-384"] = "P-256") -> ec.EllipticCurvePrivateKey:
    _ = name
    return ec.generate_private_key(CURVES[curve]())


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def rsa_private_pem(name: str) -> str:
    return private_pem(rsa_key(name))


def ec_private_pem(name: str, curve: Literal["P-256", "P-384"] = "P-256") -> str:
    return private_pem(ec_key(name, curve))


def ec_public_pem(name: str, curve: Literal["P-256", "P-384"] = "P-256") -> str:
    return public_pem(ec_key(name, curve))
