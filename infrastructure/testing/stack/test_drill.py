"""The recovery is rehearsed on a server, and its figures are what we promise."""

import json
import time

from support.stack import Stack

RPO_S = 60
TIMES_BARE = 1.5
BEYOND_S = 60


def test_a_server_rehearses_its_recovery(stack: Stack) -> None:
    with stack.administrator():
        stack.agentlab("backup", "create")
    report = json.loads(stack.agentlab("drill", "--json"))
    print(report)
    assert report["ok"]
    parts = {each["part"]: each["said"] for each in report["parts"]}
    assert list(parts) == ["data", "service", "configuration", "communication"]
    assert all(each["ok"] for each in report["parts"])
    assert "Every table and index, with amcheck." in parts["data"]
    assert 0 < report["rpo_s"] <= RPO_S
    assert 0 < report["rto_s"] <= TIMES_BARE * bare_restore_s(stack) + BEYOND_S
    kept = max((stack.folder / "state" / "drills").glob("*.json"))
    assert json.loads(kept.read_text()) == report


def bare_restore_s(stack: Stack) -> float:
    """How long pg_restore takes alone with the same data."""
    run = ("exec", "-T", "--env=PGUSER=postgres", "postgres", "sh", "-c")
    stack.compose(*run, "pg_dump -Fc -f /tmp/bare.dump agentlab && createdb bare")
    began = time.monotonic()
    stack.compose(*run, "pg_restore --exit-on-error --dbname=bare /tmp/bare.dump")
    took_s = time.monotonic() - began
    stack.compose(*run, "dropdb bare && rm /tmp/bare.dump")
    print(f"pg_restore alone: {took_s:.1f} s")
    return took_s
