import type { ReactNode } from "react";
import { AppShell, ShellSkeleton } from "@/components/app-shell";
import { LiveUpdates } from "@/components/live-updates";
import { SessionGate } from "@/components/session-gate";

export default function AppLayout({ children }: { children: ReactNode }) {
  return (
    <SessionGate skeleton={<ShellSkeleton />}>
      <LiveUpdates>
        <AppShell>{children}</AppShell>
      </LiveUpdates>
    </SessionGate>
  );
}
