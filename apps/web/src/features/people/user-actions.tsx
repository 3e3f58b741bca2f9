import {
  Ban,
  KeyRound,
  Link2Off,
  LockOpen,
  LogOut,
  MoreHorizontal,
  Pencil,
  ShieldUser,
  UserCheck,
} from "lucide-react";
import { useState } from "react";
import { useReleased } from "@/components/levels/use-released";
import { PersonalData } from "@/components/privacy/personal-data";
import { useProblemText } from "@/components/problem-text";
import { useAllowed } from "@/components/reasons";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { DropdownMenu, MenuItem, MenuSeparator } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";
import { showToast } from "@/ui/toast-store";
import { canTakeRights } from "./can";
import { EditDialog } from "./edit-dialog";
import { LinkDialog } from "./link-dialog";
import type { Deed, Link, User } from "./queries";
import { useDeed, useMakeLink } from "./queries";

type Confirmed = "deactivate" | "signOut";

/** What an administrator can do to one person. */
export function UserActions({ user }: { user: User }) {
  const t = useTranslations("people");
  const allowed = useAllowed();
  const problemText = useProblemText();
  const [isEditing, setIsEditing] = useState(false);
  const [isDataOpen, setIsDataOpen] = useState(false);
  const [confirming, setConfirming] = useState<Confirmed | null>(null);
  const [link, setLink] = useState<Link | null>(null);
  const makeLink = useMakeLink();
  const deed = useDeed();

  const fail = (error: Error) => showToast({ tone: "danger", title: problemText(error) });
  const act = (one: Exclude<Deed, Confirmed>) =>
    deed.mutate(
      { deed: one, user },
      {
        onSuccess: () =>
          showToast({ tone: "success", title: t(`done.${one}`, { name: user.name }) }),
        onError: fail,
      },
    );
  const isOut = user.state === "deactivated";
  const isInvited = user.state === "invited";
  return (
    <>
      <DropdownMenu
        trigger={
          <IconButton size="sm" label={t("actionsFor", { name: user.name })}>
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setIsEditing(true)}>
          <Pencil aria-hidden />
          {t("edit")}
        </MenuItem>
        {!isOut && (
          <MenuItem onSelect={() => makeLink.mutate(user, { onSuccess: setLink, onError: fail })}>
            <KeyRound aria-hidden />
            {isInvited ? t("newInvitation") : t("resetPassword")}
          </MenuItem>
        )}
        {user.link && (
          <MenuItem onSelect={() => act("revokeLink")}>
            <Link2Off aria-hidden />
            {t("revokeLink")}
          </MenuItem>
        )}
        {user.locked_until && (
          <MenuItem onSelect={() => act("unlock")}>
            <LockOpen aria-hidden />
            {t("unlock")}
          </MenuItem>
        )}
        {!isOut && !isInvited && (
          <MenuItem onSelect={() => setConfirming("signOut")}>
            <LogOut aria-hidden />
            {t("signOut")}
          </MenuItem>
        )}
        <MenuItem onSelect={() => setIsDataOpen(true)}>
          <ShieldUser aria-hidden />
          {t("personalData")}
        </MenuItem>
        <MenuSeparator />
        {isOut ? (
          <MenuItem onSelect={() => act("reactivate")}>
            <UserCheck aria-hidden />
            {t("reactivate")}
          </MenuItem>
        ) : (
          <MenuItem
            allowed={allowed(canTakeRights(user))}
            onSelect={() => setConfirming("deactivate")}
          >
            <Ban aria-hidden />
            {t("deactivate")}
          </MenuItem>
        )}
      </DropdownMenu>
      {isDataOpen && (
        <PersonalData subject={{ kind: "users", ...user }} onClose={() => setIsDataOpen(false)} />
      )}
      {isEditing && <EditDialog user={user} onClose={() => setIsEditing(false)} />}
      {link && <LinkDialog name={user.name} link={link} onClose={() => setLink(null)} />}
      {confirming && <Confirm user={user} deed={confirming} onClose={() => setConfirming(null)} />}
    </>
  );
}

type ConfirmProps = { user: User; deed: Confirmed; onClose: () => void };

function Confirm({ user, deed: one, onClose }: ConfirmProps) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const whoStayed = useReleased();
  const deed = useDeed();
  const confirm = () =>
    deed.mutate(
      { deed: one, user },
      {
        onSuccess: (released) => {
          onClose();
          const title = t(`done.${one}`, { name: user.name });
          showToast({ tone: "success", title, ...whoStayed(released) });
        },
      },
    );
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t(`confirm.${one}.title`, { name: user.name })}
      description={t(`confirm.${one}.about`, { name: user.name, count: user.projects_owned })}
      confirmLabel={t(one)}
      cancelLabel={common("cancel")}
      isBusy={deed.isPending}
      isDangerous={one === "deactivate"}
      onConfirm={confirm}
    >
      {deed.isError && <Callout tone="danger">{problemText(deed.error)}</Callout>}
    </ConfirmDialog>
  );
}
