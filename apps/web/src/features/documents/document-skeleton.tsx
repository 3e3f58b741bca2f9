import { Page } from "@/components/page";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

const lines = [
  "h-7 w-2/3",
  "w-full",
  "w-11/12",
  "w-10/12",
  "w-3/4",
  "h-5 w-1/3",
  "w-9/12",
  "w-5/6",
];

export function DocumentSkeleton() {
  return (
    <Page className="max-w-4xl">
      <div className="mb-4 grid gap-3">
        <Skeleton className="h-7 w-72" />
        <Skeleton className="h-5 w-48" />
        <Skeleton className="h-8 w-full" />
      </div>
      <Card className="px-4 py-6 sm:px-10 sm:py-9">
        <div className="mx-auto grid max-w-[72ch] gap-4">
          {lines.map((line) => (
            <Skeleton key={line} className={`h-4 ${line}`} />
          ))}
        </div>
      </Card>
    </Page>
  );
}
