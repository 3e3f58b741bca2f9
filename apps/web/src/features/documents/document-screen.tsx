"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useDeferredValue, useState } from "react";
import { documentQuery } from "@/api/documents";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { DocumentText } from "@/components/document/document-text";
import { ReadingEnd } from "@/components/document/reading-end";
import { Outline, useHeadings } from "@/components/markdown/outline";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { DocumentBar } from "./document-bar";
import { DocumentNotices } from "./document-notices";
import { DocumentSkeleton } from "./document-skeleton";
import { useFragment } from "./use-fragment";

const OUTLINE_FROM = 3;

export function DocumentScreen() {
  return (
    <QueryBoundary skeleton={<DocumentSkeleton />}>
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const t = useTranslations("documents");
  // The last version stays on the screen until the next one is there.
  const version = useDeferredValue(useVersion());
  const { data: document } = useSuspenseQuery(documentQuery(useRouteId(), version));
  const [isSource, setIsSource] = useState(false);
  const [body, setBody] = useState<HTMLElement | null>(null);
  const headings = useHeadings(body);
  const hasOutline = headings.length >= OUTLINE_FROM;
  useFragment(headings);
  useShortcuts([{ key: "t", label: t("switchView"), run: () => setIsSource(!isSource) }]);
  const { place } = document;
  return (
    <Page className={classes(hasOutline ? "max-w-6xl" : "max-w-4xl")}>
      <PageTitle>{`${document.title} · ${place.project}`}</PageTitle>
      <Breadcrumbs
        crumbs={[
          { label: place.client, href: paths.client(place.client_id) },
          { label: place.service, href: paths.service(place.service_id) },
          { label: place.project, href: paths.project(place.project_id) },
          { label: document.title },
        ]}
      />
      <DocumentBar document={document} isSource={isSource} onIsSourceChange={setIsSource} />
      <DocumentNotices document={document} />
      <div className={classes(hasOutline && "xl:grid xl:grid-cols-[minmax(0,1fr)_15rem] xl:gap-8")}>
        <Card className="min-w-0 px-4 py-6 sm:px-10 sm:py-9">
          <article aria-label={t("text")} className="mx-auto max-w-[72ch]">
            <DocumentText
              key={document.shown.sha256}
              document={document}
              isSource={isSource}
              ref={setBody}
            />
            <ReadingEnd
              key={document.shown.number}
              documentId={document.id}
              version={document.shown.number}
            />
          </article>
        </Card>
        {hasOutline && (
          <Outline
            headings={headings}
            className="sticky top-20 hidden max-h-[calc(100dvh-6rem)] self-start overflow-y-auto xl:block"
          />
        )}
      </div>
    </Page>
  );
}

/** `?version=` of the address; the newest one without it, or with what is no number. */
function useVersion(): number | undefined {
  const asked = useSearchParams().get("version") ?? "";
  return /^[1-9]\d{0,8}$/.test(asked) ? Number(asked) : undefined;
}
