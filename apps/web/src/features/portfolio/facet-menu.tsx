import { ChevronDown, Search } from "lucide-react";
import { useId, useState } from "react";
import { matches } from "@/lib/matching";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Input } from "@/ui/input";
import { Popover } from "@/ui/popover";

export type FacetOption = {
  value: string;
  label: string;
  /** How many it would leave, where that is counted. */
  count?: number;
};

type Props = {
  label: string;
  options: readonly FacetOption[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
  onClear: () => void;
  /** Where the options are searched for elsewhere, instead of among them. */
  onSearch?: (search: string) => void;
};

/** More than these are searched, not read. */
const FEW = 8;
const SHOWN = 50;

/** What one filter offers, with how many each would leave. Several can be chosen. */
export function FacetMenu(props: Props) {
  const t = useTranslations("portfolio");
  const { label, options, chosen, onToggle, onClear, onSearch } = props;
  const [search, setSearch] = useState("");
  const offered = onSearch ? options : options.filter((option) => matches(option.label, search));
  const change = (next: string) => {
    setSearch(next);
    onSearch?.(next);
  };
  return (
    <Popover
      label={label}
      onOpenChange={() => change("")}
      trigger={
        <Button className={classes(chosen.length > 0 && "border-accent-line text-accent-text")}>
          {label}
          {chosen.length > 0 && <span className="tabular-nums">({chosen.length})</span>}
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      {(onSearch || options.length > FEW) && (
        <div className="relative mb-1.5">
          <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-faint" />
          <Input
            type="search"
            aria-label={t("searchFacet", { facet: label })}
            value={search}
            onChange={(event) => change(event.target.value)}
            className="h-8 pl-8 text-sm"
          />
        </div>
      )}
      <ul aria-label={label} className="max-h-72 overflow-y-auto">
        {offered.slice(0, SHOWN).map((option) => (
          <li key={option.value}>
            <Choosable
              option={option}
              isChosen={chosen.includes(option.value)}
              onToggle={() => onToggle(option.value)}
            />
          </li>
        ))}
      </ul>
      {offered.length === 0 && <p className="px-2 py-3 text-sm text-muted">{t("noOption")}</p>}
      {offered.length > SHOWN && (
        <p className="px-2 pt-1.5 text-xs text-muted">
          {t("moreOptions", { count: offered.length - SHOWN })}
        </p>
      )}
      {chosen.length > 0 && (
        <Button variant="quiet" size="sm" className="mt-1.5 w-full" onClick={onClear}>
          {t("clearFacet")}
        </Button>
      )}
    </Popover>
  );
}

type ChoosableProps = { option: FacetOption; isChosen: boolean; onToggle: () => void };

function Choosable({ option, isChosen, onToggle }: ChoosableProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className="flex h-8 items-center gap-2 rounded px-2 text-sm hover:bg-sunken has-focus-visible:bg-sunken"
    >
      <input
        id={id}
        type="checkbox"
        checked={isChosen}
        onChange={onToggle}
        className="size-4 shrink-0 accent-(--accent)"
      />
      <span className="min-w-0 flex-1 truncate">{option.label}</span>{" "}
      <span className="text-xs text-muted tabular-nums">{option.count}</span>
    </label>
  );
}
