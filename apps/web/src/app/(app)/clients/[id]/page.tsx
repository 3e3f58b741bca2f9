import { IdBoundary } from "@/components/id-boundary";
import { ClientScreen } from "@/features/clients/client-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ClientRoute() {
  return (
    <IdBoundary>
      <ClientScreen />
    </IdBoundary>
  );
}
