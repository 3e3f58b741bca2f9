"use client";

import { FileCheck2, FileQuestion, FileText, ListTree } from "lucide-react";
import Link from "next/link";
import type { Stage } from "@/api/projects";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";

type Artefact = Stage["artefacts"][number];
type Props = { title: string; artefacts: readonly Artefact[] };

const SHOWN_DOCUMENTS = 8;

/** The files of a stage, each with the documents that were found for it. */
export function ArtefactList({ title, artefacts }: Props) {
  if (artefacts.length === 0) return null;
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <ul className="grid gap-1">
        {artefacts.map((artefact) => (
          <Item key={`${artefact.role} ${artefact.label}`} artefact={artefact} />
        ))}
      </ul>
    </section>
  );
}

function Item({ artefact }: { artefact: Artefact }) {
  const isFound = artefact.documents.length > 0;
  return (
    <li className="rounded-md border border-line px-3 py-2">
      <div className="flex min-w-0 items-center gap-2 text-sm">
        <ArtefactIcon artefact={artefact} />
        <span className="min-w-0 truncate font-medium" title={artefact.label}>
          {artefact.label}
        </span>
        <Marks artefact={artefact} isFound={isFound} />
      </div>
      {isFound && <Documents documents={artefact.documents} />}
    </li>
  );
}

function ArtefactIcon({ artefact }: { artefact: Artefact }) {
  if (!artefact.is_file) return <ListTree aria-hidden className="size-4 shrink-0 text-faint" />;
  return artefact.documents.length > 0 ? (
    <FileCheck2 aria-hidden className="size-4 shrink-0 text-success" />
  ) : (
    <FileQuestion aria-hidden className="size-4 shrink-0 text-faint" />
  );
}

function Marks({ artefact, isFound }: { artefact: Artefact; isFound: boolean }) {
  const t = useTranslations("projects");
  const isSpecial = artefact.role === "updates" || artefact.role === "validates";
  return (
    <span className="ml-auto flex shrink-0 items-center gap-2 text-xs text-muted">
      {isSpecial && <Badge>{t(`roles.${artefact.role as "updates" | "validates"}`)}</Badge>}
      {artefact.optional && t("optional")}
      {artefact.is_file && !isFound && <span className="text-faint">{t("notThere")}</span>}
    </span>
  );
}

function Documents({ documents }: { documents: Artefact["documents"] }) {
  const t = useTranslations("projects");
  const more = documents.length - SHOWN_DOCUMENTS;
  return (
    <ul className="mt-1.5 grid gap-1 pl-6">
      {documents.slice(0, SHOWN_DOCUMENTS).map((document) => (
        <li key={document.id} className="flex min-w-0 items-center gap-2 text-sm">
          <FileText aria-hidden className="size-3.5 shrink-0 text-faint" />
          <Link
            href={paths.document(document.id)}
            prefetch={false}
            title={document.path}
            className="min-w-0 truncate text-accent-text hover:underline"
          >
            {document.title}
          </Link>
          <span className="ml-auto shrink-0 text-xs whitespace-nowrap text-muted">
            {t("versionShort", { number: document.version })} · <When at={document.changed_at} />
          </span>
        </li>
      ))}
      {more > 0 && <li className="text-xs text-muted">{t("moreDocuments", { count: more })}</li>}
    </ul>
  );
}
