import { IdBoundary } from "@/components/id-boundary";
import { ProjectScreen } from "@/features/projects/project-screen";

/** One exported page stands for every id; the server rewrites each to `_`. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ProjectRoute() {
  return (
    <IdBoundary>
      <ProjectScreen />
    </IdBoundary>
  );
}
