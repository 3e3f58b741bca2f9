import { Fragment } from "react";

type Props = { names: readonly (string | null | undefined | false)[] };

/** `Maison Lumière · Lecture · LECTEUR`, each the way it is written, from whichever side. */
export function SideBySide({ names }: Props) {
  return names
    .filter((name) => typeof name === "string" && name !== "")
    .map((name, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: two of them may be called the same
      <Fragment key={index}>
        {index > 0 && " · "}
        <bdi>{name}</bdi>
      </Fragment>
    ));
}
