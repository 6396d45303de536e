"""The environment's part in the gateway's own file: `${env.NAME:default}`, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.faults import Findings, Place

_REFERENCE = re.compile(r"\$\{env\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<default>[^{}]*))?\}")


def substitute_env(value: object, env: Mapping[str, str]) -> object:
    """
    Replace `${env.NAME}` and `${env.NAME:default}` in every string of a value.

    What comes out is a string again, whatever it looks like. A variable that is
    set to nothing is set. Raises `ConfigError` with every variable that is not.
    """
    findings = Findings()
    replaced = _replaced(value, env, (), findings)
    findings.close()
    return replaced


def _replaced(value: object, env: Mapping[str, str], at: Place, findings: Findings) -> object:
    if isinstance(value, dict):
        return {key: _replaced(part, env, (*at, key), findings) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, env, (*at, i), findings) for i, part in enumerate(value)]
    if not isinstance(value, str):
        return value

    def look_up(found: re.Match[str]) -> str:
        text = env.get(found["name"], found["default"])
        if text is None:
            findings.add(f"the environment has no {found['name']}, and no default is given", *at)
        return text or ""

    if "${env" in _REFERENCE.sub("", value):
        findings.add("must be ${env.NAME} or ${env.NAME:default}", *at)
    return _REFERENCE.sub(look_up, value)
