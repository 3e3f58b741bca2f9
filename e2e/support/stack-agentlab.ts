/** AgentLab as on a server: the stack that runs, emptied before and after. */

import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AgentLab } from "./agentlab.ts";
import { tellNode } from "./names.ts";
import type { Stack } from "./stack.ts";

const execute = promisify(execFile);

// A job that still runs would write into tables that are empty by then.
const EMPTY_TABLES = `
  SET statement_timeout = '30s';
  SET session_replication_role = replica; -- the trail lets nobody empty it
  DO $$ BEGIN
    WHILE EXISTS (
      SELECT FROM procrastinate_jobs
      WHERE status = 'doing' OR status = 'todo' AND coalesce(scheduled_at <= now(), true)
    ) LOOP
      PERFORM pg_sleep(0.05);
    END LOOP;
    CREATE TEMP TABLE kept AS SELECT * FROM reference_items
      WHERE created_at = (SELECT min(created_at) FROM reference_items);
    EXECUTE (
      SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') FROM pg_tables
      WHERE schemaname = 'public'
        AND tablename !~ '^(alembic_version|schema_floor|procrastinate_.*)$'
    );
    -- What the migration brings is there from the beginning.
    UPDATE kept SET retired_at = NULL, updated_at = NULL, updated_by = NULL, version = 1;
    INSERT INTO reference_items SELECT * FROM kept;
  END $$`;

// Sessions, counters of attempts and the progress of imports; `live` is where streams are.
const EMPTY_REDIS = `
  export REDISCLI_AUTH="$(cat /run/secrets/redis_password)"
  redis-cli -e --user agentlab --scan | grep -vx live |
    xargs -r redis-cli -e --user agentlab DEL`;

export class StackAgentLab implements AgentLab {
  private constructor(
    private readonly stack: Stack,
    readonly root: string,
  ) {}

  static async start(stack: Stack): Promise<StackAgentLab> {
    tellNode(stack.domain, stack.address);
    // The containers write into the projects as another user.
    process.umask(0);
    const root = await mkdtemp(join(stack.workspaces, "e2e-"));
    await chmod(root, 0o777);
    const agentlab = new StackAgentLab(stack, root);
    await agentlab.empty();
    return agentlab;
  }

  get url(): string {
    return this.stack.url;
  }

  run(...args: string[]): Promise<string> {
    return this.inside("api", "agentlab", ...args);
  }

  async stop(): Promise<void> {
    await this.empty();
    await rm(this.root, { recursive: true });
  }

  private async empty(): Promise<void> {
    await Promise.all([
      this.forgetBackups(),
      this.inside("postgres", "psql", "-q", "-U", "postgres", "agentlab", "-c", EMPTY_TABLES),
      this.inside("redis", "sh", "-euc", EMPTY_REDIS),
    ]);
  }

  /** Beside backups of people nobody is offered to begin anew. */
  private async forgetBackups(): Promise<void> {
    const backups = join(this.stack.folder, "state/backups");
    const bundles = (await readdir(backups)).filter((name) => name.startsWith("agentlab-"));
    await Promise.all(bundles.map((name) => rm(join(backups, name), { force: true })));
  }

  private async inside(service: string, ...command: string[]): Promise<string> {
    const words = ["compose", "exec", "-T", service, ...command];
    const running = execute("docker", words, { cwd: this.stack.folder });
    running.child.stdin?.end(); // `agentlab user add` would wait for a password
    return (await running).stdout;
  }
}
