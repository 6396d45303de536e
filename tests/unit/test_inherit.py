"""A bureau's `defaults`: a connector's own key wins, and what is wrong is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.words import Outcome
from gateway.catalog.reading import read_catalog
from tests.config_folder import BUREAU, MARK, SCORE, ConfigFolder

BUREAU_FILE, SCORE_FILE = "bureaus/acme.yaml", "connectors/score.yaml"

DEFAULTS = """\
defaults:
  timeout: {attempt: 700ms}
  effect: free
  outcomes:
    - {outcome: NO_HIT, status: 404, body: {code: "1"}}
    - {outcome: BUREAU_ERROR, status: {gte: 500}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    found = ConfigFolder(tmp_path)
    found.files[BUREAU_FILE] = BUREAU + DEFAULTS
    return found


def test_a_connector_takes_what_it_does_not_say_itself(folder: ConfigFolder) -> None:
    folder.files[SCORE_FILE] = SCORE + "timeout: {settle: 9s}\n"
    catalog, _ = read_catalog(folder.write())
    spec = catalog.connectors["score"].spec

    assert folder.findings() == ()
    assert spec.effect == "free"
    # A key is taken whole, or not at all.
    assert (spec.timeout.attempt, spec.timeout.settle) == (3.0, 9.0)
    assert [row.outcome for row in spec.outcomes] == [
        Outcome.HIT,
        Outcome.NO_HIT,
        Outcome.BUREAU_ERROR,
    ]


def test_outcomes_may_be_the_bureaus_alone(folder: ConfigFolder) -> None:
    head, _, rest = SCORE.partition("outcomes:")
    folder.files[SCORE_FILE] = head + "mapping:" + rest.partition("mapping:")[2]
    catalog, _ = read_catalog(folder.write())

    assert [row.outcome for row in catalog.connectors["score"].spec.outcomes] == [
        Outcome.NO_HIT,
        Outcome.BUREAU_ERROR,
    ]


def test_another_bureaus_connectors_take_nothing(folder: ConfigFolder) -> None:
    folder.files["bureaus/beta.yaml"] = BUREAU.replace("acme", "beta")
    folder.files["connectors/other.yaml"] = SCORE.replace("acme", "beta").replace("score", "other")
    catalog, _ = read_catalog(folder.write())

    assert catalog.connectors["other"].spec.timeout.attempt == 3.0
    assert len(catalog.connectors["other"].spec.outcomes) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("timeout: {attempt: 700ms}", "timeout: {atempt: 700ms}", "did you mean `attempt`"),
        ("timeout: {attempt: 700ms}", "timeout: {attempt: 700}", "has a unit"),
        ("effect: free", "effect: cheap", "must be"),
        ("effect: free", "effects: free", "is no key of a connector; did you mean effect?"),
        ("effect: free", "name: free", "is each connector's own"),
        ("{outcome: BUREAU_ERROR, status: {gte: 500}}", "{outcome: BROKEN}", "must be"),
        # Known only once it is built.
        (
            "{outcome: BUREAU_ERROR, status: {gte: 500}}",
            '{outcome: BUREAU_ERROR, body: {"a(": "1"}}',
            "JMESPath",
        ),
    ],
)
def test_what_is_wrong_is_told_in_the_bureaus_file_and_once(
    folder: ConfigFolder, old: str, new: str, says: str
) -> None:
    folder.files["connectors/other.yaml"] = SCORE.replace("name: score", "name: other")
    folder.change(BUREAU_FILE, old, f"{new} {MARK}")

    assert folder.found() == folder.marked()
    (finding,) = folder.findings()
    assert says in str(finding)
    assert finding.at[0] == "defaults"


def test_what_is_wrong_with_a_connector_stays_at_its_own_file(folder: ConfigFolder) -> None:
    folder.change(
        SCORE_FILE,
        '{outcome: HIT, status: 200, body: {code: "0"}}',
        '{outcome: HIT, body: {"x(": "1"}} # !',
    )

    assert folder.found() == folder.marked()
