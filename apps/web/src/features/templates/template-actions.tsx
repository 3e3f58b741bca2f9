"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, FilePlus2, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import type { Template } from "@/api/templates";
import { templateSourceQuery, templatesChanged } from "@/api/templates";
import { DeletionQuestion } from "@/components/deletion-question";
import { useProblemText } from "@/components/problem-text";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import { UploadDialog } from "./upload-dialog";

type Props = { template: Template };

/** What one can do with a template of one's own; others come and go with their folders. */
export function TemplateActions({ template }: Props) {
  const t = useTranslations("templates");
  const allowed = useCanChange();
  const router = useRouter();
  const [asked, setAsked] = useState<"version" | "delete" | null>(null);
  const close = () => setAsked(null);
  if (!template.is_own) return null;
  return (
    <>
      <GatedButton allowed={allowed} onClick={() => setAsked("version")}>
        <FilePlus2 aria-hidden />
        {t("newVersion")}
      </GatedButton>
      <Archival template={template} allowed={allowed} />
      <GatedButton allowed={allowed} onClick={() => setAsked("delete")}>
        <Trash2 aria-hidden />
        {t("delete")}
      </GatedButton>
      {asked === "version" && (
        <NewVersion
          template={template}
          onMade={({ id }) => router.push(paths.template(id))}
          onClose={close}
        />
      )}
      {asked === "delete" && <DeleteDialog template={template} onClose={close} />}
    </>
  );
}

function NewVersion({
  template,
  onMade,
  onClose,
}: Props & { onMade: (template: Template) => void; onClose: () => void }) {
  const { data } = useQuery(templateSourceQuery(template.id));
  return data === undefined ? null : (
    <UploadDialog source={data} onMade={onMade} onClose={onClose} />
  );
}

function Archival({ template, allowed }: Props & { allowed: true | string }) {
  const t = useTranslations("templates");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const isArchived = template.archived_at !== null;
  const params = { path: { template_id: template.id } };
  const address = "/api/v1/templates/{template_id}/archival";
  const archiving = useMutation({
    mutationFn: () =>
      unwrap(isArchived ? api.DELETE(address, { params }) : api.PUT(address, { params })),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onSettled: () => templatesChanged(queries),
  });
  const Icon = isArchived ? ArchiveRestore : Archive;
  return (
    <GatedButton allowed={allowed} isBusy={archiving.isPending} onClick={() => archiving.mutate()}>
      <Icon aria-hidden />
      {t(isArchived ? "unarchive" : "archive")}
    </GatedButton>
  );
}

function DeleteDialog({ template, onClose }: Props & { onClose: () => void }) {
  const t = useTranslations("templates");
  const queries = useQueryClient();
  const router = useRouter();
  const deleting = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/templates/{template_id}", {
          params: { path: { template_id: template.id } },
        }),
      ),
    onSuccess: () => {
      showToast({ tone: "success", title: t("deleted", { name: template.name }) });
      router.replace(paths.templates());
      void queries.invalidateQueries({ queryKey: ["templates", "list"] });
    },
  });
  return (
    <DeletionQuestion
      title={t("deleteTitle", { name: template.name })}
      about={t("deleteAbout")}
      confirmLabel={t("delete")}
      deletion={deleting}
      onClose={onClose}
    />
  );
}
