import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Schemas } from "@/api/client";
import { useLanguage } from "@/lib/language";

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
          <NoticeText notice={notice} />
        </li>
      ))}
    </ul>
  );
}

/** Importers speak English: elsewhere a sentence comes before theirs, which has the particulars. */
function NoticeText({ notice }: { notice: Notice }) {
  const t = useTranslations("notices");
  const isEnglish = useLanguage() === "en";
  const code = notice.code as Parameters<typeof t>[0];
  const isKnown = t.has(code);
  return (
    <span className="min-w-0 wrap-anywhere">
      {notice.path && !notice.text.startsWith(notice.path) && (
        <code className="mr-2 font-mono text-xs text-muted">{placeOf(notice)}</code>
      )}
      {isEnglish || !isKnown ? (
        notice.text
      ) : (
        <>
          {t(code)}{" "}
          <span lang="en" className="text-muted">
            {notice.text}
          </span>
        </>
      )}
    </span>
  );
}

const placeOf = ({ path, line }: Notice) => (line === null ? path : `${path}:${line}`);
