import type { LucideIcon } from "lucide-react";
import {
  AppWindow,
  Building2,
  CircleCheck,
  CircleX,
  Contact,
  Diamond,
  FileText,
  FolderKanban,
  Layers,
  MessageSquareText,
  Milestone,
  Send,
  Sheet,
  Trash2,
  TriangleAlert,
} from "lucide-react";
import type { Activity, ActivityKind } from "@/api/activity";

const kinds: Record<ActivityKind, LucideIcon> = {
  gate: Diamond,
  client: Building2,
  service: Layers,
  project: FolderKanban,
  stage: Milestone,
  submission: Send,
  decision: CircleCheck,
  thread: MessageSquareText,
  contact: Contact,
  application: AppWindow,
  spreadsheet: Sheet,
};

export type Tone = "neutral" | "success" | "danger" | "accent";

/** What stands before a line of the feed. */
export function iconOf({ kind, action }: Activity): { icon: LucideIcon; tone: Tone } {
  if (action === "decision.rejected") return { icon: CircleX, tone: "danger" };
  if (action === "decision.approved") return { icon: CircleCheck, tone: "success" };
  if (action === "decision.turned_stale") return { icon: TriangleAlert, tone: "danger" };
  if (action === "project.scanned") return { icon: FileText, tone: "neutral" };
  if (action.endsWith(".deleted")) return { icon: Trash2, tone: "danger" };
  return { icon: kinds[kind], tone: kind === "submission" ? "accent" : "neutral" };
}
