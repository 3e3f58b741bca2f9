import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useId } from "react";
import { classes } from "./classes";

/** What the control inside a field must carry, so that its label, hint and error are read out. */
export type ControlProps = {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
};

type Props = {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  isRequired?: boolean;
  className?: string;
  children: (control: ControlProps) => ReactNode;
};

/** A label, its control, and what is said about it: `<Field label="…">{(c) => <Input {...c} />}</Field>`. */
export function Field({ label, hint, error, isRequired, className, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const control: ControlProps = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-required": isRequired || undefined,
  };
  return (
    <div className={classes("grid gap-1.5", className)}>
      <label htmlFor={id} className="min-w-0 text-sm font-medium wrap-anywhere">
        {label}
      </label>
      {children(control)}
      {hint && (
        <div id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-xs text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {error}
        </p>
      )}
    </div>
  );
}
