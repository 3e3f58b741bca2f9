import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useState } from "react";
import { Notices } from "@/components/notices";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import type { Candidate } from "./address";
import { Evidence, MethodPicker } from "./method-picker";
import type { Inspection } from "./queries";

type Props = {
  found: Inspection;
  /** Which of several methods the person took. */
  candidate: Candidate | null;
  onTake: (candidate: Candidate) => void;
  onBack: () => void;
  onContinue: () => void;
};

/** Step 2: what the folder holds, before anything is decided. */
export function FoundStep({ found, candidate, onTake, onBack, onContinue }: Props) {
  const t = useTranslations("imports");
  const common = useTranslations("common");
  const [isChecked, setIsChecked] = useState(false);
  const isUndecided = found.candidates.length > 1 && !candidate;
  const hasMore = found.candidates.length === 1 || found.expansion_packs.length > 0;
  const handleContinue = () => {
    setIsChecked(true);
    if (!isUndecided) onContinue();
  };
  return (
    <div className="grid gap-4">
      <p className="truncate font-mono text-sm text-muted">{found.path}</p>
      {found.project_id && (
        <Callout tone="warning">{t(found.is_in_bin ? "importedInBin" : "alreadyImported")}</Callout>
      )}
      {found.candidates.length > 1 && (
        <MethodPicker
          candidates={found.candidates}
          value={candidate}
          onTake={onTake}
          error={isChecked && isUndecided ? t("errors.method") : null}
        />
      )}
      {!found.method && <NoMethod hasDocuments={found.documents_total > 0} />}
      {found.method && !isUndecided && hasMore && <Method found={found} method={found.method} />}
      {!isUndecided && found.workflows.length > 0 && <Workflows found={found} />}
      {(found.method || found.documents_total > 0) && <Documents found={found} />}
      {!isUndecided && found.notices.length > 0 && (
        <Section title={t("notices", { count: found.notices.length })}>
          <Notices notices={found.notices} />
        </Section>
      )}
      <div className="flex justify-between gap-2">
        <Button variant="quiet" onClick={onBack}>
          {common("back")}
        </Button>
        {found.project_id ? (
          <OpenProject projectId={found.project_id} isInBin={found.is_in_bin} />
        ) : (
          <Button variant="primary" onClick={handleContinue}>
            {found.method || found.documents_total === 0 ? t("continue") : t("documentsOnly")}
            <ArrowRight aria-hidden />
          </Button>
        )}
      </div>
    </div>
  );
}

function NoMethod({ hasDocuments }: { hasDocuments: boolean }) {
  const t = useTranslations("imports");
  if (hasDocuments) return <Callout tone="info">{t("noMethod")}</Callout>;
  return <Callout tone="warning">{t("noMethodNoDocuments")}</Callout>;
}

function OpenProject({ projectId, isInBin }: { projectId: string; isInBin: boolean }) {
  const t = useTranslations("imports");
  return (
    <Button asChild variant="primary">
      <Link href={isInBin ? paths.bin() : paths.project(projectId)} prefetch={false}>
        {t(isInBin ? "openBin" : "openProject")}
        <ArrowRight aria-hidden />
      </Link>
    </Button>
  );
}

function Method({ found, method }: { found: Inspection; method: string }) {
  const t = useTranslations("imports");
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          {methodName(method, found.generation)}
          {found.method_version && <Badge tone="accent">{found.method_version}</Badge>}
        </span>
      }
    >
      {/* Of several methods, each card above has its own. */}
      {found.candidates.length === 1 && <Evidence facts={found.evidence} />}
      {found.expansion_packs.length > 0 && (
        <p className="mt-2 text-sm text-muted">
          {t("expansionPacks", { names: found.expansion_packs.join(", ") })}
        </p>
      )}
    </Section>
  );
}

function Workflows({ found }: { found: Inspection }) {
  const t = useTranslations("imports");
  return (
    <Section title={t("workflowsFound", { count: found.workflows.length })}>
      <ul className="grid gap-1 text-sm">
        {found.workflows.map((workflow) => (
          <li key={workflow.key} className="flex flex-wrap justify-between gap-x-4">
            <span>{workflow.name}</span>
            <span className="text-muted">
              {t("stagesAndGates", {
                stages: workflow.stages.length,
                gates: workflow.stages.filter((stage) => stage.gate).length,
              })}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Documents({ found }: { found: Inspection }) {
  const t = useTranslations("imports");
  const more = found.documents_total - found.documents.length;
  return (
    <Section title={t("documentsFound", { count: found.documents_total })}>
      {found.documents_total === 0 ? (
        <p className="text-sm text-muted">{t("noDocuments")}</p>
      ) : (
        <details>
          <summary className="w-fit rounded text-sm text-accent-text">{t("showDocuments")}</summary>
          <ul className="mt-2 grid max-h-60 gap-0.5 overflow-y-auto font-mono text-xs text-muted">
            {found.documents.map(({ path }) => (
              <li key={path} className="truncate">
                {path}
              </li>
            ))}
            {more > 0 && <li className="font-sans">{t("andMore", { count: more })}</li>}
          </ul>
        </details>
      )}
    </Section>
  );
}

function Section({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <Card className="p-4">
      <h2 className="mb-2 text-sm font-semibold">{title}</h2>
      {children}
    </Card>
  );
}
