import { AuditScreen } from "@/features/audit/audit-screen";

export default function AuditRoute() {
  return <AuditScreen />;
}
