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
  /** Who did what is shown: one of them several times, AgentLab itself among them. */
  actors: readonly { id: string | null; name: string | null }[];
};

/** One of the people that one may see, found by their name. */
export function PersonFilter({ actors, ...props }: PersonFilterProps) {
  const [search, setSearch] = useState("");
  const choices = useQuery(peopleQuery(useSettled(search)));
  const found = choices.data?.items ?? [];
  const people = actors.flatMap(({ id, name }) => (id && name ? [{ id, name }] : []));
  const known = [...new Map(people.map((one) => [one.id, one])).values()];
  // Who cannot sign in any more is found by what they did.
  const others = known.filter(
    ({ id, name }) => !found.some((one) => one.id === id) && matches(name, search),
  );
  return <SearchFilter {...props} {...{ known, setSearch }} offered={[...found, ...others]} />;
}

type SearchFilterProps = FilterProps & {
  /** Whose names are there already. */
  known: readonly Named[];
  offered: readonly Named[];
  setSearch: (text: string) => void;
};

function SearchFilter({ everything, ...props }: SearchFilterProps) {
  const className = "w-44 max-sm:w-auto max-sm:min-w-36 max-sm:flex-1";
  return <NamedField {...props} placeholder={everything} className={className} />;
}
