import { useAccount } from "@/api/session";
import { When } from "@/components/when";
import { initials } from "@/lib/initials";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Cell, HeadCell, Table } from "@/ui/table";
import type { User, UserState } from "./queries";
import { UserActions } from "./user-actions";

export function PeopleTable({ users }: { users: readonly User[] }) {
  const t = useTranslations("people");
  return (
    <Table caption={t("title")}>
      <thead>
        <tr>
          <HeadCell>{t("name")}</HeadCell>
          <HeadCell className="max-sm:hidden">{t("role")}</HeadCell>
          <HeadCell className="max-lg:hidden">{t("sees")}</HeadCell>
          <HeadCell className="max-md:hidden">{t("lastSignIn")}</HeadCell>
          <HeadCell>
            <span className="sr-only">{t("actions")}</span>
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <UserRow key={user.id} user={user} />
        ))}
      </tbody>
    </Table>
  );
}

function UserRow({ user }: { user: User }) {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const isMe = useAccount().id === user.id;
  const isErased = user.state === "erased";
  return (
    <tr className={user.deactivated_at ? "text-muted" : undefined}>
      <Cell className="w-full max-w-0 py-2">
        <div className="flex items-center gap-3">
          <span
            aria-hidden
            data-initials={isErased ? "" : initials(user.name)}
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-text before:content-[attr(data-initials)]"
          />
          <div className="min-w-0">
            <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="truncate font-medium">
                {isErased ? t("erasedPerson") : user.name}
              </span>
              {isMe && <Badge>{t("you")}</Badge>}
              <StateBadge user={user} />
            </div>
            {!isErased && <div className="truncate text-xs text-muted">{user.email}</div>}
            <div className="text-xs text-muted sm:hidden">{shell(`roles.${user.role}`)}</div>
          </div>
        </div>
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">{shell(`roles.${user.role}`)}</Cell>
      <Cell className="whitespace-nowrap max-lg:hidden">{!isErased && <Sees user={user} />}</Cell>
      <Cell className="whitespace-nowrap text-muted max-md:hidden">
        {user.signed_in_at ? <When at={user.signed_in_at} /> : t("never")}
      </Cell>
      <Cell className="text-right">{!isErased && <UserActions user={user} />}</Cell>
    </tr>
  );
}

const tones: Record<UserState, "neutral" | "accent" | "warning" | "danger"> = {
  active: "neutral",
  invited: "accent",
  locked: "warning",
  deactivated: "neutral",
  erased: "neutral",
};

/** Says only what is not as usual. */
function StateBadge({ user }: { user: User }) {
  const t = useTranslations("people");
  if (user.state === "active") {
    return user.link ? <Badge tone="accent">{t("resetOpen")}</Badge> : null;
  }
  const isOver = user.state === "invited" && !user.link;
  return (
    <Badge tone={isOver ? "warning" : tones[user.state]}>
      {isOver ? t("invitationOver") : t(`states.${user.state}`)}
    </Badge>
  );
}

function Sees({ user }: { user: User }) {
  const t = useTranslations("people");
  if (user.sees_all_clients || user.role === "administrator") return t("allClients");
  if (user.clients.length === 0) return <span className="text-warning">{t("noClients")}</span>;
  const names = user.clients.map(({ name }) => name).join(", ");
  return (
    <span className="block max-w-56 truncate" title={names}>
      {names}
    </span>
  );
}
