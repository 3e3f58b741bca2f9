"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { projectChoicesQuery } from "@/api/catalogue";
import { ApiProblem } from "@/api/client";
import type { ListedProject } from "@/api/dashboard";
import { useAccount } from "@/api/session";
import { useProblemText } from "@/components/problem-text";
import { oneNamed, suggestionsOf, useOneNamed } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Combobox } from "@/ui/combobox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { Select } from "@/ui/select";
import type { Lifetime } from "./choices";
import { lifetimes, toRequest } from "./choices";
import type { TokenMade } from "./queries";
import { useCreate } from "./queries";

type Props = { onMade: (token: TokenMade) => void; onClose: () => void };

/** Asks what the token is for, what it may do, and until when. */
export function CreateDialog({ onMade, onClose }: Props) {
  const t = useTranslations("tokens");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const { role } = useAccount();
  const create = useCreate();
  const [name, setName] = useState("");
  const [mayWrite, setMayWrite] = useState(false);
  const [project, setProject] = useState("");
  const [chosen, setChosen] = useState<ListedProject | null>(null);
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const [isChecked, setIsChecked] = useState(false);
  const { data } = useQuery(projectChoicesQuery(null, useSettled(project.split(" · ")[0] ?? "")));
  const projects = data?.items ?? [];
  useOneNamed({ offered: projects, text: project, value: chosen, onChange: setChosen, labelOf });
  const isUnknown = project.trim() !== "" && !chosen;
  const field = create.error instanceof ApiProblem ? create.error.field : null;

  const submit = () => {
    setIsChecked(true);
    if (!name.trim() || isUnknown || create.isPending) return;
    const wanted = { name, mayWrite, projectId: chosen?.id ?? null, lifetime };
    create.mutate(toRequest(wanted, new Date()), { onSuccess: onMade });
  };

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("createTitle")}
      description={t("createAbout")}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={create.isPending} onClick={submit}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={t("name")}
          hint={t("nameHint")}
          isRequired
          error={isChecked && !name.trim() ? t("nameMissing") : null}
        >
          {(control) => (
            <Input
              {...control}
              maxLength={200}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <RadioGroup
          label={t("rights")}
          value={mayWrite ? "write" : "read"}
          onValueChange={(value) => setMayWrite(value === "write")}
        >
          <RadioCard value="read" title={t("scope.read")}>
            {t("readAbout")}
          </RadioCard>
          <RadioCard value="write" title={t("readAndWrite")} disabled={role === "viewer"}>
            {role === "viewer" ? t("viewersRead") : t("writeAbout")}
          </RadioCard>
        </RadioGroup>
        <Field
          label={t("project")}
          hint={t("projectHint")}
          error={isChecked && isUnknown ? t("projectUnknown") : null}
        >
          {(control) => (
            <Combobox
              {...control}
              value={project}
              onChange={(text) => {
                setProject(text);
                setChosen(oneNamed(projects, text, labelOf));
              }}
              suggestions={suggestionsOf(projects, labelOf)}
            />
          )}
        </Field>
        <Field
          label={t("lifetime")}
          error={field === "expires_at" ? problemText(create.error) : null}
        >
          {(control) => (
            <Select
              {...control}
              value={lifetime}
              onValueChange={(value) => setLifetime(value as Lifetime)}
              options={lifetimes.map((value) => ({ value, label: t(`lifetimes.${value}`) }))}
            />
          )}
        </Field>
        {lifetime === "never" && <Callout tone="warning">{t("neverAbout")}</Callout>}
        {create.isError && field !== "expires_at" && (
          <Callout tone="danger">{problemText(create.error)}</Callout>
        )}
        {/* Enter in a field asks for the token, too. */}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Dialog>
  );
}

/** Two services may have projects of one name; the key tells them apart. */
const labelOf = ({ name, key }: ListedProject) => `${name} · ${key}`;
