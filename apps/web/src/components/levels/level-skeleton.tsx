import { Skeleton } from "@/ui/skeleton";
import { Page } from "../page";

/** While a client or a service comes. */
export function LevelSkeleton() {
  return (
    <Page>
      <Skeleton className="mb-2 h-7 w-64" />
      <Skeleton className="mb-6 h-4 w-40" />
      <Skeleton className="mb-6 h-64" />
      <Skeleton className="h-32" />
    </Page>
  );
}
