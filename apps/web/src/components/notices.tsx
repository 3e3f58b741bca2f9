import { TriangleAlert } from "lucide-react";
import type { Schemas } from "@/api/client";

type Notice = Schemas["NoticeOut"];
type Props = { notices: readonly Notice[] };

/** What could not be taken as it was: where, and what. */
export function Notices({ notices }: Props) {
  return (
    <ul className="grid gap-1.5 text-sm">
      {notices.map((notice) => (
        <li
          key={`${notice.path}:${notice.line}:${notice.code}:${notice.text}`}
          className="flex items-start gap-2"
        >
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
          <span className="min-w-0">
            {notice.path && (
              <code className="mr-2 font-mono text-xs break-all text-muted">{placeOf(notice)}</code>
            )}
            {notice.text}
          </span>
        </li>
      ))}
    </ul>
  );
}

const placeOf = ({ path, line }: Notice) => (line === null ? path : `${path}:${line}`);
