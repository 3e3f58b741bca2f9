"""`agentlab openapi`: the contract of the REST API."""

import json

import typer

from agentlab.cli.up import one_sentence_on_failure
from agentlab.settings import Settings


def openapi() -> None:
    """Print the REST API's OpenAPI document."""
    from agentlab.app import create_app  # noqa: PLC0415 - the other commands need not wait for it

    with one_sentence_on_failure():
        document = create_app(Settings(), with_worker=False).openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
