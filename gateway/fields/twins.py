"""Subject values that the gateway filled and that stand in the report too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from datachannel.v1 import identity_verification_pb2, inquiry_pb2, user_info_pb2

from connectors.contract import FieldNote
from connectors.words import FieldStatus

from ..model import FieldMeta
from ..subject.filling import Filling
from .schema import prefix

SECTION = "identity_verification"
TWINS = frozenset(inquiry_pb2.Subject.DESCRIPTOR.fields_by_name) & frozenset(
    identity_verification_pb2.IdentityVerification.DESCRIPTOR.fields_by_name
)
"""Fields of the same name in `Subject` and `IdentityVerification`."""


def write_twins(user_info: user_info_pb2.UserInfo, fillings: Iterable[Filling]) -> None:
    """Begin a report with what was filled; what a bureau says of a field replaces it."""
    for filling in fillings:
        if filling.path in TWINS:
            _write(user_info.identity_verification, filling)


def _write(section: identity_verification_pb2.IdentityVerification, filling: Filling) -> None:
    name, value = filling.path, filling.value
    enum = section.DESCRIPTOR.fields_by_name[name].enum_type
    if isinstance(value, date):
        day = getattr(section, name)
        day.year, day.month, day.day = value.year, value.month, value.day
    elif enum is not None:
        setattr(section, name, enum.values_by_name[f"{prefix(enum)}{value}"].number)
    else:
        setattr(section, name, value)


def twin_fields(fillings: Iterable[Filling]) -> dict[str, FieldMeta]:
    """Say where each of these values comes from."""
    return {
        f"{SECTION}.{filling.path}": FieldMeta(
            status=FieldStatus.PRESENT,
            origin=filling.origin,
            rule_id=filling.rule_id,
            note=FieldNote(FieldStatus.PRESENT, filling.as_of),
        )
        for filling in fillings
        if filling.path in TWINS
    }
