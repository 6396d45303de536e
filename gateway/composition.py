"""The stages of the pipeline, each with what it needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from connectors.kit import Kit

from .catalog.assembly import Assembled
from .fields.schema import read_user_info
from .inquiries.desk import Desk, Ports
from .inquiries.kept.keeping import Keeping
from .inquiries.line import Line
from .inquiries.runs import Runs
from .limits import Admission, CallerSpending
from .pipeline import Pipeline
from .security.keys import Keys
from .stages.admit import Admit
from .stages.authorize import Authorize
from .stages.fan_out import FanOut
from .stages.fill import Fill
from .stages.shadow import DailySpend, Draw, Shadows
from .stages.structure import Structure
from .stages.validate import Validate
from .stages.verify import Verify
from .store.ledger.contract import Ledger
from .store.ledger.records import Records
from .store.sealing import Sealer
from .stores import KEY_ID
from .telemetry.inquiries import InquiryLog
from .telemetry.log import JsonLog
from .telemetry.shadows import ShadowLog


@dataclass(frozen=True, slots=True)
class Lasting:
    """What goes on whatever is composed anew: money that is spent, and inquiries under way."""

    spending: CallerSpending
    runs: Runs = field(default_factory=Runs)
    """With others, an inquiry under way could be made a second time beside itself."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The line of stages, and the desk in front of it."""

    pipeline: Pipeline
    desk: Desk


def compose(
    assembled: Assembled,
    keys: Keys,
    kit: Kit,
    ledger: Ledger,
    lasting: Lasting,
    log: JsonLog,
) -> Composed:
    """Put the stages in their places."""
    products, version = assembled.products, assembled.catalog.version
    identify = assembled.callers.identify
    records = Records(ledger, identify, keys.subject_token, products, version)
    draw = Draw(assembled.shadows, keys.shadow)
    shadows = Shadows(
        assembled.shadows,
        assembled.calls,
        read_user_info,
        kit.clock,
        assembled.owned,
        DailySpend(kit.clock),
        ShadowLog(log),
    )
    authorize = Authorize(
        assembled.seats,
        assembled.terms,
        keys.subject_token,
        version,
        kit.clock,
        records,
        draw,
        assembled.buying,
        lasting.spending,
        assembled.known,
    )
    fan_out = FanOut(assembled.calls, assembled.seats, read_user_info, kit.clock, records)
    pipeline = Pipeline(
        admit=Admit(assembled.callers, products, kit.clock),
        validate=Validate({name: preset.rules for name, preset in assembled.presets.items()}),
        fill=Fill(assembled.presets),
        authorize=authorize,
        fan_out=fan_out,
        structure=Structure(assembled.blueprints, kit.clock),
        verify=Verify(assembled.seats),
        refuse=records.refused,
        ended=InquiryLog(log, kit.clock, identify, products),
        trial=lambda answers: shadows.begin(answers, answers.granted.shadows),
        room=Admission(identify, kit.clock),
        would_grant=authorize.decide,
    )
    line = Line(
        pipeline,
        authorizing=lambda grants: replace(authorize, grants=grants),
        knowing=fan_out.knowing,
    )
    ports = _ports(assembled, keys, kit, records)
    return Composed(pipeline, Desk.of(line, ports, lasting.runs))


def _ports(assembled: Assembled, keys: Keys, kit: Kit, records: Records) -> Ports:
    if kit.jobs is None:
        raise TypeError("a gateway that answers keeps jobs")
    return Ports(
        ledger=records.ledger,
        records=records,
        keeping=Keeping(Sealer(KEY_ID, {KEY_ID: keys.inquiries}, kit.random)),
        jobs=kit.jobs,
        lasting=assembled.lasting,
        clock=kit.clock,
        new_id=lambda: kit.random.randbytes(16).hex(),
    )
