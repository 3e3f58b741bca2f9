import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";

const nothingChanges = () => () => {};

/** False on the server and in the first paint, which must look the same in every browser. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    nothingChanges,
    () => true,
    () => false,
  );
}

/** Whether it is an id, and not a name that stands in its place. */
export const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/**
 * The id in `/projects/<id>`, `/documents/<id>` and the like.
 *
 * `useParams()` cannot be used: one exported file serves every id, so it always says `_`. Call this
 * below an `IdBoundary`, which renders only when the browser's own path is known.
 */
export function useRouteId(): string {
  const id = usePathname().split("/").filter(Boolean)[1];
  if (id === undefined) throw new Error("useRouteId() needs a path with an id");
  return decodeURIComponent(id);
}
