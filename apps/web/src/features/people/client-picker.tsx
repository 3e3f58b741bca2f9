import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { Place } from "@/api/levels";
import { clientsNamedQuery } from "@/api/levels";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Input } from "@/ui/input";
import { ScrollBox } from "@/ui/scroll-box";
import { Skeleton } from "@/ui/skeleton";

type Props = { chosen: readonly Place[]; onChange: (chosen: Place[]) => void };

/** Several clients of all that there are, found by typing; those that are chosen stand first. */
export function ClientPicker({ chosen, onChange }: Props) {
  const t = useTranslations("people");
  const problemText = useProblemText();
  const [search, setSearch] = useState("");
  const typed = useDeferredValue(search.trim());
  // As it was before this search: a row must not jump away under the pointer that takes it.
  const [first, setFirst] = useState(chosen);
  const { data, error } = useQuery({
    ...clientsNamedQuery(typed),
    placeholderData: keepPreviousData,
  });
  const others = (data?.items ?? []).filter(({ id }) => first.every((one) => one.id !== id));
  const offered = typed === "" ? [...first, ...others] : (data?.items ?? []);
  const toggle = ({ id, name }: Place, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, { id, name }] : chosen.filter((one) => one.id !== id));
  return (
    <div className="grid gap-2">
      <Input
        type="search"
        aria-label={t("findClient")}
        placeholder={t("findClient")}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setFirst(chosen);
        }}
        className="h-8 text-sm"
      />
      {error && <Callout tone="danger">{problemText(error)}</Callout>}
      {!data && !error && <Skeleton className="h-40" />}
      {data && (
        <ScrollBox
          label={t("clients")}
          className="grid max-h-48 content-start gap-2 overflow-y-auto rounded-md border border-line p-3"
        >
          {offered.map((client) => (
            <Checkbox
              key={client.id}
              label={client.name}
              checked={chosen.some(({ id }) => id === client.id)}
              onCheckedChange={(isChosen) => toggle(client, isChosen)}
            />
          ))}
          {offered.length === 0 && <p className="text-sm text-muted">{t("noClientFound")}</p>}
          {data.next && <p className="text-xs text-muted">{t("moreClients")}</p>}
        </ScrollBox>
      )}
      <p role="status" className="text-xs text-muted">
        {t("clientsChosen", { count: chosen.length })}
      </p>
    </div>
  );
}
