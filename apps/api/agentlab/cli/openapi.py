"""`agentlab openapi`: the contract of the REST API."""

import json

import typer

from agentlab.app import create_app
from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.settings import Settings


def openapi() -> None:
    """Print the REST API's OpenAPI document."""
    with one_sentence_on_failure():
        document = create_app(Settings(), with_worker=False).openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
