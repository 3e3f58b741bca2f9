"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { Template, TemplateVersion } from "@/api/templates";
import { comparisonQuery } from "@/api/templates";
import { Digest } from "@/components/digest";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { Comparison } from "./comparison";

type Props = { template: Template };

/** All versions, oldest to newest, and what differs between two of them. */
export function Versions({ template }: Props) {
  const { versions } = template;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <Card>
        <ol className="divide-y divide-line">
          {versions.map((version) => (
            <Row key={version.id} version={version} isShown={version.id === template.id} />
          ))}
        </ol>
      </Card>
      {versions.length > 1 && <Compare versions={versions} />}
    </div>
  );
}

function Row({ version, isShown }: { version: TemplateVersion; isShown: boolean }) {
  const t = useTranslations("templates");
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm">
      <Link
        href={paths.template(version.id)}
        prefetch={false}
        aria-current={isShown ? "true" : undefined}
        className="font-medium hover:underline"
      >
        {t("version", { number: version.number })}
      </Link>
      {isShown && <Badge tone="accent">{t("shown")}</Badge>}
      {version.archived_at && <Badge>{t("archived")}</Badge>}
      <When at={version.imported_at} className="text-muted" />
      <Digest sha256={version.sha256} className="text-muted" />
      <span className="ml-auto text-muted">
        {t("runThrough", { count: version.projects_total })}
      </span>
    </li>
  );
}

function Compare({ versions }: { versions: readonly TemplateVersion[] }) {
  const t = useTranslations("templates");
  const [before, setBefore] = useState(versions.at(-2)?.id ?? "");
  const [after, setAfter] = useState(versions.at(-1)?.id ?? "");
  const options = versions.map(({ id, number }) => ({
    value: id,
    label: t("version", { number }),
  }));
  return (
    <section aria-label={t("compare")} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <h2 className="font-semibold">{t("compare")}</h2>
      <div className="flex flex-wrap gap-3">
        <Field label={t("from")} className="w-44">
          {(control) => (
            <Select {...control} value={before} onValueChange={setBefore} options={options} />
          )}
        </Field>
        <Field label={t("to")} className="w-44">
          {(control) => (
            <Select {...control} value={after} onValueChange={setAfter} options={options} />
          )}
        </Field>
      </div>
      {before === after ? (
        <p className="text-sm text-muted">{t("sameVersion")}</p>
      ) : (
        <Compared before={before} after={after} />
      )}
    </section>
  );
}

function Compared({ before, after }: { before: string; after: string }) {
  const problemText = useProblemText();
  const { data, error } = useQuery(comparisonQuery(before, after));
  if (error) return <Callout tone="danger">{problemText(error)}</Callout>;
  return data ? <Comparison comparison={data} /> : <Skeleton className="h-40" />;
}
