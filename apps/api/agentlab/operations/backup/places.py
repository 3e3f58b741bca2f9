"""Which of the two places this process is in."""

from agentlab.operations.backup import desk, server
from agentlab.operations.backup.place import Place
from agentlab.settings import Settings


def place_of(settings: Settings, database_url: str) -> Place:
    """`database_url` as the role that owns the database, or its superuser."""
    place_of_this = server.place_of if server.is_server() else desk.place_of
    return place_of_this(settings, database_url)
