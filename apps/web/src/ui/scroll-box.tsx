import type { ComponentProps } from "react";

type Props = ComponentProps<"div"> & { label: string };

/** A box whose content may scroll. It takes the focus, because keys scroll only what has it. */
export function ScrollBox({ label, ...rest }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it no key would scroll the box
    <div {...rest} role="group" aria-label={label} tabIndex={0} />
  );
}
