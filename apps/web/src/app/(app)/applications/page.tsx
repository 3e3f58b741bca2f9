import { ApplicationsScreen } from "@/features/applications/applications-screen";

export default function ApplicationsRoute() {
  return <ApplicationsScreen />;
}
