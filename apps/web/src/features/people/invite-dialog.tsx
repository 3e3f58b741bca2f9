import type { FormEvent } from "react";
import { useId, useState } from "react";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { LinkBox } from "./link-box";
import { personErrors } from "./person-errors";
import { fieldOf, PersonFields } from "./person-fields";
import { useInvite } from "./queries";
import type { Rights } from "./rights-fields";
import { RightsFields } from "./rights-fields";

/** Asks who is invited and to what; then it shows their link, once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const formId = useId();
  const [facts, setFacts] = useState({ name: "", email: "" });
  const [rights, setRights] = useState<Rights>({ role: "viewer", seesAll: true, clients: [] });
  const [isChecked, setIsChecked] = useState(false);
  const invite = useInvite();

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    const first = Object.keys(personErrors(facts))[0];
    if (first) {
      event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    if (invite.isPending) return;
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
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("invite")}
      description={t("inviteAbout")}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={formId} variant="primary" isBusy={invite.isPending}>
            {t("makeInvitation")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={handleSubmit} className="grid gap-4">
        <PersonFields
          facts={facts}
          onChange={(next) => {
            setFacts(next);
            if (invite.isError) invite.reset();
          }}
          isChecked={isChecked}
          refusal={invite.error}
        />
        <RightsFields rights={rights} onChange={setRights} />
        {invite.isError && !fieldOf(invite.error) && (
          <Callout tone="danger">{problemText(invite.error)}</Callout>
        )}
      </form>
    </Dialog>
  );
}
