import { ActivityScreen } from "@/features/activity/activity-screen";

export default function ActivityRoute() {
  return <ActivityScreen />;
}
