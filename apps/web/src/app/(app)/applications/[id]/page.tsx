import { IdBoundary } from "@/components/id-boundary";
import { ApplicationScreen } from "@/features/applications/application-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ApplicationRoute() {
  return (
    <IdBoundary>
      <ApplicationScreen />
    </IdBoundary>
  );
}
