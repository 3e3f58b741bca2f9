import { InvitationScreen } from "@/features/invitation/invitation-screen";

export default function InvitationRoute() {
  return <InvitationScreen />;
}
