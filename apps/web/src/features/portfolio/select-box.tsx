import { Check } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";

type Props = {
  label: string;
  isChecked: boolean;
  onToggle: (isRange: boolean) => void;
};

/** A checkbox whose name is read out and not written. With the shift key it means a range. */
export function SelectBox({ label, isChecked, onToggle }: Props) {
  return (
    <Radix.Root
      aria-label={label}
      checked={isChecked}
      onClick={(event) => onToggle(event.shiftKey)}
      // Larger for a finger than it looks.
      className="relative z-10 grid size-4 shrink-0 place-items-center rounded-sm border border-control bg-surface after:absolute after:-inset-2.5 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Indicator>
        <Check aria-hidden className="size-3 text-on-accent" strokeWidth={3} />
      </Radix.Indicator>
    </Radix.Root>
  );
}
