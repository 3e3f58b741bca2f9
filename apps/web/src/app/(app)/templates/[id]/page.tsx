import { IdBoundary } from "@/components/id-boundary";
import { TemplateScreen } from "@/features/templates/template-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function TemplateRoute() {
  return (
    <IdBoundary>
      <TemplateScreen />
    </IdBoundary>
  );
}
