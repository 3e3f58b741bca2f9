import { CopyButton } from "./copy-button";

/** What somebody runs on the machine, to be copied. */
export function CommandLine({ text, label }: { text: string; label: string }) {
  return (
    <div className="mt-2 flex items-start gap-2 rounded-lg bg-sunken px-3 py-2">
      <code className="min-w-0 flex-1 break-words text-xs">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
