import { BinScreen } from "@/features/bin/bin-screen";

export default function BinRoute() {
  return <BinScreen />;
}
