import type { ReactNode } from "react";
import { AppShell, ShellSkeleton } from "@/components/app-shell";
import { SessionGate } from "@/components/session-gate";

export default function AppLayout({ children }: { children: ReactNode }) {
  return (
    <SessionGate skeleton={<ShellSkeleton />}>
      <AppShell>{children}</AppShell>
    </SessionGate>
  );
}
