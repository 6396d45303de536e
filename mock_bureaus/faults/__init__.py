"""Everything that can go wrong at a bureau: one row a fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from . import carry, distort, raw
from .exchange import Carry, Distort, Exchange

__all__ = ["FAULTS", "Exchange", "Fault", "quantity"]

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer spoilt in what it says, in how it travels, or in both."""

    distort: Distort = distort.as_it_is
    carry: Carry = carry.whole
    worked: bool = True
    """Whether the bureau did its work, and charges for it, before things went wrong."""
    default: float | None = None
    """The argument if none is given; None if the fault takes none."""
    callbacks: Literal["after", "first", "twice", "never"] = "after"
    """When those that the answer brings are sent; seen from the answer."""
    forgets: bool = False
    """The bureau finds nothing on file."""
    expires: bool = False
    """Every token of the bureau expires before the call is looked at."""

    def argument(self, text: str) -> float:
        if text and self.default is None:
            raise ValueError(f"takes no argument, and was given {text!r}")
        return quantity(text) if text else self.default or 0.0


FAULTS: Mapping[str, Fault] = {
    "none": Fault(),
    # The answer does not arrive.
    "hang": Fault(distort.unsaid, carry.silence, worked=False),
    "billed_timeout": Fault(distort.unsaid, carry.silence),
    "reset": Fault(distort.unsaid, carry.reset, worked=False),
    "billed_reset": Fault(distort.unsaid, carry.reset),
    # It arrives late, in part, or without end.
    "slow": Fault(carry=carry.slow, default=2.0),
    "drip": Fault(carry=carry.drip, default=0.001),
    "reset_mid_body": Fault(carry=carry.reset_mid_body),
    "reset_after": Fault(carry=carry.reset_after),
    "truncated": Fault(carry=carry.truncated),
    "huge": Fault(carry=carry.huge, default=32 * MEGABYTE),
    "lying_length": Fault(carry=raw.lying_length, default=-1),
    "gzip": Fault(distort.gzip_body),
    "gzip_bomb": Fault(carry=raw.gzip_bomb, default=64 * MEGABYTE),
    # Something else answers in the bureau's place.
    "html": Fault(distort.html_page, worked=False),
    "json_error": Fault(distort.json_error, worked=False),
    "status": Fault(distort.bare_status, worked=False, default=503),
    "rate_limited": Fault(distort.rate_limited, worked=False, default=1),
    "rate_limited_mute": Fault(distort.rate_limited_mute, worked=False),
    "bureau_error": Fault(distort.bureau_error, worked=False),
    # The bureau itself has an off day.
    "no_hit": Fault(forgets=True),
    "slow_no_hit": Fault(carry=carry.slow, default=2.0, forgets=True),
    "token_expired": Fault(expires=True),
    "duplicate": Fault(distort.duplicate, worked=False),
    "clock_skew": Fault(distort.skewed, worked=False),
    # The answer arrives and is not what it says it is.
    "bad_json": Fault(distort.cut_short),
    "object_for_array": Fault(distort.object_for_array),
    "wrong_content_type": Fault(distort.wrong_content_type),
    "wrong_charset": Fault(distort.wrong_charset),
    "wrong_subject": Fault(distort.wrong_subject),
    # What it says of its own accord comes at the wrong time.
    "callback_first": Fault(callbacks="first"),
    "callback_twice": Fault(callbacks="twice"),
    "callback_never": Fault(callbacks="never"),
}


def quantity(text: str) -> float:
    """Read "50ms" and "2s" as seconds, and a bare number as itself."""
    if text.endswith("ms"):
        return float(text[:-2]) / 1000
    return float(text.removesuffix("s"))
