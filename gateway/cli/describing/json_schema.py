"""`schema`: what editors need to complete and check our YAML, and what people read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from connectors.spec import ConnectorSpec

from .. import process
from .fields import fields_table
from .models import MODELS
from .reference import pages

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="One file for each, instead of printing.")
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write the pages of reference there.")
    ] = None,
    examples: Annotated[
        Path, typer.Option(dir_okay=False, help="The page whose examples they take over.")
    ] = Path("docs/kinds.md"),
    *,
    fields: Annotated[
        bool, typer.Option("--fields", help="The paths of UserInfo and their types, instead.")
    ] = False,
) -> None:
    """
    Give the JSON Schemas of gateway.yaml, bureaus, connectors, products, callers and tables.

    For an editor, put this on the first line of a file:
    # yaml-language-server: $schema=schemas/connector.schema.json

    Example: bureau-gateway schema --out schemas; bureau-gateway schema --fields; or, after a
    change of a kind, bureau-gateway schema --reference docs/reference

    Exit codes: 0 given, 2 there is no page of examples.
    """
    if fields:
        process.say(fields_table())
    elif reference is not None:
        _write_pages(reference, examples)
    elif out is not None:
        _write_schemas(out)
    else:
        schemas = {name: described(model) for name, model in MODELS.items()}
        process.say(json.dumps(schemas, ensure_ascii=False, indent=2))
    raise typer.Exit(process.FINE)


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Write a model as JSON Schema; the docstrings of its fields are the descriptions."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    if model is ConnectorSpec:
        # What is needed besides may come from `defaults` of its bureau.
        schema["required"] = ["name", "bureau"]
    return {"$schema": _DIALECT, **schema}


def _write_schemas(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, model in MODELS.items():
        file = out / f"{name}.schema.json"
        text = json.dumps(described(model), ensure_ascii=False, indent=2)
        file.write_text(text + "\n", encoding="utf-8")
        process.say(str(file))


def _write_pages(out: Path, examples: Path) -> None:
    if not examples.is_file():
        raise typer.BadParameter(f"{examples} is not there: name it by --examples")
    out.mkdir(parents=True, exist_ok=True)
    for name, text in pages(examples.read_text(encoding="utf-8")).items():
        (out / name).write_text(text, encoding="utf-8")
        process.say(str(out / name))
