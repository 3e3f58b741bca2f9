"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, api, unwrap } from "@/api/client";
import type { ChangeProposed, Wanted } from "@/api/templates";
import {
  folderWorkflowsQuery,
  proposalQuery,
  templateChoicesQuery,
  templateQuery,
  templatesChanged,
} from "@/api/templates";
import { Notices } from "@/components/notices";
import { useProblemText } from "@/components/problem-text";
import { methodName } from "@/lib/method-name";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Option } from "@/ui/select";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { showToast } from "@/ui/toast-store";
import { SourceDiff } from "./source-diff";
import { Steps } from "./steps";

type Props = {
  projectId: string;
  /** What the project runs through now; null before its first workflow. */
  current: { id: string; name: string; method: string } | null;
  /** Of the project's folder. */
  path: string;
  onClose: () => void;
};

/** What is chosen, as the value of an option. */
const asValue = (wanted: Wanted) => JSON.stringify(wanted);
const SAME = asValue({});
/** The method of templates in our own format. */
const OWN = "agentlab";

/** Shows what a change of template would do, and makes exactly that. */
export function ChangeDialog({ projectId, current, path, onClose }: Props) {
  const t = useTranslations("templates");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(current ? SAME : "");
  const wanted: Wanted = chosen === "" ? {} : JSON.parse(chosen);
  const proposal = useQuery({ ...proposalQuery(projectId, wanted), enabled: chosen !== "" });
  const changing = useMutation({
    mutationFn: (digest: string) =>
      unwrap(
        api.POST("/api/v1/projects/{project_id}/template-changes", {
          params: { path: { project_id: projectId } },
          body: { digest, ...wanted },
        }),
      ),
    onSuccess: () => {
      showToast({ tone: "success", title: t("changeDone") });
      onClose();
      void templatesChanged(queries);
    },
    onError: (error) => {
      if (error instanceof ApiProblem && error.code === "proposal_outdated") {
        void proposal.refetch();
      }
    },
  });
  const shown = proposal.isError ? undefined : proposal.data;
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={current ? t("changeTitle") : t("assignTitle")}
      description={current ? t("changeAbout") : t("assignAbout")}
      closeLabel={common("close")}
      className="w-[min(46rem,calc(100vw-2rem))]"
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            variant="primary"
            isBusy={changing.isPending}
            disabled={!shown?.does_something || proposal.isFetching}
            onClick={() => shown && changing.mutate(shown.digest)}
          >
            {current ? t("changeNow") : t("assignNow")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Choice
          current={current}
          path={path}
          value={chosen}
          onChange={(value) => {
            changing.reset();
            setChosen(value);
          }}
        />
        {changing.isError && <Callout tone="danger">{problemText(changing.error)}</Callout>}
        {proposal.isError && <Callout tone="danger">{problemText(proposal.error)}</Callout>}
        {proposal.isFetching && !shown && <Skeleton className="h-40" />}
        {shown && <Proposal proposal={shown} />}
      </div>
    </Dialog>
  );
}

type ChoiceProps = Pick<Props, "current" | "path"> & {
  value: string;
  onChange: (value: string) => void;
};

