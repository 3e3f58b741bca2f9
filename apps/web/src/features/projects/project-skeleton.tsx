import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { firstSightOf } from "@/api/dashboard";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Page } from "@/components/page";
import { useRouteId } from "@/lib/route-ids";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

const steps = ["w-3/4", "w-1/2", "w-2/3", "w-5/6", "w-3/5", "w-4/5", "w-7/12", "w-2/5"];

/** What was said of the project on the way here is there at once. */
export function ProjectSkeleton() {
  const client = useQueryClient();
  const id = useRouteId();
  const [known] = useState(() => firstSightOf(client, id));
  return (
    <Page>
      {known?.client && known.service && (
        <Breadcrumbs
          crumbs={[
            { label: known.client.name },
            { label: known.service.name },
            { label: known.name },
          ]}
        />
      )}
      <div className="mb-5 grid gap-2">
        {known ? (
          <h1 className="text-xl font-semibold tracking-tight">{known.name}</h1>
        ) : (
          <Skeleton className="h-7 w-64" />
        )}
        <Skeleton className="h-5 w-96 max-w-full" />
        <Skeleton className="h-4 w-80 max-w-full" />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[19rem_minmax(0,1fr)]">
        <Card className="grid max-h-64 gap-5 overflow-hidden p-4 lg:max-h-none">
          {steps.map((width) => (
            <Skeleton key={width} className={`h-5 ${width}`} />
          ))}
        </Card>
        <Card className="grid gap-4 p-5">
          {known?.stage ? (
            <p className="font-semibold">{known.stage}</p>
          ) : (
            <Skeleton className="h-6 w-56" />
          )}
          <Skeleton className="h-5 w-40" />
          <Skeleton className="h-24 w-full" />
          <Skeleton className="h-24 w-full" />
        </Card>
      </div>
    </Page>
  );
}
