import type { Schemas } from "@/api/client";
import { Badge } from "@/ui/badge";

/** A value of the reference data, with the colour that an administrator gave it. */
export function ReferenceBadge({ label }: { label: Schemas["ReferenceLabel"] }) {
  return (
    <Badge>
      {label.colour && (
        <span
          aria-hidden
          className="size-2 rounded-full"
          style={{ backgroundColor: label.colour }}
        />
      )}
      {label.name}
    </Badge>
  );
}
