import { useState } from "react";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useReleased } from "@/components/levels/use-released";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { canTakeRights } from "./can";
import { personErrors } from "./person-errors";
import { PersonFields, personFields } from "./person-fields";
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
  const whoStayed = useReleased();
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

  const refusal = useRefusal(saving.error, personFields);
  const submit = () => {
    setIsChecked(true);
    if (Object.keys(personErrors(facts)).length > 0) return;
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
    <FormDialog
      title={t("editTitle", { name: user.name })}
      submitLabel={t("save")}
      isBusy={saving.isBusy}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <PersonFields facts={facts} onChange={setFacts} isChecked={isChecked} refusal={refusal} />
      <RightsFields rights={rights} onChange={setRights} canChangeRole={canTakeRights(user)} />
    </FormDialog>
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
