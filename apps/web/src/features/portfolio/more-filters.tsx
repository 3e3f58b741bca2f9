import { useQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import type { ReferenceKind } from "@/api/levels";
import { referenceQuery } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Popover } from "@/ui/popover";
import { Spinner } from "@/ui/spinner";
import type { Choice, Facet } from "./choice";
import { toggled, types } from "./choice";
import type { FacetOption } from "./facet-menu";
import { Choosable } from "./facet-menu";

type Props = { choice: Choice; onChoose: (choice: Choice) => void };

const rare = ["type", "domain", "implementation", "users"] as const;

/** What is asked for more rarely: what kind of projects they are, for whom, of which domain. */
export function MoreFilters({ choice, onChoose }: Props) {
  const t = useTranslations("portfolio");
  const count = rare.reduce((sum, facet) => sum + choice[facet].length, 0);
  const none = Object.fromEntries(rare.map((facet) => [facet, []]));
  return (
    <Popover
      label={t("moreFilters")}
      trigger={
        <Button className={classes(count > 0 && "border-accent-line text-accent-text")}>
          <ListFilter aria-hidden />
          {t("moreFilters")}
          {count > 0 && <span className="tabular-nums">({count})</span>}
        </Button>
      }
    >
      <Kinds choice={choice} onChoose={onChoose} />
      {count > 0 && (
        <Button
          variant="quiet"
          size="sm"
          className="mt-1.5 w-full"
          onClick={() => onChoose({ ...choice, ...none })}
        >
          {t("clearFacet")}
        </Button>
      )}
    </Popover>
  );
}

/** Asks for what is offered once it is opened. */
function Kinds({ choice, onChoose }: Props) {
  const levels = useTranslations("levels");
  const group = (facet: Facet, label: string, options: readonly FacetOption[]) => (
    <Group
      label={label}
      options={options}
      chosen={choice[facet]}
      onToggle={(value) => onChoose(toggled(choice, facet, value))}
    />
  );
  const domains = useOffered("business_domain");
  const implementations = useOffered("implementation_type");
  const users = useOffered("user_category");
  return (
    <div className="space-y-2">
      {group(
        "type",
        levels("type"),
        types.map((value) => ({ value, label: levels(`types.${value}`) })),
      )}
      {domains === null || implementations === null || users === null ? (
        <Spinner />
      ) : (
        <>
          {group("domain", levels("domain"), domains)}
          {group("implementation", levels("implementationType"), implementations)}
          {group("users", levels("userCategories"), users)}
        </>
      )}
    </div>
  );
}

/** Null until they have come. */
function useOffered(kind: ReferenceKind): readonly FacetOption[] | null {
  const { data, isError } = useQuery(referenceQuery(kind));
  if (isError) return [];
  return data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? null;
}

type GroupProps = {
  label: string;
  options: readonly FacetOption[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
};

function Group({ label, options, chosen, onToggle }: GroupProps) {
  if (options.length === 0) return null;
  return (
    <fieldset>
      <legend className="px-2 pt-1 pb-0.5 text-xs font-medium text-muted">{label}</legend>
      {options.map((option) => (
        <Choosable
          key={option.value}
          option={option}
          isChosen={chosen.includes(option.value)}
          onToggle={() => onToggle(option.value)}
        />
      ))}
    </fieldset>
  );
}
