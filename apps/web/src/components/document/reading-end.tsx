import { useRef } from "react";
import { noteReading } from "@/api/inbox";
import { useWhenSeen } from "@/lib/use-when-seen";

type Props = { documentId: string; version: number; onSeen?: () => void };

/** Stands below a text: when it comes on the screen, the version was read. */
export function ReadingEnd({ documentId, version, onSeen }: Props) {
  const end = useRef<HTMLDivElement>(null);
  const noted = useRef("");
  useWhenSeen(end, () => {
    onSeen?.();
    const read = `${documentId} ${version}`;
    if (noted.current === read) return;
    noted.current = read;
    // Only a mark, as of who looked at the feed: the next visit makes it again.
    noteReading(documentId, version).catch(() => undefined);
  });
  return <div ref={end} aria-hidden className="h-px" />;
}
