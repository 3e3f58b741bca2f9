"use client";

import { useTranslations } from "use-intl";
import type { Schemas } from "@/api/client";
import { Disclosure } from "@/ui/disclosure";

type Props = { workspace: Schemas["WorkspaceOut"] };

/** What the last scan could not take as it was. */
export function Notices({ workspace }: Props) {
  const t = useTranslations("projects");
  const { notices } = workspace;
  if (notices.length === 0) return null;
  return (
    <Disclosure title={t("notices", { count: notices.length })}>
      <ul className="grid gap-2.5">
        {notices.map((notice) => (
          <li
            key={`${notice.path}:${notice.line}:${notice.code}:${notice.text}`}
            className="text-sm"
          >
            {notice.path && (
              <code className="mr-2 font-mono text-xs text-muted wrap-anywhere">
                {notice.path}
                {notice.line !== null && `:${notice.line}`}
              </code>
            )}
            {notice.text}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
