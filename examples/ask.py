# ruff: noqa: INP001 - a script, not a module
"""
Ask a gateway for one report and print it as JSON.

    python examples/ask.py 127.0.0.1:7443 --insecure --api-key KEY --product NAME \
        --name 'Zhang San' --id-number 11010519491231002X --recipient BUREAU
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, values_pb2
from google.protobuf.json_format import MessageToJson

from datachannel_client import Client, GatewayRefusal, Tls


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask a gateway for one report.")
    parser.add_argument("target", help="HOST:PORT")
    parser.add_argument("--api-key")
    parser.add_argument("--insecure", action="store_true", help="no TLS: a trial on this machine")
    parser.add_argument("--ca", type=Path, help="PEM of who signs the gateway's certificate")
    parser.add_argument("--cert", type=Path, help="PEM of our own certificate")
    parser.add_argument("--key", type=Path, help="PEM of its key")
    parser.add_argument("--inquiry-id", default=str(uuid4()))
    parser.add_argument("--product", required=True)
    parser.add_argument("--purpose", default="CREDIT_ORIGINATION")
    parser.add_argument("--recipient", action="append", default=[], help="a bureau consented to")
    for name in ("name", "id-type", "id-number", "mobile", "email", "bank-card"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds")
    return parser.parse_args()


def request(given: argparse.Namespace) -> pb.GetUserInfoRequest:
    purpose = inquiry_pb2.Purpose.Value(f"PURPOSE_{given.purpose}")
    now = datetime.now(UTC)
    asked = pb.GetUserInfoRequest(
        inquiry_id=given.inquiry_id,
        product=given.product,
        purpose=purpose,
        consent=inquiry_pb2.Consent(
            id=f"example-{given.inquiry_id}", purposes=[purpose], recipients=given.recipient
        ),
    )
    asked.consent.granted_at.FromDatetime(now - timedelta(minutes=1))
    asked.consent.expires_at.FromDatetime(now + timedelta(days=1))
    for name in ("name", "id_number", "mobile", "email", "bank_card"):
        if (value := getattr(given, name)) is not None:
            setattr(asked.subject, name, value)
    if given.id_type is not None:
        asked.subject.id_type = values_pb2.IdType.Value(f"ID_TYPE_{given.id_type}")
    return asked


def tls(given: argparse.Namespace) -> Tls | None:
    if given.insecure:
        return None
    ca, cert, key = (
        path.read_bytes() if path else None for path in (given.ca, given.cert, given.key)
    )
    return Tls(ca=ca, certificate=cert, key=key)


async def main() -> int:
    given = arguments()
    client = Client(given.target, api_key=given.api_key, tls=tls(given), insecure=given.insecure)
    try:
        async with client:
            report = await client.get_user_info(request(given), timeout=given.timeout)
    except GatewayRefusal as refused:
        sys.stderr.write(f"{refused}\n")
        for violation in refused.violations:
            sys.stderr.write(f"  {violation.path}: {violation.description}\n")
        return 1
    sys.stdout.write(MessageToJson(report, preserving_proto_field_name=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
