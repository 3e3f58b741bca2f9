import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { portfolioQuery } from "@/api/portfolio";
import { useProblemText } from "@/components/problem-text";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { ScrollBox } from "@/ui/scroll-box";
import { Skeleton } from "@/ui/skeleton";

type Props = { chosen: readonly string[]; onChange: (chosen: string[]) => void };

/** Several clients of all that there are; found by typing. */
export function ClientPicker({ chosen, onChange }: Props) {
  const t = useTranslations("people");
  const problemText = useProblemText();
  const [search, setSearch] = useState("");
  const { data, error } = useQuery(portfolioQuery);
  if (error) return <Callout tone="danger">{problemText(error)}</Callout>;
  if (!data) return <Skeleton className="h-40" />;
  const typed = search.trim().toLowerCase();
  const offered = data.clients.filter(({ name }) => name.toLowerCase().includes(typed));
  const toggle = (id: string, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <div className="grid gap-2">
      <Input
        type="search"
        aria-label={t("findClient")}
        placeholder={t("findClient")}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        className="h-8 text-sm"
      />
      <ScrollBox
        label={t("clients")}
        className="grid max-h-48 content-start gap-2 overflow-y-auto rounded-md border border-line p-3"
      >
        {offered.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onCheckedChange={(isChosen) => toggle(id, isChosen)}
          />
        ))}
        {offered.length === 0 && <p className="text-sm text-muted">{t("noClientFound")}</p>}
      </ScrollBox>
      <p role="status" className="text-xs text-muted">
        {t("clientsChosen", { count: chosen.length })}
      </p>
    </div>
  );
}
