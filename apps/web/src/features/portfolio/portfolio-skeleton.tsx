import { Page } from "@/components/page";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

const rows = ["a", "b", "c", "d", "e", "f"];

export function PortfolioSkeleton() {
  return (
    <Page className="max-w-7xl">
      <div className="mb-5 grid h-13 content-start gap-2">
        <Skeleton className="h-7 w-36" />
        <Skeleton className="h-4 w-56" />
      </div>
      <div className="mb-5 grid gap-3 sm:grid-cols-2">
        <Skeleton className="h-36" />
        <Skeleton className="h-36 max-sm:hidden" />
      </div>
      <Skeleton className="mb-4 h-8 w-full max-w-2xl" />
      <Card className="overflow-hidden">
        {rows.map((row) => (
          <div key={row} className="flex h-12 items-center border-b border-line px-4 last:border-0">
            <Skeleton className="h-4 w-1/3" />
          </div>
        ))}
      </Card>
    </Page>
  );
}
