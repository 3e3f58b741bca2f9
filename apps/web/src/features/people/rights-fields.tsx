import type { Place } from "@/api/levels";
import type { Verdict } from "@/components/reasons";
import { useAllowed } from "@/components/reasons";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { Select } from "@/ui/select";
import { ClientPicker } from "./client-picker";
import type { Role } from "./queries";
import { roles } from "./queries";

export type Rights = { role: Role; seesAll: boolean; clients: readonly Place[] };

type Props = {
  rights: Rights;
  onChange: (rights: Rights) => void;
  /** Whether the role may become less than it is. */
  canChangeRole?: Verdict;
};

/** What somebody may do, and of which clients. */
export function RightsFields({ rights, onChange, canChangeRole = true }: Props) {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const allowed = useAllowed()(canChangeRole);
  return (
    <>
      <Field label={t("role")} hint={allowed === true ? t(`roleAbout.${rights.role}`) : allowed}>
        {(control) => (
          <Select
            {...control}
            disabled={allowed !== true}
            value={rights.role}
            onValueChange={(value) =>
              onChange({ ...rights, role: roles.find((role) => role === value) ?? rights.role })
            }
            options={roles.map((role) => ({ value: role, label: shell(`roles.${role}`) }))}
          />
        )}
      </Field>
      {rights.role !== "administrator" && (
        <fieldset className="grid gap-2">
          <legend className="mb-1.5 text-sm font-medium">{t("sees")}</legend>
          <RadioGroup
            label={t("sees")}
            value={rights.seesAll ? "all" : "some"}
            onValueChange={(value) => onChange({ ...rights, seesAll: value === "all" })}
          >
            <RadioCard value="all" title={t("allClients")}>
              {t("allClientsAbout")}
            </RadioCard>
            <RadioCard value="some" title={t("someClients")}>
              {t("someClientsAbout")}
            </RadioCard>
          </RadioGroup>
          {!rights.seesAll && (
            <ClientPicker
              chosen={rights.clients}
              onChange={(clients) => onChange({ ...rights, clients })}
            />
          )}
        </fieldset>
      )}
    </>
  );
}
