import { skipToken, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useDeferredValue, useState } from "react";
import { clientsNamedQuery, servicesNamedQuery } from "@/api/levels";
import type { Project } from "@/api/projects";
import { useProblemText } from "@/components/problem-text";
import { oneNamed, suggestionsOf } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Choices } from "./choices";
import { choiceErrors } from "./choices";
import { GatePicker } from "./gate-picker";
import type { Inspection } from "./queries";
import { WorkflowPicker } from "./workflow-picker";

type Props = {
  /** The project that gets the folder; null where the import makes one. */
  project: Project | null;
  found: Inspection;
  choices: Choices;
  onChange: (choices: Choices) => void;
  onBack: () => void;
  onStart: () => void;
  isStarting: boolean;
  /** Why it could not be started. */
  error: Error | null;
};

/** Step 3: where the project belongs, its workflow, and which gates it gets. */
export function ChooseStep(props: Props) {
  const { project, found, choices, onChange, onBack, onStart, isStarting, error } = props;
  const t = useTranslations("imports");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [isChecked, setIsChecked] = useState(false);
  const errors = isChecked ? choiceErrors(choices, found) : {};

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    const first = Object.keys(choiceErrors(choices, found))[0];
    if (!first) return onStart();
    event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-6">
      {project ? (
        <Callout tone="info">{t("given", { project: project.name })}</Callout>
      ) : (
        <PlaceFields choices={choices} onChange={onChange} errors={errors} />
      )}
      {found.workflows.length > 0 && (
        <WorkflowPicker
          workflows={found.workflows}
          value={choices.workflow}
          onChange={(workflow) => onChange({ ...choices, workflow, withoutGate: [] })}
          error={errors.workflow ? t("errors.workflow") : null}
        />
      )}
      <GatePicker found={found} choices={choices} onChange={onChange} />
      {error && <Callout tone="danger">{problemText(error)}</Callout>}
      <div className="flex justify-between gap-2">
        <Button variant="quiet" onClick={onBack}>
          {common("back")}
        </Button>
        <Button type="submit" variant="primary" isBusy={isStarting}>
          {t(project ? "startInto" : "start", { count: found.documents_total })}
        </Button>
      </div>
    </form>
  );
}

type PlaceProps = Pick<Props, "choices" | "onChange"> & {
  errors: ReturnType<typeof choiceErrors>;
};

function PlaceFields({ choices, onChange, errors }: PlaceProps) {
  const t = useTranslations("imports");
  const named = useQuery({
    ...clientsNamedQuery(useDeferredValue(choices.client.trim())),
    placeholderData: (last) => last,
  });
  const clients = named.data?.items ?? [];
  const client = oneNamed(clients, choices.client);
  const ofClient = servicesNamedQuery(client?.id ?? "", useDeferredValue(choices.service.trim()));
  const found = useQuery({
    ...ofClient,
    queryFn: client ? ofClient.queryFn : skipToken,
    placeholderData: (last) => last,
  });
  const services = client ? (found.data?.items ?? []) : [];
  const isNewService = !oneNamed(services, choices.service);
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <Field
        label={t("client")}
        hint={choices.client.trim() && !client ? t("newClient") : t("clientHint")}
        error={errors.client && t("errors.client")}
        isRequired
      >
        {(control) => (
          <Combobox
            {...control}
            name="client"
            value={choices.client}
            onChange={(value) => onChange({ ...choices, client: value })}
            suggestions={suggestionsOf(clients)}
          />
        )}
      </Field>
      <Field
        label={t("service")}
        hint={choices.service.trim() && isNewService ? t("newService") : t("serviceHint")}
        error={errors.service && t("errors.service")}
        isRequired
      >
        {(control) => (
          <Combobox
            {...control}
            name="service"
            value={choices.service}
            onChange={(value) => onChange({ ...choices, service: value })}
            suggestions={suggestionsOf(services)}
          />
        )}
      </Field>
      <Field
        label={t("project")}
        error={errors.project && t("errors.project")}
        isRequired
        className="sm:col-span-2"
      >
        {(control) => (
          <Input
            {...control}
            name="project"
            autoComplete="off"
            value={choices.project}
            onChange={(event) => onChange({ ...choices, project: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
