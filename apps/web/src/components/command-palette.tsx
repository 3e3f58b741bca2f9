"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import {
  Building2,
  FileText,
  Folder,
  FolderInput,
  History,
  Languages,
  Layers,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Search,
  Sun,
} from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Found } from "@/api/dashboard";
import { quickSearchQuery } from "@/api/dashboard";
import { projectQuery } from "@/api/projects";
import { useAccount } from "@/api/session";
import { chooseLanguage, useLanguage } from "@/lib/language";
import { matches } from "@/lib/matching";
import { paths } from "@/lib/paths";
import {
  forgetOthers,
  forgetProject,
  rememberProject,
  useRecentProjects,
} from "@/lib/recent-projects";
import { isId } from "@/lib/route-ids";
import { chooseTheme } from "@/lib/theme";
import { useTranslations } from "@/lib/translations";
import { useDebounced } from "@/lib/use-debounced";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Button } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import type { PaletteGroup, PaletteOption } from "@/ui/palette";
import { Palette } from "@/ui/palette";
import { NewClientDialog } from "./levels/client-dialog";
import { NewProjectDialog } from "./levels/project-dialog";
import { useProblemText } from "./problem-text";
import { useSections } from "./sections";
import { useCanChange, useCanNameClients } from "./use-can-change";
import { useProjectPrefetch } from "./use-project-prefetch";
import { useSignOut } from "./use-sign-out";

const PAUSE_MS = 80;

/** Ctrl K or ⌘ K from everywhere: to any project, document, part of AgentLab, or action. */
export function CommandPalette() {
  const t = useTranslations("palette");
  const [isOpen, setIsOpen] = useState(false);
  const [making, setMaking] = useState<Made | null>(null);
  const projectId = useProjectHere();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isOurs = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
      if (!isOurs || event.altKey || event.shiftKey) return;
      event.preventDefault(); // browsers put the cursor into their address bar
      if (!event.repeat) setIsOpen((was) => !was);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  useShortcuts([{ key: "Ctrl K", label: t("open"), run: () => setIsOpen(true) }]);
  return (
    <>
      <Button
        variant="quiet"
        aria-label={t("open")}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setIsOpen(true)}
        className="max-md:w-8 max-md:px-0 md:border md:border-line md:bg-canvas"
      >
        <Search aria-hidden />
        <span aria-hidden className="flex items-center gap-2 max-md:hidden">
          {t("search")}
          <Kbd>{isMac() ? "⌘ K" : "Ctrl K"}</Kbd>
        </span>
      </Button>
      {isOpen && (
        <Opened projectId={projectId} onClose={() => setIsOpen(false)} onMake={setMaking} />
      )}
      {making === "client" && <NewClientDialog onClose={() => setMaking(null)} />}
      {making === "project" && <NewProjectDialog onClose={() => setMaking(null)} />}
    </>
  );
}

const isMac = () =>
  typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);

/** The project that is open, or whose document or gate is; opened projects are remembered. */
function useProjectHere(): string | null {
  const account = useAccount();
  const client = useQueryClient();
  const [, noun = "", id = ""] = usePathname().split("/");
  const projectId = noun === "projects" && isId(id) ? id : "";
  const { data: project, error } = useQuery({ ...projectQuery(projectId), enabled: false });
  const isGone = error instanceof ApiProblem && error.status === 404;
  useEffect(() => forgetOthers(account.id), [account.id]);
  useEffect(() => {
    if (isGone) forgetProject(account.id, projectId);
  }, [isGone, account.id, projectId]);
  useEffect(() => {
    if (!project || isGone) return;
    const about = `${project.client} · ${project.service}`;
    rememberProject(account.id, { id: project.id, name: project.name, about });
  }, [project, isGone, account.id]);
  if (projectId) return projectId;
  const shown = client.getQueriesData<{ place?: { project_id: string } }>({ queryKey: [noun, id] });
  return shown.map(([, data]) => data?.place?.project_id).find(Boolean) ?? null;
}

type Made = "client" | "project";
type OpenedProps = {
  projectId: string | null;
  onClose: () => void;
  onMake: (what: Made) => void;
};

