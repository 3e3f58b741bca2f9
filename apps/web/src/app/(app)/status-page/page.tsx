import { StatusPageScreen } from "@/features/status-page/status-page-screen";

export default function StatusPageRoute() {
  return <StatusPageScreen />;
}
