"use client";

import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Schemas } from "@/api/client";
import { templateSourceAddress } from "@/api/projects";
import { CopyButton } from "@/components/copy-button";
import { Diagram } from "@/components/markdown/diagram";
import { Button } from "@/ui/button";
import { Disclosure } from "@/ui/disclosure";

type Template = Schemas["TemplateSummary"];
type Props = { template: Template };

/** What the workflow is, as its author wrote it. */
export function TemplateCard({ template }: Props) {
  const t = useTranslations("projects");
  return (
    <Disclosure title={t("aboutWorkflow")} about={template.name}>
      <div className="grid gap-5">
        {template.description && (
          <p className="max-w-prose whitespace-pre-line">{template.description}</p>
        )}
        {template.when_to_use.length > 0 && (
          <Part title={t("whenToUse")}>
            <ul className="grid max-w-prose list-disc gap-1 pl-5">
              {template.when_to_use.map((use) => (
                <li key={use}>{use}</li>
              ))}
            </ul>
          </Part>
        )}
        {template.flow_diagram && (
          <Part title={t("flow")}>
            <div className="markdown max-w-none!">
              <Diagram source={template.flow_diagram} />
            </div>
          </Part>
        )}
        <Prompts prompts={template.handoff_prompts} />
        <Source template={template} />
      </div>
    </Disclosure>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Prompts({ prompts }: { prompts: Template["handoff_prompts"] }) {
  const t = useTranslations("projects");
  const entries = Object.entries(prompts);
  if (entries.length === 0) return null;
  return (
    <Part title={t("handoffPrompts")}>
      <ul className="grid gap-2">
        {entries.map(([key, prompt]) => (
          <li key={key} className="rounded-md border border-line p-3">
            <div className="mb-1 flex items-center justify-between gap-2">
              <span className="text-xs font-medium text-muted">{key.replaceAll("_", " ")}</span>
              <CopyButton text={prompt} label={t("copyPrompt")} />
            </div>
            <p className="text-sm whitespace-pre-line">{prompt}</p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Source({ template }: Props) {
  const t = useTranslations("projects");
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button asChild size="sm">
        <a href={templateSourceAddress(template.id)} download>
          <Download aria-hidden />
          {t("downloadSource")}
        </a>
      </Button>
      <code className="font-mono text-xs text-muted wrap-anywhere">{template.source_path}</code>
    </div>
  );
}
