import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract } from "../contract";

type Backup = Schemas["BackupOut"];
type Backups = Schemas["BackupsOut"];

export const backupOf = (facts: Partial<Backup> = {}): Backup => ({
  name: "agentlab-20261124T030000Z-0a1b2c3d",
  created_at: "2026-11-24T03:00:00Z",
  size: 1_400_000,
  is_good: true,
  trouble: null,
  seconds: 2.5,
  verified_at: "2026-11-24T03:00:03Z",
  proof: {
    at: "2026-11-24T03:00:08Z",
    seconds: 4.2,
    ok: true,
    compared: ["42 tables with 1,200 rows."],
    left_out: [],
    failure: null,
  },
  copies: [
    {
      kind: "folder",
      where: "/mnt/second",
      at: "2026-11-24T03:00:04Z",
      ok: true,
      failure: null,
    },
  ],
  reason: "scheduled",
  agentlab: "0.1.0",
  rows: 1200,
  versions: 40,
  ...facts,
});

export const backupsOf = (facts: Partial<Backups> = {}): Backups => ({
  backups: [
    backupOf(),
    backupOf({
      name: "agentlab-20261123T030000Z-0a1b2c3d",
      created_at: "2026-11-23T03:00:00Z",
      size: 1_300_000,
      reason: "asked",
      proof: null,
    }),
    backupOf({
      name: "agentlab-20261122T030000Z-0a1b2c3d",
      created_at: "2026-11-22T03:00:00Z",
      size: 1_200_000,
    }),
  ],
  running: null,
  last_success: "2026-11-24T03:00:00Z",
  last_failure: null,
  last_proof: backupOf().proof,
  last_copy: "2026-11-24T03:00:04Z",
  key_rehearsed_at: "2026-11-01T10:00:00Z",
  size_bytes: 3_900_000,
  free_bytes: 70_000_000_000,
  warnings: [],
  schedule: "0 3 * * *",
  next_at: "2026-11-25T03:00:00Z",
  ...facts,
});

export const backupsAre = (facts: Partial<Backups>) =>
  contract.get("/api/v1/backups", () => HttpResponse.json(backupsOf(facts)));

export const restoresAre = (facts: Partial<Schemas["RestoresOut"]>) =>
  contract.get("/api/v1/restore", () =>
    HttpResponse.json({ restores_here: true, is_confirmed: true, last: null, ...facts }),
  );

export const backupHandlers = [
  restoresAre({}),
  backupsAre({}),
  contract.post("/api/v1/backups", () =>
    HttpResponse.json({ requested: "backup" }, { status: 202 }),
  ),
  contract.post("/api/v1/backups/{backup_name}/proof", () =>
    HttpResponse.json({ requested: "proof" }, { status: 202 }),
  ),
];
