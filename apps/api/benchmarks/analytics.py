"""All figures of the analytics page over 100,000 events: moves, submissions and decisions.

All of them lie in the period that is asked for, the worst there is. Each request comes after a
change, so nothing that was read before may be given again.
"""

import asyncio
from pathlib import Path

import psycopg

from agentlab.kit import migrations
from agentlab.operations.embedded import embedded
from benchmarks.measure import Measurement, p95_of
from benchmarks.portfolio import Change, api, asked, sign_in

EVENTS = 100_000
LIMIT_MS = 300
ROUNDS = 20

QUESTIONS = (
    ("analytics of a year by months", "/analytics?grain=month"),
    ("analytics of twelve weeks", "/analytics"),
)

# Each project went through some of its ten stages, most through half of them, in the last year.
# Every other stage has a gate, and every fourth first submission was rejected.
SEED = """
    WITH made_clients AS (
        INSERT INTO clients (id, name, created_at)
        SELECT gen_random_uuid(), 'Client ' || n, now() FROM generate_series(0, 49) n
        RETURNING id, name
    ), made_services AS (
        INSERT INTO services (id, client_id, name, created_at)
        SELECT gen_random_uuid(), id, 'Service', now() FROM made_clients RETURNING id
    ), numbered_services AS (
        SELECT id, row_number() OVER () - 1 AS n FROM made_services
    ), made_projects AS (
        INSERT INTO projects (id, service_id, name, key, status, created_at)
        SELECT gen_random_uuid(), s.id, 'Project ' || i, 'P-' || i, 'active', now()
        FROM generate_series(1, {projects}) i JOIN numbered_services s ON s.n = i % 50
        RETURNING id, key
    ), made_templates AS (
        INSERT INTO templates (id, method, generation, key, name, description, kind,
            project_types, source_path, source, sha256, when_to_use, handoff_prompts, extra,
            imported_at)
        SELECT gen_random_uuid(), 'bmad', generation, 'bench', 'Bench', '', NULL, '{{}}',
            'bench.yaml', '', generation, '{{}}', '{{}}', '{{}}', now()
        FROM unnest(ARRAY['v4', 'v6']) generation RETURNING id, generation
    ), made_workflows AS (
        INSERT INTO workflows (id, project_id, template_id, started_at)
        SELECT gen_random_uuid(), p.id, t.id, now() - interval '330 days' * random()
        FROM made_projects p JOIN made_templates t
            ON (t.generation = 'v4') = (substr(p.key, 3)::integer % 2 = 0)
        RETURNING id, started_at
    ), reached AS (
        SELECT id AS workflow_id, started_at, 1 + floor(11 * random())::integer AS current
        FROM made_workflows
    ), made_stages AS (
        INSERT INTO stages (id, workflow_id, position, key, title, agent, optional,
            optional_steps, extra, state)
        SELECT gen_random_uuid(), r.workflow_id, n,
            CASE n WHEN 7 THEN 'create_story' ELSE 'stage_' || n END, 'Stage ' || n, 'pm', false,
            '{{}}', jsonb_build_object('phase', jsonb_build_object(
                'group', CASE WHEN n < 7 THEN 'plan' ELSE 'ship' END)),
            CASE WHEN n < current THEN 'done' WHEN n = current AND n % 2 = 0 THEN 'submitted'
                 WHEN n = current THEN 'current' ELSE 'upcoming' END
        FROM reached r, generate_series(1, 10) n
        RETURNING id, workflow_id, position, state
    ), made_gates AS (
        INSERT INTO gates (id, stage_id, kind, reason)
        SELECT gen_random_uuid(), id, 'approval', '' FROM made_stages WHERE position % 2 = 0
        RETURNING id, stage_id
    ), timed AS MATERIALIZED (
        SELECT s.id AS stage_id, g.id AS gate_id, s.state, s.position,
            r.started_at + (now() - r.started_at) * ((s.position - 1) / 11.0) AS entered_at,
            (now() - r.started_at) * (random() / 11.0) AS took, random() < 0.25 AS was_rejected
        FROM made_stages s JOIN reached r ON r.workflow_id = s.workflow_id
        LEFT JOIN made_gates g ON g.stage_id = s.id
        WHERE s.state <> 'upcoming'
    ), moves AS (
        INSERT INTO stage_transitions (id, stage_id, from_state, to_state, actor_id, at, reason)
        SELECT gen_random_uuid(), stage_id, move[1], move[2], NULL,
            entered_at + took * share::float8, ''
        FROM timed, LATERAL (
            SELECT ARRAY['upcoming', 'current'] AS move, 0.0 AS share WHERE position > 1
            UNION ALL SELECT ARRAY['current', 'submitted'], 0.2
                WHERE gate_id IS NOT NULL AND was_rejected
            UNION ALL SELECT ARRAY['submitted', 'current'], 0.4
                WHERE gate_id IS NOT NULL AND was_rejected
            UNION ALL SELECT ARRAY['current', 'submitted'], 0.6 WHERE gate_id IS NOT NULL
            UNION ALL SELECT ARRAY[
                CASE WHEN gate_id IS NULL THEN 'current' ELSE 'submitted' END, 'done'], 1.0
                WHERE state = 'done') happened
        RETURNING 1
    ), made_submissions AS (
        INSERT INTO submissions (id, gate_id, number, note, submitted_by, submitted_at)
        SELECT gen_random_uuid(), gate_id, number, '', (SELECT id FROM users LIMIT 1),
            entered_at + took * share::float8
        FROM timed, LATERAL (
            SELECT 1 AS number, 0.2 AS share WHERE was_rejected
            UNION ALL SELECT CASE WHEN was_rejected THEN 2 ELSE 1 END, 0.6) made
        WHERE gate_id IS NOT NULL
        RETURNING id, gate_id, number, submitted_at
    ), made_decisions AS (
        INSERT INTO decisions (id, submission_id, verdict, reason, decided_by, decided_at, settles)
        SELECT gen_random_uuid(), b.id,
            CASE WHEN is_first_of_two THEN 'rejected' ELSE 'approved' END, '',
            (SELECT id FROM users LIMIT 1),
            b.submitted_at + took * CASE WHEN is_first_of_two THEN 0.2 ELSE 0.4 END, true
        FROM made_submissions b JOIN timed t USING (gate_id),
            LATERAL (SELECT was_rejected AND b.number = 1 AS is_first_of_two) which
        WHERE is_first_of_two OR state = 'done'
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moves) + (SELECT count(*) FROM made_submissions)
         + (SELECT count(*) FROM made_decisions)
"""
PROJECTS = 5_200


async def speed(folder: Path) -> list[Measurement]:
    """The 95th percentiles."""
    async with embedded(folder / "data") as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        async with api(connections, folder / "api") as port:
            cookie = await sign_in(port)
            events = await asyncio.to_thread(seed, connections.as_owner)
            with psycopg.connect(connections.database_url, autocommit=True) as connection:
                change = Change(connection)
                how = f"{events:,} events of {PROJECTS:,} projects, each request after a change"
                return [
                    p95_of(what, await asked(port, path, cookie, ROUNDS, change), LIMIT_MS, how)
                    for what, path in QUESTIONS
                ]


def seed(owner_url: str) -> int:
    """How many events there are; never fewer than promised."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT setseed(0.4)")
        row = connection.execute(SEED.format(projects=PROJECTS)).fetchone()  # type: ignore[arg-type]
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    events = int(row[0]) if row else 0
    if events < EVENTS:
        raise RuntimeError(f"{events:,} events are fewer than {EVENTS:,}")
    return events
