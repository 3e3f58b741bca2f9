import { useState } from "react";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { LinkBox } from "./link-box";
import { personErrors } from "./person-errors";
import { PersonFields, personFields } from "./person-fields";
import { useInvite } from "./queries";
import type { Rights } from "./rights-fields";
import { RightsFields } from "./rights-fields";

/** Asks who is invited and to what; then it shows their link, once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const [facts, setFacts] = useState({ name: "", email: "" });
  const [rights, setRights] = useState<Rights>({ role: "viewer", seesAll: true, clients: [] });
  const [isChecked, setIsChecked] = useState(false);
  const invite = useInvite();

  const refusal = useRefusal(invite.error, personFields);

  const submit = () => {
    setIsChecked(true);
    if (Object.keys(personErrors(facts)).length > 0) return;
    invite.mutate({
      name: facts.name,
      email: facts.email.trim(),
      role: rights.role,
      sees_all_clients: rights.seesAll,
      client_ids: rights.seesAll ? [] : rights.clients.map(({ id }) => id),
    });
  };

  if (invite.data) {
    return (
      <Dialog
        isOpen
        onOpenChange={onClose}
        title={t("link.invitation", { name: invite.data.user.name })}
        closeLabel={common("close")}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t("link.done")}
          </Button>
        }
      >
        <LinkBox link={invite.data.link} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t("invite")}
      about={t("inviteAbout")}
      submitLabel={t("makeInvitation")}
      isBusy={invite.isPending}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <PersonFields
        facts={facts}
        onChange={(next) => {
          setFacts(next);
          if (invite.isError) invite.reset();
        }}
        isChecked={isChecked}
        refusal={refusal}
      />
      <RightsFields rights={rights} onChange={setRights} />
    </FormDialog>
  );
}
