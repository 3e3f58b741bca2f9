"""Our images, and what each of them is made from."""

import os
from dataclasses import dataclass

VERSION = "0.0.0-test"


@dataclass(frozen=True)
class Image:
    title: str
    dockerfile: str
    base: str
    port: int

    @property
    def name(self) -> str:
        return f"agentlab/{self.title}:{VERSION}"


API = Image(
    "api", "apps/api/Dockerfile.prod", os.environ.get("PYTHON_IMAGE", "python:3.13-slim"), 8000
)
WEB = Image(
    "web", "apps/web/Dockerfile.prod", os.environ.get("NGINX_IMAGE", "nginx:1.30-alpine"), 3000
)
BACKUP = Image("backup", "apps/api/Dockerfile.prod", API.base, 8003)
POSTGRES = Image(
    "postgres",
    "infrastructure/postgres/Dockerfile",
    os.environ.get("POSTGRES_BASE_IMAGE", "pgvector/pgvector:pg17"),
    5432,
)
CLAUDE_CODE = Image(
    "claude-code",
    "infrastructure/claude-code/Dockerfile",
    os.environ.get("CLAUDE_CODE_NODE_IMAGE", "node:24-slim"),
    3001,
)
REDIS = os.environ.get("REDIS_IMAGE", "redis:7-alpine")
OURS = (API, WEB, BACKUP, POSTGRES, CLAUDE_CODE)
