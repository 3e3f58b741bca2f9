import { useEffect, useEffectEvent } from "react";

type Place = { id: string; name: string };

/**
 * Takes the place whose name was typed, letter case aside, as soon as it is known: what is pasted or
 * typed fast is there before its suggestions are.
 */
export function usePlaceNamed(
  places: readonly Place[],
  text: string,
  value: Place | null,
  onChange: (place: Place) => void,
): void {
  const id = value ? undefined : placeNamed(places, text)?.id;
  const take = useEffectEvent(() => {
    const found = placeNamed(places, text);
    if (found) onChange(found);
  });
  useEffect(() => {
    if (id) take();
  }, [id]);
}

export function placeNamed(places: readonly Place[], text: string): Place | null {
  const name = text.trim().toLowerCase();
  const found = places.find((place) => place.name.toLowerCase() === name);
  return found ? { id: found.id, name: found.name } : null;
}
