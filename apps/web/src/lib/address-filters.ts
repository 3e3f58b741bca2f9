import { useSearchParams } from "next/navigation";
import { useState } from "react";

export type AddressFilters<Name extends string> = Partial<Record<Name, string>>;

/** Filters that live in the address, so that they survive a reload, the way back, and being sent. */
export function useAddressFilters<Name extends string>(names: readonly Name[]) {
  const parameters = useSearchParams();
  const [filters, setFilters] = useState<AddressFilters<Name>>(() => filtersIn(parameters, names));
  const change = (changed: AddressFilters<Name>) => {
    const next = { ...filters, ...changed };
    setFilters(next);
    const query = new URLSearchParams(
      names.flatMap((name) => (next[name] ? [[name, next[name]]] : [])) as string[][],
    ).toString();
    // Not through the router: each letter would ask the server for the page again.
    window.history.replaceState(null, "", query ? `?${query}` : window.location.pathname);
  };
  const clear = () =>
    change(Object.fromEntries(names.map((name) => [name, ""])) as AddressFilters<Name>);
  return { filters, change, clear, isFiltered: names.some((name) => filters[name]) };
}

function filtersIn<Name extends string>(
  parameters: URLSearchParams,
  names: readonly Name[],
): AddressFilters<Name> {
  const given = names.map((name) => [name, parameters.get(name) ?? ""]);
  return Object.fromEntries(given) as AddressFilters<Name>;
}
