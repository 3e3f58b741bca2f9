import { memo } from "react";
import { ScrollBox } from "@/ui/scroll-box";

const LINES_A_GROUP = 200;

type Props = { text: string; label: string };

/** A text as it is, each line with its number. A megabyte stays quick: far groups are not laid out. */
export const SourceView = memo(function SourceView({ text, label }: Props) {
  const groups = groupsOf(text.replace(/\r?\n$/, "").split(/\r?\n/));
  return (
    <ScrollBox label={label} className="font-mono text-xs leading-5">
      {groups.map((lines, group) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity but their place
          key={group}
          style={{
            counterReset: `line ${group * LINES_A_GROUP}`,
            contentVisibility: "auto",
            containIntrinsicSize: `auto ${lines.length * 20}px`,
          }}
        >
          {lines.map((line, index) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
              key={index}
              className="relative min-h-5 pl-14 wrap-anywhere whitespace-pre-wrap [counter-increment:line] before:absolute before:left-0 before:w-10 before:text-right before:text-faint before:select-none before:content-[counter(line)]"
            >
              {line}
            </div>
          ))}
        </div>
      ))}
    </ScrollBox>
  );
});

function groupsOf(lines: readonly string[]): string[][] {
  const count = Math.ceil(lines.length / LINES_A_GROUP);
  return Array.from({ length: count }, (_, group) =>
    lines.slice(group * LINES_A_GROUP, (group + 1) * LINES_A_GROUP),
  );
}
