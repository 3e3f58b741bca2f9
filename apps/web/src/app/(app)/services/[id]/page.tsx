import { IdBoundary } from "@/components/id-boundary";
import { ServiceScreen } from "@/features/services/service-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ServiceRoute() {
  return (
    <IdBoundary>
      <ServiceScreen />
    </IdBoundary>
  );
}
