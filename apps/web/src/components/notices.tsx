import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";

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
          <span className="min-w-0 wrap-anywhere">
            <NoticeText notice={notice} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function NoticeText({ notice }: { notice: Notice }) {
  const t = useTranslations("clauses");
  const says = notice.says ?? [];
  const isKnown = says.length > 0 && says.every(({ name }) => t.has(name as ClauseName));
  if (!isKnown) return <ImportersText notice={notice} />;
  return (
    <>
      {notice.path && <Place notice={notice} />}
      {says.map(({ name, values }, index) => (
        <span key={name}>
          {index > 0 && " "}
          {t.rich(name as ClauseName, { ...values, ...PARTS } as never)}
        </span>
      ))}
    </>
  );
}

type ClauseName = Parameters<ReturnType<typeof useTranslations<"clauses">>["has"]>[0];

/** Names are strangers' and words of programs English: neither disturbs the sentence around it. */
const PARTS = {
  code: (name: ReactNode) => (
    <bdi>
      <code className="font-mono text-xs">{name}</code>
    </bdi>
  ),
  en: (words: ReactNode) => <bdi lang="en">{words}</bdi>,
};

/** Of what the web app does not know, and of old notices: the importer's English, after a word. */
function ImportersText({ notice }: { notice: Notice }) {
  const t = useTranslations("notices");
  const isEnglish = useLanguage() === "en";
  const code = notice.code as Parameters<typeof t>[0];
  return (
    <>
      {notice.path && !notice.text.startsWith(notice.path) && <Place notice={notice} />}
      {isEnglish || !t.has(code) ? (
        notice.text
      ) : (
        <>
          {t(code)}{" "}
          <span lang="en" className="text-muted">
            {notice.text}
          </span>
        </>
      )}
    </>
  );
}

function Place({ notice: { path, line } }: { notice: Notice }) {
  return (
    <>
      <bdi>
        <code className="mr-1 font-mono text-xs text-muted">
          {line === null ? path : `${path}:${line}`}
        </code>
      </bdi>{" "}
    </>
  );
}
