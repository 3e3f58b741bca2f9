"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArchiveRestore, CirclePause, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ReferenceItem, ReferenceKind } from "@/api/catalogue";
import { catalogueChanged, referenceItemsQuery } from "@/api/catalogue";
import { api, unwrap } from "@/api/client";
import { useAccount } from "@/api/session";
import { DeletionQuestion } from "@/components/deletion-question";
import { ListFailure } from "@/components/list-failure";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { Skeleton } from "@/ui/skeleton";
import { Cell, HeadCell, Table } from "@/ui/table";
import { TabPanel, Tabs } from "@/ui/tabs";
import { showToast } from "@/ui/toast-store";
import { Colour } from "./colour";
import { EditItemDialog, NewItemDialog } from "./item-dialog";

const kinds: readonly ReferenceKind[] = [
  "business_domain",
  "service_category",
  "implementation_type",
  "user_category",
];

/** The values that are offered for the fields of the portfolio; administrators change them. */
export function ReferenceScreen() {
  const t = useTranslations("reference");
  const [kind, setKind] = useState<ReferenceKind>("business_domain");
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader title={t("title")} about={t("about")} />
      <Tabs
        label={t("kinds")}
        value={kind}
        onValueChange={(next) => setKind(next as ReferenceKind)}
        tabs={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
      >
        {kinds.map((value) => (
          <TabPanel key={value} value={value}>
            <Items kind={value} />
          </TabPanel>
        ))}
      </Tabs>
    </Page>
  );
}

/** Mirrors `auth/callers.py`: `true`, or why not. */
function useCanManage(): true | string {
  const t = useTranslations("reference");
  return useAccount().role === "administrator" ? true : t("onlyAdministrators");
}

function Items({ kind }: { kind: ReferenceKind }) {
  const t = useTranslations("reference");
  const allowed = useCanManage();
  const { data, isPending, isError, error, refetch } = useQuery(referenceItemsQuery(kind));
  const [isAdding, setIsAdding] = useState(false);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-sm text-muted">{t(`kindAbout.${kind}`)}</p>
        <GatedButton variant="primary" allowed={allowed} onClick={() => setIsAdding(true)}>
          <Plus aria-hidden />
          {t("add")}
        </GatedButton>
      </div>
      <Card>
        {isError && <ListFailure error={error} onRetry={() => void refetch()} />}
        {isPending && <Skeleton className="m-4 h-48" />}
        {data && (
          <Table caption={t(`kind.${kind}`)}>
            <thead>
              <tr>
                <HeadCell className="pl-4">{t("name")}</HeadCell>
                <HeadCell className="max-sm:hidden">{t("code")}</HeadCell>
                <HeadCell className="text-right">{t("uses")}</HeadCell>
                <HeadCell className="pr-4">
                  <span className="sr-only">{t("actions")}</span>
                </HeadCell>
              </tr>
            </thead>
            <tbody>
              {data.items.map((item) => (
                <Row key={item.id} item={item} />
              ))}
            </tbody>
          </Table>
        )}
      </Card>
      {isAdding && <NewItemDialog kind={kind} onClose={() => setIsAdding(false)} />}
    </>
  );
}

function Row({ item }: { item: ReferenceItem }) {
  const t = useTranslations("reference");
  const allowed = useCanManage();
  const [asked, setAsked] = useState<"edit" | "delete" | null>(null);
  const close = () => setAsked(null);
  const canDelete = allowed !== true ? allowed : item.uses ? t("inUse") : true;
  return (
    <tr className="hover:bg-sunken/60">
      <Cell className="pl-4">
        <span className="flex items-center gap-2">
          <Colour value={item.colour} />
          <bdi className="font-medium">{item.name}</bdi>
          {item.retired_at && <Badge>{t("retired")}</Badge>}
        </span>
      </Cell>
      <Cell className="font-mono text-xs text-muted max-sm:hidden">{item.code}</Cell>
      <Cell className="text-right tabular-nums">{item.uses ?? "—"}</Cell>
      <Cell className="pr-2">
        <span className="flex justify-end gap-1">
          <GatedButton
            size="sm"
            variant="quiet"
            allowed={allowed}
            aria-label={t("edit", { name: item.name })}
            onClick={() => setAsked("edit")}
          >
            <Pencil aria-hidden />
          </GatedButton>
          <RetireButton item={item} allowed={allowed} />
          <GatedButton
            size="sm"
            variant="quiet"
            allowed={canDelete}
            aria-label={t("delete", { name: item.name })}
            onClick={() => setAsked("delete")}
          >
            <Trash2 aria-hidden />
          </GatedButton>
        </span>
        {asked === "edit" && <EditItemDialog item={item} onClose={close} />}
        {asked === "delete" && <DeleteDialog item={item} onClose={close} />}
      </Cell>
    </tr>
  );
}

function RetireButton({ item, allowed }: { item: ReferenceItem; allowed: true | string }) {
  const t = useTranslations("reference");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const isRetired = item.retired_at !== null;
  const at = { params: { path: { item_id: item.id } } };
  const address = "/api/v1/reference-items/{item_id}/retirement";
  const moving = useMutation({
    mutationFn: () => unwrap(isRetired ? api.DELETE(address, at) : api.POST(address, at)),
    onSuccess: () =>
      showToast({
        tone: "success",
        title: t(isRetired ? "offeredAgain" : "nowRetired", { name: item.name }),
      }),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onSettled: () => catalogueChanged(queries),
  });
  return (
    <GatedButton
      size="sm"
      variant="quiet"
      allowed={allowed}
      isBusy={moving.isPending}
      onClick={() => moving.mutate()}
    >
      {isRetired ? <ArchiveRestore aria-hidden /> : <CirclePause aria-hidden />}
      <span className="max-sm:sr-only">{t(isRetired ? "offer" : "retire")}</span>
    </GatedButton>
  );
}

function DeleteDialog({ item, onClose }: { item: ReferenceItem; onClose: () => void }) {
  const t = useTranslations("reference");
  const queries = useQueryClient();
  const deleting = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/reference-items/{item_id}", {
          params: { path: { item_id: item.id } },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => catalogueChanged(queries),
  });
  return (
    <DeletionQuestion
      title={t("delete", { name: item.name })}
      about={t("deleteAbout")}
      confirmLabel={t("deleteConfirm")}
      deletion={deleting}
      onClose={onClose}
    />
  );
}
