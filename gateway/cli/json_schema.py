"""`schema`: what editors need to complete and check our YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from connectors.bureau import BureauSpec
from connectors.spec import ConnectorSpec

from ..config.settings import Settings
from ..policy import CallerPolicy
from ..product import ProductSpec
from . import process

MODELS: Mapping[str, type[BaseModel]] = {
    "gateway": Settings,
    "bureau": BureauSpec,
    "connector": ConnectorSpec,
    "product": ProductSpec,
    "caller": CallerPolicy,
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="One file for each, instead of printing.")
    ] = None,
) -> None:
    """
    Give the JSON Schemas of gateway.yaml, bureaus, connectors, products and callers.

    For an editor, put this on the first line of a file:
    # yaml-language-server: $schema=schemas/connector.schema.json

    Example: bureau-gateway schema --out schemas

    Exit code: 0.
    """
    schemas = {name: described(model) for name, model in MODELS.items()}
    if out is None:
        process.say(json.dumps(schemas, ensure_ascii=False, indent=2))
        raise typer.Exit(process.FINE)
    out.mkdir(parents=True, exist_ok=True)
    for name, written in schemas.items():
        file = out / f"{name}.schema.json"
        file.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        process.say(str(file))
    raise typer.Exit(process.FINE)


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Write a model as JSON Schema; the docstrings of its fields are the descriptions."""
    return {"$schema": _DIALECT, **model.model_json_schema(by_alias=True, mode="validation")}
