import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import type { ListedProject } from "@/api/dashboard";
import { servicesQuery } from "@/api/dashboard";
import { peopleOfClientQuery } from "@/api/levels";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { Textarea } from "@/ui/textarea";
import type { Asked, useBulk } from "./use-bulk";
import { refused } from "./use-bulk";

type Props = {
  projects: readonly ListedProject[];
  bulk: ReturnType<typeof useBulk>;
  onClose: () => void;
};

const nobody = "nobody";
type Person = { id: string; name: string };

export function OwnerDialog({ projects, bulk, onClose }: Props) {
  const t = useTranslations("bulk");
  const problemText = useProblemText();
  const [search, setSearch] = useState("");
  const [owner, setOwner] = useState<Person | null>(null);
  // Whoever sees one client may not see the others: then the server says for whom it cannot be.
  const clientId = projects[0]?.client.id ?? "";
  const people = useQuery(peopleOfClientQuery(clientId, useSettled(search.trim())));
  const found = people.data?.items ?? [];
  const isElsewhere = owner && owner.id !== nobody && !found.some(({ id }) => id === owner.id);
  const offered = [{ id: nobody, name: t("nobody") }, ...(isElsewhere ? [owner] : []), ...found];
  return (
    <Question
      {...{ projects, bulk, onClose }}
      title={t("assignOwner")}
      action={t("assign")}
      request={{ action: "assign_owner", owner_id: owner?.id === nobody ? null : owner?.id }}
      isReady={owner !== null}
    >
      <Field label={t("findPerson")} error={people.error && problemText(people.error)}>
        {(control) => (
          <Input
            {...control}
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </Field>
      <div className="max-h-56 overflow-y-auto">
        <RadioGroup
          label={t("owner")}
          value={owner?.id ?? ""}
          onValueChange={(chosen) => setOwner(offered.find(({ id }) => id === chosen) ?? null)}
        >
          {offered.map(({ id, name }) => (
            <RadioCard key={id} value={id} title={name} />
          ))}
        </RadioGroup>
        {found.length === 0 && people.isSuccess && (
          <p className="mt-2 text-sm text-muted">{t("noPerson")}</p>
        )}
      </div>
    </Question>
  );
}

export function ArchiveDialog(props: Props) {
  const t = useTranslations("bulk");
  return (
    <Question
      {...props}
      title={t("archive")}
      about={t("archiveAbout")}
      action={t("archive")}
      request={{ action: "archive" }}
      isReady
    />
  );
}

export function UnarchiveDialog(props: Props) {
  const t = useTranslations("bulk");
  return (
    <Question
      {...props}
      title={t("unarchive")}
      about={t("unarchiveAbout")}
      action={t("unarchive")}
      request={{ action: "unarchive" }}
      isReady
    />
  );
}

export function MoveDialog(props: Props) {
  const t = useTranslations("bulk");
  const problemText = useProblemText();
  const [search, setSearch] = useState("");
  const [target, setTarget] = useState<{ id: string; client: { id: string } } | null>(null);
  const [isConfirmed, setIsConfirmed] = useState(false);
  const services = useQuery(servicesQuery(useSettled(search.trim())));
  const crosses =
    target !== null && props.projects.some(({ client }) => client.id !== target.client.id);
  const found = services.data?.items ?? [];
  return (
    <Question
      {...props}
      title={t("move")}
      action={t("moveThem")}
      request={{
        action: "move",
        service_id: target?.id ?? null,
        confirm_other_client: isConfirmed,
      }}
      isReady={target !== null && (!crosses || isConfirmed)}
    >
      <Field label={t("findService")} error={services.error && problemText(services.error)}>
        {(control) => (
          <Input
            {...control}
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </Field>
      <div className="max-h-56 overflow-y-auto">
        <RadioGroup
          label={t("service")}
          value={target?.id ?? ""}
          onValueChange={(id) => setTarget(found.find((one) => one.id === id) ?? null)}
        >
          {found.map(({ id, name, client }) => (
            <RadioCard key={id} value={id} title={name}>
              {client.name}
            </RadioCard>
          ))}
        </RadioGroup>
        {found.length === 0 && services.isSuccess && (
          <p className="text-sm text-muted">{t("noService")}</p>
        )}
      </div>
      {crosses && (
        <Checkbox
          label={t("confirmOtherClient")}
          hint={t("confirmOtherClientAbout")}
          checked={isConfirmed}
          onCheckedChange={setIsConfirmed}
        />
      )}
    </Question>
  );
}

type QuestionProps = Props & {
  title: string;
  about?: string;
  action: string;
  request: Omit<Asked, "projects">;
  isReady: boolean;
  children?: ReactNode;
};

function Question(props: QuestionProps) {
  const { projects, bulk, onClose, title, about, action, request, isReady, children } = props;
  const t = useTranslations("bulk");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const send = () => bulk.mutate({ ...request, projects, reason });
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={title}
      description={about ?? t("about", { count: projects.length })}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={bulk.isPending} disabled={!isReady} onClick={send}>
            {action}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {children}
        <Field label={t("reason")} hint={common("optional")}>
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {bulk.error && (
          <Callout tone="danger" title={refused(bulk.error, bulk.variables)?.name}>
            {problemText(bulk.error)} {t("noneChanged")}
          </Callout>
        )}
      </div>
    </Dialog>
  );
}
