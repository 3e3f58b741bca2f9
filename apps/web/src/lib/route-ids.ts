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