function Choice({ current, path, value, onChange }: ChoiceProps) {
  const t = useTranslations("templates");
  const [search, setSearch] = useState("");
  const [taken, setTaken] = useState<Option | null>(null);
  const library = useQuery(templateChoicesQuery(useSettled(search.trim())));
  const folder = useQuery(folderWorkflowsQuery(path));
  const own = useQuery({ ...templateQuery(current?.id ?? ""), enabled: current !== null });
  const versions = (own.data?.versions ?? [])
    .filter(({ id, archived_at }) => id !== current?.id && archived_at === null)
    .reverse();
  const others = (library.data?.items ?? []).filter(
    ({ id }) => id !== current?.id && versions.every((version) => version.id !== id),
  );
  const found: Option[] = [
    ...(current
      ? [{ value: SAME, label: t(current.method === OWN ? "newestVersion" : "fromFolder") }]
      : []),
    ...(folder.data ?? []).map(({ name, ...found }) => ({
      value: asValue(found),
      label: t("inFolder", { name, method: methodName(found.method, found.generation) }),
    })),
    ...versions.map(({ id, number }) => ({
      value: asValue({ template_id: id }),
      label: t("versionOf", { name: current?.name ?? "", number }),
    })),
    ...others.map(({ id, name, method, generation, is_own }) => ({
      value: asValue({ template_id: id }),
      label: `${name} (${is_own ? t("own") : methodName(method, generation)})`,
    })),
  ];
  // What is chosen stays, whatever is searched for.
  const isElsewhere = taken?.value === value && found.every((one) => one.value !== value);
  const options = isElsewhere ? [taken, ...found] : found;
  return (
    <div className="grid gap-4">
      <Field label={t("findTemplate")}>
        {(control) => (
          <Input
            {...control}
            type="search"
            maxLength={200}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("choose")}>
        {(control) => (
          <Select
            {...control}
            value={value}
            onValueChange={(next) => {
              setTaken(options.find((one) => one.value === next) ?? null);
              onChange(next);
            }}
            options={options}
            placeholder={t("choosePlaceholder")}
            className="w-full"
          />
        )}
      </Field>
    </div>
  );
}

function Proposal({ proposal }: { proposal: ChangeProposed }) {
  const t = useTranslations("templates");
  const { steps, before, after, source_before, source_after, notices } = proposal;
  const removed = steps.filter(({ fate }) => fate === "removed");
  const there = steps.filter(({ fate }) => fate !== "removed");
  const told = there.filter((step) => step.fate !== "kept" || step.is_moved || step.adds_gate);
  const isSameMethod =
    before !== null && before.method === after.method && before.generation === after.generation;
  const goesOn = there.filter(({ state }) => state === "current" || state === "submitted");
  const called = ({ method, generation }: typeof after) =>
    method === OWN ? t("own") : methodName(method, generation);
  if (!proposal.does_something) return <Callout tone="success">{t("nothingToChange")}</Callout>;
  return (
    <>
      <p className="text-sm">
        {t("counts", {
          added: count(steps, "added"),
          changed: count(steps, "changed"),
          retired: count(steps, "retired"),
          removed: count(steps, "removed"),
          kept: count(steps, "kept"),
        })}
      </p>
      {goesOn.length > 0 && (
        <p className="text-sm font-medium wrap-anywhere">
          {t(before ? "goesOnAt" : "beginsAt", {
            stages: goesOn.map(({ title }) => title).join(" · "),
          })}
        </p>
      )}
      <Callout
        tone="info"
        title={
          before && !isSameMethod
            ? t("otherMethod", {
                before: called(before),
                after: called(after),
              })
            : undefined
        }
      >
        {before && !isSameMethod && `${t("otherMethodAbout")} `}
        {t("nothingLost")}
      </Callout>
      {told.length > 0 && <Steps steps={told} label={t("stages")} />}
      {there.length > told.length && (
        <p className="text-sm text-muted">
          {t("unchangedStages", { count: there.length - told.length })}
        </p>
      )}
      {removed.length > 0 && (
        <details open={isSameMethod}>
          <summary className="text-sm font-medium">
            {t("removedStages", { count: removed.length })}
          </summary>
          <div className="pt-2">
            <Steps steps={removed} label={t("removedLabel")} />
          </div>
        </details>
      )}
      {notices.length > 0 && (
        <details>
          <summary className="text-sm font-medium">
            {t("reportCount", { count: notices.length })}
          </summary>
          <div className="pt-2">
            <Notices notices={notices} />
          </div>
        </details>
      )}
      {isSameMethod && source_before && source_before.sha256 !== source_after.sha256 && (
        <details>
          <summary className="text-sm font-medium">{t("sourceDiff")}</summary>
          <div className="pt-2">
            <SourceDiff before={source_before} after={source_after} />
          </div>
        </details>
      )}
    </>
  );
}

const count = (steps: ChangeProposed["steps"], fate: ChangeProposed["steps"][number]["fate"]) =>
  steps.filter((step) => step.fate === fate).length;
