import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { clientChoicesQuery } from "@/api/catalogue";
import { clientQuery } from "@/api/levels";
import { peopleQuery } from "@/api/people";
import { matches } from "@/lib/matching";
import { useSettled } from "@/lib/use-settled";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { oneNamed, suggestionsOf, useOneNamed } from "./use-one-named";

type Named = { id: string; name: string };

type FilterProps = {
  label: string;
  everything: string;
  /** Empty for everything. */
  value: string | undefined;
  onChange: (id: string) => void;
};

/** One of the clients, found by its name. */
export function ClientFilter(props: FilterProps) {
  const [search, setSearch] = useState("");
  const choices = useQuery(clientChoicesQuery(useSettled(search)));
  const { data } = useQuery({ ...clientQuery(props.value ?? ""), enabled: Boolean(props.value) });
  const offered = choices.data?.items ?? [];
  return <SearchFilter {...props} known={data ? [data] : []} {...{ offered, setSearch }} />;
}

type PersonFilterProps = FilterProps & {
  /** Whose names are there already. */
  known: readonly Named[];
};

/** One of the people that one may see, found by their name. */
export function PersonFilter(props: PersonFilterProps) {
  const [search, setSearch] = useState("");
  const choices = useQuery(peopleQuery(useSettled(search)));
  const found = choices.data?.items ?? [];
  // Who cannot sign in any more is found by what they did.
  const others = props.known.filter(
    ({ id, name }) => !found.some((one) => one.id === id) && matches(name, search),
  );
  return <SearchFilter {...props} offered={[...found, ...others]} setSearch={setSearch} />;
}

type Props = PersonFilterProps & {
  offered: readonly Named[];
  setSearch: (text: string) => void;
};

/** The server searches: nobody loads thousands of names to choose one. */
function SearchFilter(props: Props) {
  const { label, everything, value, onChange, known, offered, setSearch } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [taken, setTaken] = useState<Named | null>(null);
  const chosen = [taken, ...known].find((one) => one?.id === value);
  const take = (one: Named) => {
    setTaken(one);
    setTyped(null);
    setSearch("");
    onChange(one.id);
  };
  const change = (text: string) => {
    setSearch(text.trim());
    const found = oneNamed(offered, text);
    if (found) return take(found);
    setTyped(text);
    if (!text.trim()) onChange("");
  };
  const isOpen = typed !== null;
  useOneNamed({
    offered,
    text: typed ?? "",
    value: isOpen ? null : { id: value ?? "" },
    onChange: take,
  });
  return (
    <Field label={label} className="w-44 max-sm:w-auto max-sm:min-w-36 max-sm:flex-1">
      {(control) => (
        <Combobox
          {...control}
          placeholder={everything}
          value={typed ?? chosen?.name ?? ""}
          onChange={change}
          onLeave={() => {
            setTyped(null);
            setSearch("");
          }}
          onTake={(id) => {
            const found = offered.find((one) => one.id === id);
            if (found) take(found);
          }}
          suggestions={suggestionsOf(offered)}
        />
      )}
    </Field>
  );
}
