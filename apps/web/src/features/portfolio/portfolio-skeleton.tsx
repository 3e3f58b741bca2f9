import { Page } from "@/components/page";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

const rows = ["a", "b", "c", "d"];

export function PortfolioSkeleton() {
  return (
    <Page>
      <div className="mb-5 flex h-13 items-start justify-between">
        <Skeleton className="h-7 w-36" />
        <Skeleton className="h-8 w-72 max-sm:hidden" />
      </div>
      <Skeleton className="mb-2 h-5.5 w-44" />
      <Card className="overflow-hidden">
        {rows.map((row) => (
          <div key={row} className="flex h-11 items-center border-b border-line px-4 last:border-0">
            <Skeleton className="h-4 w-1/3" />
          </div>
        ))}
      </Card>
    </Page>
  );
}
