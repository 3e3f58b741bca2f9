import { useQueryClient } from "@tanstack/react-query";
import type { ContactWithLinks } from "@/api/catalogue";
import { contactQuery } from "@/api/catalogue";
import { useTranslations } from "@/lib/translations";
import type { Seen } from "../edit-conflict/use-guarded-action";
import type { ContactRole, LinkedContact } from "./contact-links";

type RolesOf = (contact: ContactWithLinks) => readonly ContactRole[];

/** What a page shows of a contact where it is linked, and what it would show now. */
export function useLinkSight(rolesOf: RolesOf) {
  const t = useTranslations("contacts");
  const queries = useQueryClient();
  const seenOf = (
    contact: LinkedContact,
    roles: readonly ContactRole[],
    by: string | null = null,
  ): Seen => ({
    values: {
      [t("name")]: contact.name,
      [t("email")]: contact.email,
      [t("role")]: contact.role,
      [t("phone")]: contact.phone,
      [t("state")]: t(`is.${contact.active}`),
      [t("rolesHere")]: roles.map((role) => t(`roles.${role}`)).join(", "),
    },
    version: contact.version,
    by,
  });
  const lookAgain = async (contactId: string): Promise<Seen> => {
    const now = await queries.fetchQuery({ ...contactQuery(contactId), staleTime: 0 });
    return seenOf(now, rolesOf(now), now.updated_by?.name ?? null);
  };
  return { seenOf, lookAgain };
}
