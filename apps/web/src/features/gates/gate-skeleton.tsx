import { Page } from "@/components/page";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { ArtefactTextSkeleton } from "./artefact-text";

export function GateSkeleton() {
  return (
    <Page>
      <div className="mb-5 grid gap-2">
        <Skeleton className="h-7 w-72" />
        <Skeleton className="h-5 w-56" />
      </div>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid content-start gap-4">
          <Card className="grid gap-2 p-4">
            <Skeleton className="h-5 w-64" />
            <Skeleton className="h-5 w-full" />
          </Card>
          <ArtefactTextSkeleton />
        </div>
        <Card className="grid content-start gap-4 p-4">
          <Skeleton className="h-5 w-24" />
          <Skeleton className="h-16 w-full" />
          <Skeleton className="h-9 w-full" />
        </Card>
      </div>
    </Page>
  );
}
