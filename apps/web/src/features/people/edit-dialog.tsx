import type { FormEvent } from "react";
import { useId, useState } from "react";
import { ApiProblem } from "@/api/client";
import { useReleased } from "@/components/levels/use-released";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { showToast } from "@/ui/toast-store";
import { canTakeRights } from "./can";
import { personErrors } from "./person-errors";
import { fieldOf, PersonFields } from "./person-fields";
import type { Patch, User } from "./queries";
import { useChangeUser, useReadUser } from "./queries";
import type { Rights } from "./rights-fields";
import { RightsFields } from "./rights-fields";

type Props = { user: User; onClose: () => void };

export function EditDialog({ user: opened, onClose }: Props) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const whoStayed = useReleased();
  const formId = useId();
  const [user, setUser] = useState(opened);
  const [facts, setFacts] = useState(() => factsOf(opened));
  const [rights, setRights] = useState(() => rightsOf(opened));
  const [isChecked, setIsChecked] = useState(false);
  const change = useChangeUser();
  const read = useReadUser();
  const isOutdated = change.error instanceof ApiProblem && change.error.status === 412;

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    if (Object.keys(personErrors(facts)).length > 0 || change.isPending) return;
    const body = { ...changesOf(factsOf(user), trimmed(facts)), ...rightsChanged(user, rights) };
    if (Object.keys(body).length === 0) return onClose();
    change.mutate(
      { user, body },
      {
        onSuccess: ({ released }) => {
          onClose();
          const title = t("saved", { name: facts.name.trim() });
          showToast({ tone: "success", title, ...whoStayed(released) });
        },
      },
    );
  };

  const startAnew = () =>
    read.mutate(opened, {
      onSuccess: (now) => {
        setUser(now);
        setFacts(factsOf(now));
        setRights(rightsOf(now));
        change.reset();
      },
    });

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("editTitle", { name: opened.name })}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={change.isPending}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={handleSubmit} className="grid gap-4">
        <PersonFields
          facts={facts}
          onChange={setFacts}
          isChecked={isChecked}
          refusal={change.error}
        />
        <RightsFields rights={rights} onChange={setRights} canChangeRole={canTakeRights(user)} />
        {isOutdated && (
          <Callout tone="warning" title={t("outdated")}>
            <p>{t("outdatedAbout")}</p>
            <Button size="sm" isBusy={read.isPending} onClick={startAnew}>
              {t("startAnew")}
            </Button>
          </Callout>
        )}
        {change.isError && !isOutdated && !fieldOf(change.error) && (
          <Callout tone="danger">{problemText(change.error)}</Callout>
        )}
        {read.isError && <Callout tone="danger">{problemText(read.error)}</Callout>}
      </form>
    </Dialog>
  );
}

const factsOf = ({ name, email }: User) => ({ name, email });
const trimmed = ({ name, email }: { name: string; email: string }) => ({
  name,
  email: email.trim(),
});
const rightsOf = (user: User): Rights => ({
  role: user.role,
  seesAll: user.sees_all_clients,
  clients: user.clients,
});

/** The fields whose values differ; what somebody else changes meanwhile is not taken back. */
function changesOf<T extends Record<string, unknown>>(before: T, after: T): Partial<T> {
  const changed = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}

function rightsChanged(user: User, rights: Rights): Patch {
  const before = rightsOf(user);
  const ids = (places: Rights["clients"]) => places.map(({ id }) => id).sort();
  const hasOthers = ids(before.clients).join() !== ids(rights.clients).join();
  return {
    ...(rights.role === before.role ? {} : { role: rights.role }),
    ...(rights.seesAll === before.seesAll ? {} : { sees_all_clients: rights.seesAll }),
    ...(hasOthers ? { client_ids: ids(rights.clients) } : {}),
  };
}
