"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { api, unwrap } from "@/api/client";
import type { Template } from "@/api/templates";
import { templateExampleAddress, templatesChanged, validationQuery } from "@/api/templates";
import { FormDialog } from "@/components/form-dialog";
import { Notices } from "@/components/notices";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";

type Props = {
  /** What one starts from: another version's text. */
  source?: string;
  onMade: (template: Template) => void;
  onClose: () => void;
};

const MOST_BYTES = 256 * 1024;

/** Brings in a template of one's own, which is validated while it is written. */
export function UploadDialog({ source: start = "", onMade, onClose }: Props) {
  const t = useTranslations("templates");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [source, setSource] = useState(start);
  const [isTooBig, setIsTooBig] = useState(false);
  const making = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/templates", { body: { source } })),
    onSuccess: (made) => {
      showToast({ tone: "success", title: t("added", { name: made.name }) });
      onClose();
      onMade(made);
      void templatesChanged(queries);
    },
  });
  const handleFile = async (file: File) => {
    setIsTooBig(file.size > MOST_BYTES);
    if (file.size <= MOST_BYTES) setSource(await file.text());
  };
  const problem = making.isError ? problemText(making.error) : null;
  return (
    <FormDialog
      title={t("add")}
      about={t("addAbout")}
      submitLabel={t("addNow")}
      isBusy={making.isPending}
      problem={isTooBig ? t("tooBig") : problem}
      onSubmit={() => source.trim() && making.mutate()}
      onClose={onClose}
      actions={
        <Button asChild>
          <a href={templateExampleAddress} download>
            <Download aria-hidden />
            {t("example")}
          </a>
        </Button>
      }
    >
      <ChooseFile onFile={(file) => void handleFile(file)} />
      <Field label={t("source")} hint={t("sourceHint")} isRequired>
        {(control) => (
          <Textarea
            {...control}
            rows={10}
            spellCheck={false}
            value={source}
            onChange={({ target }) => setSource(target.value)}
            className="min-h-56 font-mono text-xs"
          />
        )}
      </Field>
      <Report source={useSettled(source)} />
    </FormDialog>
  );
}

function ChooseFile({ onFile }: { onFile: (file: File) => void }) {
  const t = useTranslations("templates");
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <input
        ref={input}
        type="file"
        aria-label={t("file")}
        accept=".yaml,.yml,text/yaml"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          target.value = "";
          if (chosen) onFile(chosen);
        }}
      />
      <Button size="sm" onClick={() => input.current?.click()}>
        <FileUp aria-hidden />
        {t("chooseFile")}
      </Button>
    </div>
  );
}

function Report({ source }: { source: string }) {
  const t = useTranslations("templates");
  const problemText = useProblemText();
  const { data, error } = useQuery(validationQuery(source));
  if (source.trim() === "") return null;
  if (error) return <Callout tone="warning">{problemText(error)}</Callout>;
  if (!data) return null;
  return (
    <div role="status" className="grid gap-3">
      <Callout tone="success" title={data.name}>
        {t("readAs", { count: data.stages.length, key: data.key })}
      </Callout>
      {data.notices.length > 0 && <Notices notices={data.notices} />}
    </div>
  );
}
