import type { ComponentProps, MouseEvent } from "react";
import { Button } from "./button";
import { Tooltip } from "./tooltip";

type Props = Omit<ComponentProps<typeof Button>, "disabled" | "asChild"> & {
  /** `true`, or the sentence that says why not. */
  allowed: true | string;
};

/** A button that explains why it cannot be used: it keeps the focus and shows the reason. */
export function GatedButton({ allowed, onClick, ...rest }: Props) {
  const why = allowed === true ? null : allowed;
  const refusal = why !== null && {
    type: "button" as const,
    "aria-disabled": true,
    "aria-description": why,
  };
  return (
    <Tooltip text={why}>
      <Button {...rest} {...refusal} onClick={why === null ? onClick : refuse} />
    </Tooltip>
  );
}

const refuse = (event: MouseEvent) => event.preventDefault();
