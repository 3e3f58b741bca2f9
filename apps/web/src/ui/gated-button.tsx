import type { ComponentProps, MouseEvent } from "react";
import { Button } from "./button";
import { Tooltip } from "./tooltip";

type Props = Omit<ComponentProps<typeof Button>, "disabled" | "asChild"> & {
  /** `true`, or the sentence that says why not. */
  allowed: true | string;
};

/** A button that explains why it cannot be used: it keeps the focus and shows the reason. */
export function GatedButton({ allowed, onClick, ...rest }: Props) {
  if (allowed === true) return <Button {...rest} onClick={onClick} />;
  const refuse = (event: MouseEvent) => event.preventDefault();
  return (
    <Tooltip text={allowed}>
      <Button {...rest} type="button" aria-disabled aria-description={allowed} onClick={refuse} />
    </Tooltip>
  );
}
