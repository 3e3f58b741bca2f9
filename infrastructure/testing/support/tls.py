"""What a server offers in TLS, and how that differs from what Mozilla recommends."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.docker import REPOSITORY

REQUIREMENTS = Path(__file__).with_name("sslyze.txt")
PROTOCOLS = {
    "ssl_2_0": "SSLv2",
    "ssl_3_0": "SSLv3",
    "tls_1_0": "TLSv1",
    "tls_1_1": "TLSv1.1",
    "tls_1_2": "TLSv1.2",
    "tls_1_3": "TLSv1.3",
}
UV = REPOSITORY / ".tools" / "uv" / "bin" / "uv"


@dataclass(frozen=True)
class Report:
    protocols: set[str]
    suites: set[str]
    curves: set[str]
    differences: list[str]
    """From Mozilla's intermediate configuration, in sslyze's words."""


def protocols(found: dict[str, Any]) -> dict[str, set[str]]:
    """The suites of each protocol that has any."""
    accepted = {
        name: {
            suite["cipher_suite"]["name"]
            for suite in found[f"{key}_cipher_suites"]["result"]["accepted_cipher_suites"]
        }
        for key, name in PROTOCOLS.items()
    }
    return {name: suites for name, suites in accepted.items() if suites}


def scan(address: tuple[str, int], name: str, authority: Path) -> Report:
    """Try everything that sslyze knows.

    It runs in an environment of its own, because it holds back libraries that we want new.
    """
    host, port = address
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        done = subprocess.run(
            [
                *(UV, "run", "--isolated", "--no-project", "--with-requirements", REQUIREMENTS),
                *("sslyze", "--mozilla_config", "intermediate", "--json_out", file.name),
                *("--certinfo_ca_file", authority, "--sni", name, f"{host}:{port}"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        found = json.loads(Path(file.name).read_text())["server_scan_results"][0]["scan_result"]
    suites = protocols(found)
    curves = found["elliptic_curves"]["result"]["supported_curves"]
    return Report(
        protocols=set(suites),
        suites=set().union(*suites.values()),
        curves={curve["name"] for curve in curves},
        differences=[
            line.strip() for line in done.stdout.splitlines() if line.startswith(" " * 8 + "* ")
        ],
    )
