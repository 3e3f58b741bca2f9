"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import type { DocumentWithText } from "@/api/documents";
import { documentQuery } from "@/api/documents";
import { compare } from "@/components/text-diff/compare";
import { TextDiff } from "@/components/text-diff/text-diff";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Callout } from "@/ui/callout";
import type { Change } from "./queries";

type Props = { change: Change };

/** One artefact: what changed in it since the approval, and nothing else. */
export function ChangedText({ change }: Props) {
  const kind = kindOf(change);
  if (kind === "changed") return <Compared change={change} />;
  return <OneSided change={change} kind={kind} />;
}

type Kind = "changed" | "gone" | "joined";

function kindOf({ approved_version, current_version }: Change): Kind {
  if (current_version === null) return "gone";
  return approved_version === null ? "joined" : "changed";
}

function Compared({ change }: Props) {
  const before = useText(change, change.approved_version);
  const after = useText(change, change.current_version);
  return <Shown change={change} kind="changed" before={before} after={after} />;
}

function OneSided({ change, kind }: Props & { kind: Kind }) {
  const only = useText(change, change.approved_version ?? change.current_version);
  const [before, after] = kind === "gone" ? [only, null] : [null, only];
  return <Shown change={change} kind={kind} before={before} after={after} />;
}

function useText({ document_id }: Change, version: number | null): DocumentWithText {
  return useSuspenseQuery(documentQuery(document_id, version ?? undefined)).data;
}

type ShownProps = Props & {
  kind: Kind;
  before: DocumentWithText | null;
  after: DocumentWithText | null;
};

function Shown({ change, kind, before, after }: ShownProps) {
  const t = useTranslations("gates.staleness");
  const old = useDeferredValue(before?.text ?? "");
  const fresh = useDeferredValue(after?.text ?? "");
  const comparison = useMemo(() => compare(old, fresh), [old, fresh]);
  const isWhole = (before?.is_whole ?? true) && (after?.is_whole ?? true);
  return (
    <section aria-label={change.title} className="grid min-w-0 gap-2">
      <h3 className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <bdi className="min-w-0 font-mono text-xs wrap-anywhere">{change.path}</bdi>
        <Badge tone={kind === "gone" ? "danger" : "warning"}>{t(`kinds.${kind}`)}</Badge>
        <span className="text-xs text-muted">{t("words", { count: comparison.words })}</span>
        <span className="text-xs text-muted">
          {t("versions", {
            kind,
            before: change.approved_version ?? 0,
            after: change.current_version ?? 0,
          })}
        </span>
      </h3>
      {!isWhole && <Callout tone="info">{t("notWhole")}</Callout>}
      {comparison.blocks.length > 0 &&
      comparison.words === 0 &&
      comparison.blocks.every(({ kind }) => kind === "same") ? (
        <p className="text-sm text-muted">{t("sameWords")}</p>
      ) : (
        <TextDiff comparison={comparison} />
      )}
    </section>
  );
}
