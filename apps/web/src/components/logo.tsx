import { classes } from "@/ui/classes";

type Props = { className?: string };

/** Three stages and the gate between them. */
export function Logo({ className }: Props) {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className={classes("size-6", className)}>
      <rect width="24" height="24" rx="6" fill="var(--accent)" />
      <path d="M6 12h12" stroke="#fff" strokeOpacity=".55" strokeWidth="2" />
      <circle cx="6" cy="12" r="2.25" fill="#fff" />
      <circle cx="18" cy="12" r="2.25" fill="#fff" />
      <path d="M12 7.5 16.5 12 12 16.5 7.5 12z" fill="#fff" />
    </svg>
  );
}
