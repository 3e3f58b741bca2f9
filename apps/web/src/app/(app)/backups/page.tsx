import { BackupsScreen } from "@/features/backups/backups-screen";

export default function BackupsRoute() {
  return <BackupsScreen />;
}
