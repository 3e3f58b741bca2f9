"""How long an inbox of 1,000 open items takes in a portfolio that is full, first page and badge."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise, starmap
from uuid import UUID

import psycopg

from agentlab.kit.ids import new_id
from agentlab.operations.embedded import Connections

BEFORE = 5
"""So many submissions of each gate were rejected before."""

GATES, STALE, QUESTIONS, STAGES, CONTRADICTIONS = 700, 100, 50, 50, 100
ITEMS = GATES + STALE + QUESTIONS + STAGES + CONTRADICTIONS
TEXTS = 3
VERSIONS = 4
DIGEST = hashlib.sha256(b"").hexdigest()

Row = tuple[object, ...]


def seed(connections: Connections) -> None:
    """Open items for the one account that there is, as people and scans would have left them."""
    with psycopg.connect(connections.as_owner) as connection:
        rows = connection.execute("SELECT id FROM users WHERE role = 'administrator'").fetchall()
        found = connection.execute(
            "SELECT id FROM projects ORDER BY id LIMIT %s", (ITEMS,)
        ).fetchall()
        projects, person = [row[0] for row in found], rows[0][0]
        connection.execute(
            "UPDATE projects SET status = 'active', owner_id = %s WHERE id = ANY(%s)",
            (person, projects),
        )
        connection.execute("UPDATE standings SET waiting_gate_id = NULL")
        Seeding(connection, person, projects).all()
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


class Seeding:
    def __init__(
        self, connection: psycopg.Connection[Row], person: UUID, projects: list[UUID]
    ) -> None:
        self.connection = connection
        self.person = person
        self.projects = projects
        self.now = datetime.now(UTC)
        ends = (0, *accumulate((GATES, STALE, QUESTIONS, STAGES, CONTRADICTIONS)))
        self.waiting, self.stale, self.asked, self.asking, self.torn = starmap(
            range, pairwise(ends)
        )
        self.gates = [new_id() for _ in projects]
        self.submissions = [new_id() for _ in projects]
        self.documents = [[new_id() for _ in range(TEXTS)] for _ in projects]

    def at(self, number: int) -> datetime:
        return self.now - timedelta(hours=number % 900)

    def copy(self, table: str, rows: Iterable[Row]) -> None:
        with self.connection.cursor().copy(f"COPY {table} FROM STDIN") as into:
            for row in rows:
                into.write_row(row)

    def all(self) -> None:
        self.workflows()
        self.texts()
        self.submitted()
        self.rejections()
        self.approvals()
        self.questions()
        self.standings()

    def workflows(self) -> None:
        template, workflows = new_id(), [new_id() for _ in self.projects]
        stages = [new_id() for _ in self.projects]
        self.connection.execute(
            "INSERT INTO templates (id, method, generation, key, name, description, project_types, "
            "source_path, source, sha256, when_to_use, handoff_prompts, extra, imported_at) VALUES "
            "(%s, 'bmad', 'v4', 'bench', 'Bench', '', '{}', 'b.yaml', '', '', '{}', '{}', '{}', "
            "now())",
            (template,),
        )
        self.copy(
            "workflows (id, project_id, template_id, started_at)",
            (
                (workflow, project, template, self.now)
                for workflow, project in zip(workflows, self.projects, strict=True)
            ),
        )
        self.copy(
            "stages (id, workflow_id, position, key, title, condition, optional, optional_steps, "
            "extra, state)",
            (
                (stage, workflows[n], 1, "prd", "The PRD", asks, False, "{}", "{}", self.state(n))
                for n, stage in enumerate(stages)
                for asks in ["no_documents" if n in self.asking else None]
            ),
        )
        self.copy(
            "gates (id, stage_id, kind, reason)",
            ((gate, stages[n], "approval", "") for n, gate in enumerate(self.gates)),
        )
        # Every second gate has a policy of its own, by which the person is a reviewer.
        self.copy(
            "gate_policies (gate_id, roles, approvals, submitter_decides, checklist, "
            "reauthentication, due_days, version)",
            ((gate, "{}", 1, True, "[]", False, 5, 1) for gate in self.gates[::2]),
        )
        self.copy(
            "gate_reviewers (gate_id, user_id)", ((gate, self.person) for gate in self.gates[::2])
        )

    def state(self, number: int) -> str:
        if number in self.waiting:
            return "submitted"
        return "done" if number in self.stale else "current"

    def is_submitted(self, number: int) -> bool:
        return number not in self.torn and number not in self.asking

    def texts(self) -> None:
        named = [
            (id_, self.projects[n], f"docs/{place}.md")
            for n, ids in enumerate(self.documents)
            for place, id_ in enumerate(ids)
        ]
        self.copy(
            "documents (id, project_id, path, title, version, sha256, size_bytes, changed_at)",
            ((*row, "A text", VERSIONS, DIGEST, 9_000, self.now) for row in named),
        )
        self.copy(
            "versions (document_id, number, sha256, size_bytes, seen_at, content, words, "
            "words_changed)",
            (
                (id_, number, DIGEST, 9_000, self.now, b"", 1_500, 40)
                for id_, *_ in named
                for number in range(1, VERSIONS + 1)
            ),
        )
        self.copy(
            "document_readings (user_id, document_id, version, words, read_at)",
            (
                (self.person, id_, number, 40, self.now)
                for id_, *_ in named[::2]
                for number in (1, 2)
            ),
        )

    def submitted(self) -> None:
        self.copy(
            "submissions (id, gate_id, number, note, submitted_by, submitted_at)",
            (
                (submission, self.gates[n], BEFORE + 1, "Ready.", self.person, self.at(n))
                for n, submission in enumerate(self.submissions)
                if self.is_submitted(n)
            ),
        )
        self.copy(
            "submission_artefacts (submission_id, document_id, version, path, sha256)",
            (
                (submission, document, VERSIONS, f"docs/{place}.md", DIGEST)
                for n, submission in enumerate(self.submissions)
                if self.is_submitted(n)
                for place, document in enumerate(self.documents[n])
            ),
        )

    def rejections(self) -> None:
        """What was decided before must not count."""
        earlier = [
            (new_id(), gate, number) for gate in self.gates for number in range(1, BEFORE + 1)
        ]
        self.copy(
            "submissions (id, gate_id, number, note, submitted_by, submitted_at)",
            ((*row, "", self.person, self.now) for row in earlier),
        )
        self.copy(
            "decisions (id, submission_id, verdict, reason, decided_by, decided_at)",
            (
                (new_id(), submission, "rejected", "Not yet.", self.person, self.now)
                for submission, *_ in earlier
            ),
        )

    def approvals(self) -> None:
        decisions = {n: new_id() for n in self.stale}
        findings = {n: new_id() for n in self.stale}
        self.copy(
            "decisions (id, submission_id, verdict, reason, decided_by, decided_at)",
            (
                (id_, self.submissions[n], "approved", "", self.person, self.at(n))
                for n, id_ in decisions.items()
            ),
        )
        self.copy(
            "staleness_findings (id, decision_id, number, found_at, digest)",
            ((id_, decisions[n], 1, self.at(n), DIGEST) for n, id_ in findings.items()),
        )
        self.copy(
            "staleness_differences (finding_id, document_id, path, current_version)",
            ((id_, self.documents[n][0], "docs/0.md", VERSIONS) for n, id_ in findings.items()),
        )

    def questions(self) -> None:
        other = new_id()
        self.connection.execute(
            "INSERT INTO users (id, name, email, password_hash, role, created_at) "
            "VALUES (%s, 'Bob', 'bob@bench.example', '!', 'product_owner', now())",
            (other,),
        )
        threads = {n: new_id() for n in self.asked}
        self.copy(
            "threads (id, gate_id, quote, opened_by, opened_at)",
            ((id_, self.gates[n], "", other, self.at(n)) for n, id_ in threads.items()),
        )
        self.copy(
            "thread_places (thread_id, submission_id, document_id, version, first_line, last_line)",
            (
                (id_, self.submissions[n], self.documents[n][0], VERSIONS, 1, 1)
                for n, id_ in threads.items()
            ),
        )
        self.copy(
            "thread_comments (id, thread_id, text, author_id, is_agents, written_at)",
            ((new_id(), id_, "Why?", other, False, self.at(n)) for n, id_ in threads.items()),
        )

    def standings(self) -> None:
        """In one statement each, as `portfolio.standings` keeps them."""
        for column, numbers in (
            ("stale_total = 1", self.stale),
            (
                "contradictions = 3, contradictions_since = now(), contradictions_news_at = now()",
                self.torn,
            ),
        ):
            self.connection.execute(
                f"UPDATE standings SET {column} WHERE project_id = ANY(%s)",  # noqa: S608 - our own
                ([self.projects[n] for n in numbers],),
            )
        self.connection.execute(
            "UPDATE standings k SET waiting_gate_id = n.gate_id, stage_state = 'submitted' "
            "FROM unnest(%s::uuid[], %s::uuid[]) AS n(project_id, gate_id) "
            "WHERE k.project_id = n.project_id",
            (
                [self.projects[n] for n in self.waiting],
                [self.gates[n] for n in self.waiting],
            ),
        )
