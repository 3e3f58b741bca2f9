import { TemplatesScreen } from "@/features/templates/templates-screen";

export default function TemplatesRoute() {
  return <TemplatesScreen />;
}
