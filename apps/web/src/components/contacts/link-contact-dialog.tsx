"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import type { ContactWithLinks, Place } from "@/api/catalogue";
import { catalogueChanged, contactsQuery } from "@/api/catalogue";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Combobox } from "@/ui/combobox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { ChangedMeanwhile } from "../edit-conflict/changed-meanwhile";
import { nothingSeen, useGuardedAction } from "../edit-conflict/use-guarded-action";
import { useProblemText } from "../problem-text";
import { oneNamed, suggestionsOf, useOneNamed } from "../use-one-named";
import { NewContactDialog } from "./contact-dialog";
import type { ContactRole, LinkedContact, Versioned } from "./contact-links";
import { useLinkSight } from "./link-sight";

type Props = {
  client: Place;
  offered: readonly ContactRole[];
  isSingle: boolean;
  /** Whose roles are changed; null to link another. */
  linked: { contact: LinkedContact; roles: readonly ContactRole[] } | null;
  /** Who is linked already. */
  taken: readonly string[];
  rolesOf: (contact: ContactWithLinks) => readonly ContactRole[];
  link: (contact: Versioned, roles: ContactRole[]) => Promise<unknown>;
  onClose: () => void;
};

/** Says who somebody is for a service or a project; a person who is not there yet is added. */
export function LinkContactDialog(props: Props) {
  const { client, offered, isSingle, linked, taken, rolesOf, link, onClose } = props;
  const t = useTranslations("contacts");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<LinkedContact | null>(linked?.contact ?? null);
  const [roles, setRoles] = useState<ContactRole[]>([...(linked?.roles ?? offered.slice(-1))]);
  const [isChecked, setIsChecked] = useState(false);
  const [isAdding, setIsAdding] = useState(false);
  const { seenOf, lookAgain } = useLinkSight(rolesOf);
  const [rolesBefore] = useState(linked?.roles ?? []);
  const linking = useGuardedAction({
    seen: chosen ? seenOf(chosen, rolesBefore) : nothingSeen,
    lookAgain: () => lookAgain(chosen?.id ?? ""),
    act: ({ id }: LinkedContact, version) => link({ id, version }, roles),
    onDone: onClose,
    onSettled: () => catalogueChanged(queries),
  });
  const save = () => {
    setIsChecked(true);
    if (chosen && roles.length > 0 && !linking.isBusy) linking.run(chosen);
  };
  const choose = (contact: LinkedContact | null) => {
    setChosen(contact);
    linking.startAnew();
  };
  if (isAdding) {
    const take = (contact: LinkedContact) => {
      choose(contact);
      setIsAdding(false);
    };
    return (
      <NewContactDialog
        client={client}
        onMade={take}
        onExisting={take}
        onClose={() => setIsAdding(false)}
      />
    );
  }
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={linked ? linked.contact.name : t("link")}
      description={client.name}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={linking.isBusy} onClick={save}>
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {!linked && (
          <ContactField
            client={client}
            chosen={chosen}
            taken={taken}
            onChange={choose}
            onAdd={() => setIsAdding(true)}
            error={isChecked && !chosen ? t("contactMissing") : null}
          />
        )}
        {isSingle ? (
          <RadioGroup
            label={t("roleHere")}
            value={roles[0] ?? ""}
            onValueChange={(role) => setRoles([role as ContactRole])}
            className="sm:grid-cols-2"
          >
            {offered.map((role) => (
              <RadioCard key={role} value={role} title={t(`roles.${role}`)}>
                {t(`rolesAbout.${role}`)}
              </RadioCard>
            ))}
          </RadioGroup>
        ) : (
          <fieldset className="grid gap-2">
            <legend className="mb-2 text-sm font-medium">{t("rolesHere")}</legend>
            {offered.map((role) => (
              <Checkbox
                key={role}
                label={t(`roles.${role}`)}
                hint={t(`rolesAbout.${role}`)}
                checked={roles.includes(role)}
                onCheckedChange={(isOn) =>
                  setRoles(isOn ? [...roles, role] : roles.filter((other) => other !== role))
                }
              />
            ))}
            {isChecked && roles.length === 0 && (
              <p role="alert" className="text-xs text-danger">
                {t("roleMissing")}
              </p>
            )}
          </fieldset>
        )}
        <ChangedMeanwhile changed={linking.changed} />
        {linking.error && <Callout tone="danger">{problemText(linking.error)}</Callout>}
      </div>
    </Dialog>
  );
}

type FieldProps = {
  client: Place;
  chosen: LinkedContact | null;
  taken: readonly string[];
  onChange: (contact: LinkedContact | null) => void;
  onAdd: () => void;
  error: string | null;
};

function ContactField({ client, chosen, taken, onChange, onAdd, error }: FieldProps) {
  const t = useTranslations("contacts");
  const [typed, setTyped] = useState(chosen?.name ?? "");
  const search = useSettled(typed.split(" · ")[0]?.trim() ?? "");
  const pages = useInfiniteQuery({
    ...contactsQuery({ search, active: true, clientId: client.id }),
    // What is offered stays under the pointer while the next search is on its way.
    placeholderData: (last) => last,
  });
  const found = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const free = found.filter(({ id }) => !taken.includes(id));
  // Two people of one name are told apart by what else is known of them.
  const labelOf = ({ name, email, role, phone }: (typeof free)[number]) =>
    [name, email || role || phone].filter(Boolean).join(" · ");
  useOneNamed({ offered: free, text: typed, value: chosen, onChange, labelOf });
  const change = (text: string) => {
    setTyped(text);
    onChange(oneNamed(free, text, labelOf));
  };
  return (
    <div className="grid gap-2">
      <Field label={t("contact")} hint={t("contactHint")} error={error} isRequired>
        {(control) => (
          <Combobox
            {...control}
            value={typed}
            onChange={change}
            onTake={(id) => onChange(free.find((one) => one.id === id) ?? null)}
            suggestions={suggestionsOf(free, labelOf)}
          />
        )}
      </Field>
      <Button size="sm" className="justify-self-start" onClick={onAdd}>
        <UserPlus aria-hidden />
        {t("new")}
      </Button>
    </div>
  );
}
