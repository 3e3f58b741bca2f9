import { IdBoundary } from "@/components/id-boundary";
import { DocumentScreen } from "@/features/documents/document-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function DocumentRoute() {
  return (
    <IdBoundary>
      <DocumentScreen />
    </IdBoundary>
  );
}
