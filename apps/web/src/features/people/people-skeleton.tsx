import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

const rows = [1, 2, 3, 4];

export function PeopleSkeleton() {
  return (
    <Card aria-busy>
      {rows.map((row) => (
        <div key={row} className="flex items-center gap-4 border-b border-line px-3 py-3">
          <Skeleton className="size-7 rounded-full" />
          <Skeleton className="h-4 w-48" />
          <Skeleton className="ml-auto h-4 w-24 max-sm:hidden" />
        </div>
      ))}
    </Card>
  );
}
