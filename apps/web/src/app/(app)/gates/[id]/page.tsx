import { IdBoundary } from "@/components/id-boundary";
import { GateScreen } from "@/features/gates/gate-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function GateRoute() {
  return (
    <IdBoundary>
      <GateScreen />
    </IdBoundary>
  );
}
