/** A value's colour as a dot; nothing where it has none. */
export function Colour({ value }: { value: string | null }) {
  if (!value) return null;
  return (
    <span
      aria-hidden
      className="size-3 shrink-0 rounded-full border border-line"
      style={{ backgroundColor: value }}
    />
  );
}
