import type { LucideIcon } from "lucide-react";
import {
  AppWindow,
  Building2,
  CircleCheck,
  CircleX,
  Contact,
  FileText,
  FolderKanban,
  Layers,
  Milestone,
  Send,
  Trash2,
} from "lucide-react";
import type { Activity, ActivityKind } from "@/api/activity";

const kinds: Record<ActivityKind, LucideIcon> = {
  client: Building2,
  service: Layers,
  project: FolderKanban,
  stage: Milestone,
  submission: Send,
  decision: CircleCheck,
  contact: Contact,
  application: AppWindow,
};

export type Tone = "neutral" | "success" | "danger" | "accent";

/** What stands before a line of the feed. */
export function iconOf({ kind, action }: Activity): { icon: LucideIcon; tone: Tone } {
  if (action === "decision.rejected") return { icon: CircleX, tone: "danger" };
  if (action === "decision.approved") return { icon: CircleCheck, tone: "success" };
  if (action === "project.scanned") return { icon: FileText, tone: "neutral" };
  if (action.endsWith(".deleted")) return { icon: Trash2, tone: "danger" };
  return { icon: kinds[kind], tone: kind === "submission" ? "accent" : "neutral" };
}
