import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { clientChoicesQuery } from "@/api/catalogue";
import { clientQuery } from "@/api/levels";
import { peopleQuery } from "@/api/people";
import { matches } from "@/lib/matching";
import { useSettled } from "@/lib/use-settled";
import { NamedField } from "./named-field";
import type { Named } from "./use-one-named";

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
  const known = [...new Map(props.known.map((one) => [one.id, one])).values()].filter(
    ({ id, name }) => id && name,
  );
  // Who cannot sign in any more is found by what they did.
  const others = known.filter(
    ({ id, name }) => !found.some((one) => one.id === id) && matches(name, search),
  );
  return <SearchFilter {...props} {...{ known, setSearch }} offered={[...found, ...others]} />;
}

type SearchFilterProps = PersonFilterProps & {
  offered: readonly Named[];
  setSearch: (text: string) => void;
};

function SearchFilter({ everything, ...props }: SearchFilterProps) {
  const className = "w-44 max-sm:w-auto max-sm:min-w-36 max-sm:flex-1";
  return <NamedField {...props} placeholder={everything} className={className} />;
}
