"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { Place } from "@/api/levels";
import { clientsNamedQuery, servicesNamedQuery } from "@/api/levels";
import { Combobox } from "@/ui/combobox";
import type { ControlProps } from "@/ui/field";
import { oneNamed, suggestionsOf, useOneNamed } from "../use-one-named";

type Props = {
  control: ControlProps;
  value: Place | null;
  onChange: (place: Place | null) => void;
};

/** A client, found by typing a part of its name. */
export function ClientPicker({ control, value, onChange }: Props) {
  const [text, setText] = useState(value?.name ?? "");
  const search = useDeferredValue(text === value?.name ? "" : text.trim());
  const { data } = useQuery({ ...clientsNamedQuery(search), placeholderData: (last) => last });
  return (
    <PlaceCombobox
      control={control}
      places={data?.items ?? []}
      value={value}
      text={text}
      onText={setText}
      onChange={onChange}
    />
  );
}

/** A service of a client, found by typing a part of its name. */
export function ServicePicker(props: Props & { clientId: string | null }) {
  const { control, value, onChange, clientId } = props;
  const [text, setText] = useState(value?.name ?? "");
  const search = useDeferredValue(text === value?.name ? "" : text.trim());
  const query = servicesNamedQuery(clientId ?? "", search);
  const { data } = useQuery({
    ...query,
    queryFn: clientId === null ? skipToken : query.queryFn,
    placeholderData: (last) => last,
  });
  return (
    <PlaceCombobox
      control={control}
      places={clientId === null ? [] : (data?.items ?? [])}
      value={value}
      text={text}
      onText={setText}
      onChange={onChange}
      isDisabled={clientId === null}
    />
  );
}

type ComboboxProps = Props & {
  places: readonly Place[];
  text: string;
  onText: (text: string) => void;
  isDisabled?: boolean;
};

/** What is typed counts when it is the name of a place, letter case aside. */
function PlaceCombobox(props: ComboboxProps) {
  const { control, places, value, text, onText, onChange, isDisabled } = props;
  useOneNamed({ offered: places, text, value, onChange });
  const handleChange = (typed: string) => {
    onText(typed);
    onChange(oneNamed(places, typed));
  };
  return (
    <Combobox
      {...control}
      value={text}
      onChange={handleChange}
      suggestions={suggestionsOf(places)}
      disabled={isDisabled}
    />
  );
}
