import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract } from "../contract";
import { bobId } from "./activity";
import { readerGateId, readerId } from "./portfolio";

type Analytics = Schemas["AnalyticsOut"];
type Durations = Schemas["Durations"];

export const lasted = (count: number, median: number | null): Durations => ({
  count,
  median_hours: median,
  p90_hours: median === null ? null : median * 3,
  mean_hours: median === null ? null : median * 1.5,
});

const open = (count: number, median: number | null = null): Schemas["Ages"] => ({
  count,
  median_hours: median,
  longest_hours: median === null ? null : median * 2,
});

const verdicts = { approved: 3, rejected: 1, rejection_rate: 0.25, withdrawn: 0 };
const noVerdicts = { approved: 0, rejected: 0, rejection_rate: null, withdrawn: 0 };

const totals: Analytics["now"] = {
  ...verdicts,
  stages: lasted(12, 76),
  skipped: 2,
  gates: lasted(4, 30),
  cycle: lasted(2, 480),
  unclear: 1,
  started: 3,
  completed: 1,
};

const prd = { method: "bmad", generation: "v4", key: "prd.md", title: "Create the PRD" };

/** The figures of two weeks; a test names only what it is about. */
export const figuresOf = (facts: Partial<Analytics> = {}): Analytics => ({
  period: {
    from: "2026-11-16",
    to: "2026-11-29",
    previous_from: "2026-11-02",
    previous_to: "2026-11-15",
    grain: "week",
    time_zone: "Europe/Paris",
  },
  now: totals,
  before: {
    ...totals,
    ...noVerdicts,
    stages: lasted(8, 152),
    gates: lasted(4, 30),
    cycle: lasted(0, null),
  },
  open: {
    stages: open(5, 50),
    gates: open(1, 60),
    before_ready: open(4, 300),
    readiness_unknown: 2,
  },
  stages: {
    items: [
      {
        ...prd,
        durations: lasted(6, 76),
        previous_median_hours: 152,
        skipped: 2,
        unclear: 1,
        open: open(1, 60),
      },
    ],
    total: 1,
  },
  gates: {
    items: [
      {
        ...prd,
        kind: "approval",
        durations: lasted(4, 30),
        previous_median_hours: null,
        verdicts,
        unclear: 0,
        waiting: open(1, 60),
      },
    ],
    total: 1,
  },
  people: {
    items: [
      {
        id: bobId,
        name: "Bob Noyce",
        durations: lasted(4, 30),
        approved: 3,
        rejected: 1,
        unclear: 0,
        waiting: open(1, 60),
        longest: [
          {
            gate_id: readerGateId,
            stage: "Create the PRD",
            project_id: readerId,
            project: "Lecteur RSS",
            submitted_at: "2026-11-24T08:00:00Z",
          },
        ],
      },
    ],
    total: 1,
  },
  clients: {
    items: [
      {
        id: "00000000-0000-4000-8000-0000000000c1",
        name: "Maison Lumière",
        stages: lasted(12, 76),
        gates: lasted(4, 30),
        cycle: lasted(2, 480),
        verdicts,
        open_stages: open(5, 50),
        waiting: open(1, 60),
      },
    ],
    total: 1,
  },
  trend: [
    {
      from: "2026-11-16",
      to: "2026-11-22",
      ...verdicts,
      stages: lasted(12, 76),
      gates: lasted(4, 30),
      cycle: lasted(2, 480),
      started: 3,
      completed: 1,
    },
    {
      from: "2026-11-23",
      to: "2026-11-29",
      ...noVerdicts,
      stages: lasted(0, null),
      gates: lasted(0, null),
      cycle: lasted(0, null),
      started: 0,
      completed: 0,
    },
  ],
  methods: [{ method: "bmad", generation: "v4", projects: 5 }],
  ...facts,
});

export const figuresAre = (facts: Partial<Analytics> = {}) =>
  contract.get("/api/v1/analytics", () => HttpResponse.json(figuresOf(facts)));

export const analyticsHandlers = [figuresAre()];
