import { useState } from "react";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import type { Named } from "./use-one-named";
import { oneNamed, suggestionsOf, useOneNamed } from "./use-one-named";

type Props = {
  label: string;
  hint?: string;
  error?: string | null;
  className?: string;
  /** What stands in the field while nothing is chosen. */
  placeholder: string;
  /** Empty for none. */
  value: string | undefined;
  /** Whose names are there already. */
  known: readonly Named[];
  /** What the search found. */
  offered: readonly Named[];
  setSearch: (text: string) => void;
  onChange: (id: string, name: string) => void;
};

/** Chooses one by its name. The server searches: nobody loads thousands of names for it. */
export function NamedField(props: Props) {
  const { value, known, offered, setSearch, onChange, placeholder, ...field } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [taken, setTaken] = useState<Named | null>(null);
  const chosen = [taken, ...known, ...offered].find((one) => one?.id === value);
  const take = (one: Named) => {
    setTaken(one);
    setTyped(null);
    setSearch("");
    onChange(one.id, one.name);
  };
  const change = (text: string) => {
    setSearch(text.trim());
    const found = oneNamed(offered, text);
    if (found) return take(found);
    setTyped(text);
    if (!text.trim()) onChange("", "");
  };
  const isOpen = typed !== null;
  useOneNamed({
    offered,
    text: typed ?? "",
    value: isOpen ? null : { id: value ?? "" },
    onChange: take,
  });
  return (
    <Field {...field}>
      {(control) => (
        <Combobox
          {...control}
          placeholder={placeholder}
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
