import { Download, LayoutList, ListFilter, Rows3, X } from "lucide-react";
import { useState } from "react";
import type { Dashboard } from "@/api/dashboard";
import { exportAddress } from "@/api/dashboard";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { Select } from "@/ui/select";
import { Tooltip } from "@/ui/tooltip";
import type { Choice, Facet } from "./choice";
import { fewer, filtersOf, isNarrowed, orders, statuses, toggled, widened } from "./choice";
import type { FacetOption } from "./facet-menu";
import { FacetMenu } from "./facet-menu";
import { FewerFilters } from "./fewer-filters";
import { SavedViews } from "./saved-views";
import { SearchField } from "./search-field";

type Props = {
  facets: Dashboard["facets"];
  choice: Choice;
  onChoose: (choice: Choice) => void;
};

export function FilterBar({ facets, choice, onChoose }: Props) {
  const t = useTranslations("portfolio");
  const levels = useTranslations("levels");
  const chosen = fewer.reduce((sum, facet) => sum + choice[facet].length, 0);
  const [isMoreShown, setIsMoreShown] = useState(chosen > 0);
  const menu = (facet: Facet, label: string, options: readonly FacetOption[]) => (
    <FacetMenu
      label={label}
      options={options}
      chosen={choice[facet]}
      onToggle={(value) => onChoose(toggled(choice, facet, value))}
      onClear={() => onChoose({ ...choice, [facet]: [] })}
    />
  );
  const counts = new Map(facets.statuses.map(({ status, count }) => [status, count]));
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField value={choice.search} onChange={(search) => onChoose({ ...choice, search })} />
      {menu(
        "status",
        t("order.status"),
        statuses.map((value) => ({
          value,
          label: levels(`statuses.${value}`),
          count: counts.get(value) ?? 0,
        })),
      )}
      {menu(
        "stage",
        t("stage"),
        facets.stages.map(({ stage, count }) => ({ value: stage, label: stage, count })),
      )}
      {menu(
        "client",
        t("order.client"),
        facets.clients.map(({ id, name, count }) => ({ value: id, label: name, count })),
      )}
      {menu(
        "owner",
        t("order.owner"),
        facets.owners.map(({ id, name, count }) => ({
          value: id ?? "none",
          label: name ?? t("noOwner"),
          count,
        })),
      )}
      <Button
        variant="quiet"
        aria-expanded={isMoreShown}
        onClick={() => setIsMoreShown(!isMoreShown)}
      >
        <ListFilter aria-hidden />
        {t("moreFilters")}
        {chosen > 0 && <span className="tabular-nums">({chosen})</span>}
      </Button>
      {isNarrowed(choice) && (
        <Button variant="quiet" onClick={() => onChoose(widened(choice))}>
          <X aria-hidden />
          {t("clearFilters")}
        </Button>
      )}
      <div className="ml-auto flex items-center gap-1">
        <SavedViews choice={choice} onChoose={onChoose} />
        <Tooltip text={t("export")}>
          <Button asChild variant="quiet" className="w-8 px-0">
            <a href={exportAddress(filtersOf(choice))} download aria-label={t("export")}>
              <Download aria-hidden />
            </a>
          </Button>
        </Tooltip>
        <LayoutSwitch choice={choice} onChoose={onChoose} />
      </div>
      {isMoreShown && <FewerFilters choice={choice} onChoose={onChoose} />}
      {choice.layout === "table" && (
        <div className="w-full md:hidden">
          <SortMenu choice={choice} onChoose={onChoose} />
        </div>
      )}
    </div>
  );
}

type ChoiceProps = Pick<Props, "choice" | "onChoose">;

function LayoutSwitch({ choice, onChoose }: ChoiceProps) {
  const t = useTranslations("portfolio");
  const icons = { clients: LayoutList, table: Rows3 };
  return (["clients", "table"] as const).map((layout) => {
    const Icon = icons[layout];
    return (
      <IconButton
        key={layout}
        label={t(`layout.${layout}`)}
        aria-pressed={choice.layout === layout}
        className="aria-pressed:bg-sunken aria-pressed:text-text"
        onClick={() => onChoose({ ...choice, layout })}
      >
        <Icon aria-hidden />
      </IconButton>
    );
  });
}

/** Where there is no room for titles of columns. */
function SortMenu({ choice, onChoose }: ChoiceProps) {
  const t = useTranslations("portfolio");
  const options = orders.flatMap((order) => [
    { value: order, label: t(`order.${order}`) },
    { value: `-${order}`, label: `${t(`order.${order}`)} ${t("reversed")}` },
  ]);
  const choose = (value: string) => {
    const order = orders.find((one) => one === value.replace(/^-/, ""));
    if (order) onChoose({ ...choice, sort: value.startsWith("-") ? `-${order}` : order });
  };
  return (
    <Select
      aria-label={t("sortBy")}
      value={choice.sort}
      onValueChange={choose}
      options={options}
      className="h-8 text-sm"
    />
  );
}
