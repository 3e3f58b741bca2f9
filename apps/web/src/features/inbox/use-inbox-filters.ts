import type { InboxFilters, ItemKind } from "@/api/inbox";
import { useAddressFilters } from "@/lib/address-filters";

const NAMES = ["kind", "client", "show"] as const;

export const KINDS = [
  "gate",
  "question",
  "stale",
  "conflict",
  "contradiction",
] as const satisfies readonly ItemKind[];

const SNOOZED = "snoozed";

/** What part of the inbox is shown, as the address says. */
export function useInboxFilters() {
  const { filters, change, ...rest } = useAddressFilters(NAMES);
  const kind = KINDS.find((one) => one === filters.kind);
  const isSnoozed = filters.show === SNOOZED;
  const asked: InboxFilters = {
    ...(kind ? { kind: [kind] } : {}),
    ...(filters.client ? { client_id: [filters.client] } : {}),
    ...(isSnoozed ? { snoozed: true } : {}),
  };
  return {
    ...rest,
    asked,
    kind,
    client: filters.client,
    isSnoozed,
    isNarrowed: Boolean(kind || filters.client),
    chooseKind: (value: string) => change({ kind: value }),
    chooseClient: (value: string) => change({ client: value }),
    showSnoozed: (isOn: boolean) => change({ show: isOn ? SNOOZED : "" }),
    widen: () => change({ kind: "", client: "" }),
  };
}

export type InboxAddress = ReturnType<typeof useInboxFilters>;
