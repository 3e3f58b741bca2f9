import { Skeleton } from "@/ui/skeleton";

const five = ["a", "b", "c", "d", "e"];

/** The size of what comes. */
export function FiguresSkeleton() {
  return (
    <div>
      <div className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
        {five.map((one) => (
          <Skeleton key={one} className="h-28 rounded-lg" />
        ))}
      </div>
      <div className="grid gap-4">
        <Skeleton className="h-96 rounded-lg" />
        <Skeleton className="h-80 rounded-lg" />
      </div>
    </div>
  );
}
