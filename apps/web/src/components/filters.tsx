import { X } from "lucide-react";
import { Badge } from "@/ui/badge";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Option } from "@/ui/select";
import { Select } from "@/ui/select";

const ALL = "all";

type ChoiceProps = {
  label: string;
  /** Empty for everything. */
  value: string | undefined;
  everything: string;
  options: Option[];
  onChange: (value: string) => void;
};

/** One of several values, or everything. */
export function FilterChoice({ label, value, everything, options, onChange }: ChoiceProps) {
  return (
    <Field label={label} className="min-w-36 max-sm:flex-1">
      {(control) => (
        <Select
          {...control}
          value={value || ALL}
          onValueChange={(chosen) => onChange(chosen === ALL ? "" : chosen)}
          options={[{ value: ALL, label: everything }, ...options]}
        />
      )}
    </Field>
  );
}

type DayProps = { label: string; value: string | undefined; onChange: (day: string) => void };

export function FilterDay({ label, value, onChange }: DayProps) {
  return (
    <Field label={label} className="w-37 max-sm:w-auto max-sm:flex-1">
      {(control) => (
        <Input
          {...control}
          type="date"
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type ChipProps = { children: string; removeLabel: string; onRemove: () => void };

/** A filter that was chosen somewhere else, and can only be taken away here. */
export function FilterChip({ children, removeLabel, onRemove }: ChipProps) {
  return (
    <Badge tone="accent" className="mb-2 h-6">
      {children}
      <button type="button" aria-label={removeLabel} className="rounded-full" onClick={onRemove}>
        <X aria-hidden />
      </button>
    </Badge>
  );
}
