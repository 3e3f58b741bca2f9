import type { FormEvent } from "react";
import { useId, useState } from "react";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
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
import type { Role, User } from "./queries";
import { useUserEditing } from "./queries";
import type { Rights } from "./rights-fields";
import { RightsFields } from "./rights-fields";

type Values = {
  name: string;
  email: string;
  role: Role;
  sees: "all" | "some";
  client_ids: readonly string[];
};

type Props = { user: User; onClose: () => void };

/** Changes a person; never over what somebody else saved meanwhile. */
export function EditDialog({ user, onClose }: Props) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const whoStayed = useReleased();
  const formId = useId();
  const [base] = useState(() => readOf(user));
  const [facts, setFacts] = useState({ name: user.name, email: user.email });
  const [rights, setRights] = useState<Rights>({
    role: user.role,
    seesAll: user.sees_all_clients,
    clients: user.clients,
  });
  const [isChecked, setIsChecked] = useState(false);
  const { readAgain, write } = useUserEditing(user);
  // Theirs too, to show them by name.
  const [places, setPlaces] = useState(user.clients);
  const show = useShown([...places, ...rights.clients]);
  const saving = useGuardedSave<Values, Awaited<ReturnType<typeof write>>>({
    base,
    readAgain: async () => {
      const now = await readAgain();
      setPlaces([...user.clients, ...now.clients]);
      return readOf(now);
    },
    write: ({ sees, client_ids, ...changes }, version) =>
      write(
        {
          ...changes,
          ...(sees && { sees_all_clients: sees === "all" }),
          ...(client_ids && { client_ids: [...client_ids] }),
        },
        version,
      ),
    onSaved: (saved) => {
      onClose();
      if (!saved) return;
      const title = t("saved", { name: saved.name });
      showToast({ tone: "success", title, ...whoStayed(saved.released) });
    },
  });

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    if (Object.keys(personErrors(facts)).length > 0 || saving.isBusy) return;
    saving.save({
      name: facts.name,
      email: facts.email.trim(),
      role: rights.role,
      sees: rights.seesAll ? "all" : "some",
      client_ids: idsOf(rights.clients),
    });
  };

  if (saving.conflict) {
    return (
      <EditConflictDialog
        conflict={saving.conflict}
        labels={{
          name: t("name"),
          email: t("email"),
          role: t("role"),
          sees: t("sees"),
          client_ids: t("clients"),
        }}
        show={show}
        isBusy={saving.isBusy}
        error={saving.error}
        onSettle={saving.settle}
        onClose={saving.leaveConflict}
      />
    );
  }
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("editTitle", { name: user.name })}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={saving.isBusy}>
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
          refusal={saving.error}
        />
        <RightsFields rights={rights} onChange={setRights} canChangeRole={canTakeRights(user)} />
        {saving.error && !fieldOf(saving.error) && (
          <Callout tone="danger">{problemText(saving.error)}</Callout>
        )}
      </form>
    </Dialog>
  );
}

const idsOf = (places: Rights["clients"]) => places.map(({ id }) => id).toSorted();

const readOf = (user: User): Read<Values> => ({
  values: {
    name: user.name,
    email: user.email,
    role: user.role,
    sees: user.sees_all_clients ? "all" : "some",
    client_ids: idsOf(user.clients),
  },
  version: user.version,
  by: user.updated_by?.name ?? null,
});

/** A person's values as they are read; clients by the names in `places`. */
function useShown(places: Rights["clients"]) {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const nameOf = (id: string) => places.find((place) => place.id === id)?.name ?? id;
  return (name: string, value: string | readonly string[]): string => {
    if (typeof value !== "string") return value.map(nameOf).join(", ");
    if (name === "role") return shell(`roles.${value as Role}`);
    if (name === "sees") return t(value === "all" ? "allClients" : "someClients");
    return value;
  };
}
