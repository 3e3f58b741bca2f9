import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, Pencil, RefreshCw, Trash2 } from "lucide-react";
import type { FormEvent, KeyboardEvent } from "react";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import type { SavedView } from "@/api/dashboard";
import { viewsQuery } from "@/api/dashboard";
import { ChangedMeanwhile, useChangedToast } from "@/components/edit-conflict/changed-meanwhile";
import type { Seen } from "@/components/edit-conflict/use-guarded-action";
import { useGuardedAction } from "@/components/edit-conflict/use-guarded-action";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Input } from "@/ui/input";
import { Popover } from "@/ui/popover";
import { showToast } from "@/ui/toast-store";
import type { Choice } from "./choice";
import { addressOf, choiceOf } from "./choice";

type Props = { choice: Choice; onChoose: (choice: Choice) => void };

/** Filters and order under a name: kept on the server, for this person on every machine. */
export function SavedViews({ choice, onChoose }: Props) {
  const t = useTranslations("views");
  const [isOpen, setIsOpen] = useState(false);
  const views = useQuery({ ...viewsQuery, enabled: isOpen });
  const problemText = useProblemText();
  const choose = (view: SavedView) => {
    onChoose(choiceOf(view.query));
    setIsOpen(false);
  };
  return (
    <Popover
      label={t("title")}
      align="end"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={
        <Button variant="quiet">
          <Bookmark aria-hidden />
          <span className="max-sm:sr-only">{t("title")}</span>
        </Button>
      }
    >
      {views.error && <p className="px-2 py-1 text-sm text-danger">{problemText(views.error)}</p>}
      {views.data?.length === 0 && <p className="px-2 py-1 text-sm text-muted">{t("none")}</p>}
      <ul aria-label={t("title")} className="max-h-64 overflow-y-auto">
        {views.data?.map((view) => (
          <View key={view.id} view={view} choice={choice} onChoose={() => choose(view)} />
        ))}
      </ul>
      <NewView choice={choice} />
    </Popover>
  );
}

type ViewProps = { view: SavedView; choice: Choice; onChoose: () => void };

function View({ view, choice, onChoose }: ViewProps) {
  const t = useTranslations("views");
  const problemText = useProblemText();
  const [isRenaming, setIsRenaming] = useState(false);
  const guarded = {
    ...useViewSight(view),
    onRefused: (error: unknown) => showToast({ tone: "danger", title: problemText(error) }),
    onChanged: useChangedToast(),
  };
  const update = useGuardedAction({
    ...guarded,
    act: (_: undefined, version) => change(view, version, { query: addressOf(choice) }),
    onDone: () => showToast({ tone: "success", title: t("updated", { name: view.name }) }),
  });
  const restore = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/views", { body: { name: view.name, query: view.query } })),
    onError: guarded.onRefused,
    onSettled: guarded.onSettled,
  });
  const remove = useGuardedAction({
    ...guarded,
    act: (_: undefined, version) =>
      unwrap(
        api.DELETE("/api/v1/views/{view_id}", {
          params: { path: { view_id: view.id }, header: ifMatch(version) },
        }),
      ),
    onDone: () =>
      showToast({
        tone: "success",
        title: t("deleted", { name: view.name }),
        action: { label: t("undo"), onAction: () => restore.mutate() },
      }),
  });
  const isShown = view.query === addressOf(choice);
  if (isRenaming) return <Rename view={view} onDone={() => setIsRenaming(false)} />;
  return (
    <li className="flex items-center gap-0.5">
      <button
        type="button"
        aria-current={isShown}
        onClick={onChoose}
        className="h-8 min-w-0 flex-1 truncate rounded px-2 text-left text-sm hover:bg-sunken aria-[current=true]:font-medium"
      >
        {view.name}
      </button>
      {!isShown && (
        <IconButton
          label={t("update", { name: view.name })}
          size="sm"
          disabled={update.isBusy}
          onClick={() => update.run(undefined)}
        >
          <RefreshCw aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={t("rename", { name: view.name })}
        size="sm"
        onClick={() => setIsRenaming(true)}
      >
        <Pencil aria-hidden />
      </IconButton>
      <IconButton
        label={t("delete", { name: view.name })}
        size="sm"
        disabled={remove.isBusy}
        onClick={() => remove.run(undefined)}
      >
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}

type RenameProps = { view: SavedView; onDone: () => void };

/** In the view's own line. Enter keeps the new name, Escape the old one. */
function Rename({ view, onDone }: RenameProps) {
  const t = useTranslations("views");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [name, setName] = useState(view.name);
  const [base] = useState(view);
  const rename = useGuardedAction({
    ...useViewSight(base),
    act: (to: string, version) => change(view, version, { name: to }),
    onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === view.name) onDone();
    else if (name.trim()) rename.run(name);
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // the list stays open
    onDone();
  };
  return (
    <li className="px-1 py-1">
      <form onSubmit={submit} className="grid gap-1.5">
        <Field
          label={t("newName", { name: view.name })}
          error={rename.error && problemText(rename.error)}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.target.value)}
              onKeyDown={handleKeyDown}
              className="h-8 text-sm"
            />
          )}
        </Field>
        <ChangedMeanwhile changed={rename.changed} />
        <div className="flex justify-end gap-1">
          <Button size="sm" variant="quiet" onClick={onDone}>
            {common("cancel")}
          </Button>
          <Button type="submit" size="sm" isBusy={rename.isBusy} disabled={!name.trim()}>
            {t("keepName")}
          </Button>
        </div>
      </form>
    </li>
  );
}

function NewView({ choice }: { choice: Choice }) {
  const t = useTranslations("views");
  const problemText = useProblemText();
  const renew = useRenew();
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/views", { body: { name, query: addressOf(choice) } })),
    onSuccess: () => {
      setName("");
      return renew();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) save.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-2 grid gap-2 border-t border-line px-1 pt-2">
      <Field label={t("name")} error={save.error && problemText(save.error)}>
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
            className="h-8 text-sm"
          />
        )}
      </Field>
      <Button type="submit" size="sm" isBusy={save.isPending} disabled={!name.trim()}>
        {t("save")}
      </Button>
    </form>
  );
}

function change(view: SavedView, version: number, body: { name?: string; query?: string }) {
  const params = { path: { view_id: view.id }, header: ifMatch(version) };
  return unwrap(api.PATCH("/api/v1/views/{view_id}", { params, body }));
}

/** What a view says, and how it is looked at again; only its owner changes it, elsewhere. */
function useViewSight(view: SavedView) {
  const t = useTranslations("views");
  const client = useQueryClient();
  const seenOf = ({ name, query, version }: SavedView): Seen => ({
    values: {
      [t("nameOf")]: name,
      [t("shows")]: [...new URLSearchParams(query)].map((pair) => pair.join(": ")).join(", "),
    },
    version,
    by: null,
  });
  return {
    seen: seenOf(view),
    lookAgain: async () => {
      const views = await client.fetchQuery({ ...viewsQuery, staleTime: 0 });
      return seenOf(views.find(({ id }) => id === view.id) ?? view);
    },
    onSettled: useRenew(),
  };
}

function useRenew() {
  const client = useQueryClient();
  return () => client.invalidateQueries(viewsQuery);
}
