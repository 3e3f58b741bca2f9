import { Search } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import type { Filters } from "./queries";
import { roles, states } from "./queries";

type Props = { filters: Filters; onChange: (filters: Filters) => void };

const ALL = "all";

export function PeopleFilters({ filters, onChange }: Props) {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  return (
    <div className="mb-4 flex flex-wrap gap-2">
      <div className="relative min-w-40 flex-1 sm:max-w-72">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint"
        />
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          value={filters.search}
          onChange={(event) => onChange({ ...filters, search: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && onChange({ ...filters, search: "" })}
          className="h-8 px-8 text-sm [&::-webkit-search-cancel-button]:hidden"
        />
      </div>
      <Select
        aria-label={t("role")}
        className="h-8 w-auto text-sm"
        value={filters.role ?? ALL}
        onValueChange={(value) =>
          onChange({ ...filters, role: roles.find((role) => role === value) ?? null })
        }
        options={[
          { value: ALL, label: t("allRoles") },
          ...roles.map((role) => ({ value: role, label: shell(`roles.${role}`) })),
        ]}
      />
      <Select
        aria-label={t("state")}
        className="h-8 w-auto text-sm"
        value={filters.state ?? ALL}
        onValueChange={(value) =>
          onChange({ ...filters, state: states.find((state) => state === value) ?? null })
        }
        options={[
          { value: ALL, label: t("allStates") },
          ...states.map((state) => ({ value: state, label: t(`states.${state}`) })),
        ]}
      />
    </div>
  );
}
