import { SetupScreen } from "@/features/setup/setup-screen";

export default function SetupRoute() {
  return <SetupScreen />;
}
