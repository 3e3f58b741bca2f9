import { ProfileScreen } from "@/features/profile/profile-screen";

export default function ProfileRoute() {
  return <ProfileScreen />;
}