function Opened({ projectId, onClose, onMake }: OpenedProps) {
  const t = useTranslations("palette");
  const errors = useTranslations("errors");
  const problemText = useProblemText();
  const [value, setValue] = useState("");
  const search = useDebounced(value.trim(), PAUSE_MS);
  const found = useQuery(quickSearchQuery(value.trim() && search, projectId));
  const recent = useRecent(value);
  const results = useFound(value.trim() ? (found.data?.items ?? []) : [], recent);
  const groups: PaletteGroup[] = [
    { label: t("recent"), options: recent },
    ...results,
    { label: t("goTo"), options: useSectionOptions(value) },
    { label: t("actions"), options: useActions(value, onMake) },
  ];
  const isSettled = search === value.trim() && !found.isFetching && !found.isError;
  const failure = found.isError
    ? {
        text: problemText(found.error),
        retryLabel: errors("retry"),
        onRetry: () => found.refetch(),
      }
    : null;
  const prefetchProject = useProjectPrefetch();
  const prefetch = ({ id }: PaletteOption) => {
    const [kind, project] = id.split(":");
    if (kind === "project" && project) prefetchProject(project);
  };
  return (
    <Palette
      isOpen
      onOpenChange={onClose}
      label={t("label")}
      value={value}
      onValueChange={setValue}
      groups={groups}
      emptyText={isSettled ? t("nothing") : null}
      failure={failure}
      onActive={prefetch}
    />
  );
}

function useRecent(typed: string): PaletteOption[] {
  const router = useRouter();
  const projects = useRecentProjects(useAccount().id);
  return projects
    .filter(({ name, about }) => matches(`${name} ${about}`, typed))
    .slice(0, typed.trim() ? 3 : undefined)
    .map(({ id, name, about }) => ({
      id: `project:${id}`,
      label: name,
      hint: about,
      icon: <History aria-hidden />,
      run: () => router.push(paths.project(id)),
    }));
}

const icons: Record<Found["kind"], LucideIcon> = {
  project: Folder,
  client: Building2,
  service: Layers,
  document: FileText,
};
const kinds = ["project", "document", "client", "service"] as const;

function useFound(found: readonly Found[], recent: readonly PaletteOption[]): PaletteGroup[] {
  const t = useTranslations("palette");
  const router = useRouter();
  const shown = new Set(recent.map(({ id }) => id));
  return kinds.map((kind) => ({
    label: t(`kinds.${kind}`),
    options: found
      .filter((one) => one.kind === kind)
      .map((one) => {
        const Icon = icons[kind];
        return {
          id: `${kind}:${one.id}`,
          label: one.name,
          hint: [one.about, one.is_archived && t("archived")].filter(Boolean).join(" · "),
          icon: <Icon aria-hidden />,
          run: () => router.push(addressOf(one)),
        };
      })
      .filter(({ id }) => !shown.has(id)),
  }));
}

function addressOf({ kind, id }: Found): string {
  if (kind === "project") return paths.project(id);
  if (kind === "document") return paths.document(id);
  return kind === "client" ? paths.client(id) : paths.service(id);
}

function useSectionOptions(typed: string): PaletteOption[] {
  const t = useTranslations("shell");
  const router = useRouter();
  return useSections()
    .map(({ name, href, icon: Icon }) => ({
      id: `section:${name}`,
      label: t(`section.${name}`),
      icon: <Icon aria-hidden />,
      run: () => router.push(href),
    }))
    .filter(({ label }) => matches(label, typed));
}

function useActions(typed: string, onMake: OpenedProps["onMake"]): PaletteOption[] {
  const t = useTranslations("palette");
  const router = useRouter();
  const canChange = useCanChange() === true;
  const canName = useCanNameClients() === true;
  const isEnglish = useLanguage() === "en";
  const signOut = useSignOut();
  const action = (name: string, label: string, Icon: LucideIcon, run: () => void) => ({
    id: `action:${name}`,
    label,
    icon: <Icon aria-hidden />,
    run,
  });
  const actions = [
    ...(canName ? [action("client", t("newClient"), Plus, () => onMake("client"))] : []),
    ...(canChange
      ? [
          action("project", t("newProject"), Plus, () => onMake("project")),
          action("import", t("import"), FolderInput, () => router.push(paths.import())),
        ]
      : []),
    action("light", t("light"), Sun, () => chooseTheme("light")),
    action("dark", t("dark"), Moon, () => chooseTheme("dark")),
    action("system", t("system"), Monitor, () => chooseTheme(null)),
    action("language", isEnglish ? "Français" : "English", Languages, () =>
      chooseLanguage(isEnglish ? "fr" : "en"),
    ),
    action("signOut", t("signOut"), LogOut, () => signOut.mutate()),
  ];
  return actions.filter(({ label }) => matches(label, typed));
}
