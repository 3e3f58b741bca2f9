import { ClientsScreen } from "@/features/clients/clients-screen";

export default function ClientsRoute() {
  return <ClientsScreen />;
}
