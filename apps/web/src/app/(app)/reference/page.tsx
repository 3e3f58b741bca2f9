import { ReferenceScreen } from "@/features/reference/reference-screen";

export default function ReferenceRoute() {
  return <ReferenceScreen />;
}
