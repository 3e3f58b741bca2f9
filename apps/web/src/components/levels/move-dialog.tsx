"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import type { BulkUndo } from "@/api/dashboard";
import type { Place, ProjectFacts, Service } from "@/api/levels";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { showToast } from "@/ui/toast-store";
import { ChangedMeanwhile } from "../edit-conflict/changed-meanwhile";
import { useGuardedAction } from "../edit-conflict/use-guarded-action";
import { FormDialog } from "../form-dialog";
import { ClientPicker, ServicePicker } from "./place-picker";
import { ReasonField } from "./reason-field";
import { useLookAgain, useSights } from "./sights";
import { useRefusal } from "./use-refusal";
import { useReleased } from "./use-released";
import { useUndo, useUndoServiceMove } from "./use-undo";

type ProjectProps = { facts: ProjectFacts; onClose: () => void };

/** Moves a project to another service; to one of another client only with a confirmation. */
export function MoveProjectDialog({ facts, onClose }: ProjectProps) {
  const t = useTranslations("levels");
  const queries = useQueryClient();
  const whoStayed = useReleased();
  const undo = useUndo();
  const [client, setClient] = useState<Place | null>(facts.client);
  const [service, setService] = useState<Place | null>(null);
  const [isConfirmed, setIsConfirmed] = useState(false);
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const crosses = client !== null && client.id !== facts.client.id;
  const isThere = service?.id === facts.service.id;
  const sights = useSights();
  const [seen] = useState(() => sights.project(facts));
  const move = useGuardedAction({
    seen,
    lookAgain: useLookAgain("project", facts.id),
    act: ({ id: service_id }: Place, version) =>
      unwrap(
        api.PUT("/api/v1/projects/{project_id}/service", {
          params: { path: { project_id: facts.id } },
          headers: ifMatch(version),
          body: { service_id, confirm_other_client: crosses && isConfirmed, reason },
        }),
      ),
    onDone: ({ id, version, released }, to) => {
      onClose();
      const request: BulkUndo = { action: "move", projects: [{ id, version }] };
      showToast({
        tone: "success",
        title: t("moved", { name: facts.name, place: to.name }),
        ...whoStayed(released),
        action: {
          label: t("undo"),
          onAction: () => undo.mutate({ request, projects: [facts] }),
        },
      });
    },
    onSettled: () => levelsChanged(queries),
  });
  const refusal = useRefusal(move.error, ["service_id"]);
  const submit = () => {
    setIsChecked(true);
    if (service && !isThere && (!crosses || isConfirmed)) move.run(service);
  };
  const serviceProblem = !service ? t("serviceMissing") : isThere ? t("alreadyThere") : null;
  return (
    <FormDialog
      title={t("moveTitle", { name: facts.name })}
      about={t("moveAbout", { place: `${facts.client.name} / ${facts.service.name}` })}
      submitLabel={t("move")}
      isBusy={move.isBusy}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChangedMeanwhile changed={move.changed} />
      <Field
        label={t("client")}
        isRequired
        error={isChecked && !client ? t("clientMissing") : null}
      >
        {(control) => (
          <ClientPicker
            control={control}
            value={client}
            onChange={(next) => {
              setClient(next);
              setService(null);
            }}
          />
        )}
      </Field>
      <Field
        label={t("service")}
        isRequired
        error={(isChecked && serviceProblem) || refusal.of("service_id")}
      >
        {(control) => (
          <ServicePicker
            key={client?.id}
            control={control}
            clientId={client?.id ?? null}
            value={service}
            onChange={setService}
          />
        )}
      </Field>
      {crosses && (
        <OtherClient
          client={client}
          isConfirmed={isConfirmed}
          onConfirm={setIsConfirmed}
          isChecked={isChecked}
        />
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

type ServiceProps = { service: Service; onClose: () => void };

/** Moves a service with all its projects to another client. */
export function MoveServiceDialog({ service, onClose }: ServiceProps) {
  const t = useTranslations("levels");
  const queries = useQueryClient();
  const whoStayed = useReleased();
  const undo = useUndoServiceMove();
  const [client, setClient] = useState<Place | null>(null);
  const [isConfirmed, setIsConfirmed] = useState(false);
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isThere = client?.id === service.client.id;
  const sights = useSights();
  const [seen] = useState(() => sights.service(service));
  const move = useGuardedAction({
    seen,
    lookAgain: useLookAgain("service", service.id),
    act: ({ id: client_id }: Place, version) =>
      unwrap(
        api.PUT("/api/v1/services/{service_id}/client", {
          params: { path: { service_id: service.id } },
          headers: ifMatch(version),
          body: { client_id, confirm_other_client: isConfirmed, reason },
        }),
      ),
    onDone: ({ id, version, released }, to) => {
      onClose();
      showToast({
        tone: "success",
        title: t("moved", { name: service.name, place: to.name }),
        ...whoStayed(released),
        action: { label: t("undo"), onAction: () => undo.mutate({ id, version }) },
      });
    },
    onSettled: () => levelsChanged(queries),
  });
  const refusal = useRefusal(move.error, ["client_id"]);
  const submit = () => {
    setIsChecked(true);
    if (client && !isThere && isConfirmed) move.run(client);
  };
  const clientProblem = !client ? t("clientMissing") : isThere ? t("alreadyThere") : null;
  return (
    <FormDialog
      title={t("moveTitle", { name: service.name })}
      about={t("moveServiceAbout", { count: service.projects_total, client: service.client.name })}
      submitLabel={t("move")}
      isBusy={move.isBusy}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChangedMeanwhile changed={move.changed} />
      <Field
        label={t("client")}
        isRequired
        error={(isChecked && clientProblem) || refusal.of("client_id")}
      >
        {(control) => <ClientPicker control={control} value={client} onChange={setClient} />}
      </Field>
      {client && !isThere && (
        <OtherClient
          client={client}
          isConfirmed={isConfirmed}
          onConfirm={setIsConfirmed}
          isChecked={isChecked}
        />
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}

type OtherClientProps = {
  client: Place;
  isConfirmed: boolean;
  onConfirm: (isConfirmed: boolean) => void;
  /** The form was sent, so what is missing is said. */
  isChecked: boolean;
};

/** Whoever moves something to another client says that they mean it. */
function OtherClient({ client, isConfirmed, onConfirm, isChecked }: OtherClientProps) {
  const t = useTranslations("levels");
  return (
    <Callout tone="warning" title={t("otherClient", { client: client.name })}>
      <p>{t("otherClientAbout")}</p>
      <Checkbox
        className="mt-1"
        label={t("otherClientConfirm")}
        checked={isConfirmed}
        onCheckedChange={onConfirm}
      />
      {isChecked && !isConfirmed && <p className="font-medium">{t("confirmMissing")}</p>}
    </Callout>
  );
}
