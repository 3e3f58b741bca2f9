import { useSyncExternalStore } from "react";

/** Kept in this browser, for one person: nothing but what the list needs. */
export type RecentProject = { id: string; name: string; about: string };

const MOST = 8;
const keyOf = (userId: string) => `agentlab.recent.${userId}`;
const listeners = new Set<() => void>();
const none: readonly RecentProject[] = [];

/** By key, so that the same text is not read into two different lists. */
const read = new Map<string, { text: string; projects: readonly RecentProject[] }>();

export function recentProjects(userId: string): readonly RecentProject[] {
  const text = stored(keyOf(userId));
  const last = read.get(userId);
  if (last?.text === text) return last.projects;
  const projects = parsed(text);
  read.set(userId, { text, projects });
  return projects;
}

export function useRecentProjects(userId: string): readonly RecentProject[] {
  return useSyncExternalStore(
    subscribe,
    () => recentProjects(userId),
    () => none,
  );
}

/** The one that was opened last comes first. */
export function rememberProject(userId: string, project: RecentProject): void {
  const others = recentProjects(userId).filter(({ id }) => id !== project.id);
  keep(keyOf(userId), [project, ...others].slice(0, MOST));
}

/** When it turns out that it is not there any more. */
export function forgetProject(userId: string, projectId: string): void {
  const others = recentProjects(userId).filter(({ id }) => id !== projectId);
  keep(keyOf(userId), others);
}

/** What others who signed in with this browser opened is not left in it. */
export function forgetOthers(userId: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(keyOf("")) && key !== keyOf(userId)) localStorage.removeItem(key);
    }
  } catch {
    return; // storage is blocked
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function stored(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function keep(key: string, projects: readonly RecentProject[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(projects));
  } catch {
    return; // storage is blocked or full: there are no recent projects then
  }
  for (const listener of listeners) listener();
}

function parsed(text: string): readonly RecentProject[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isRecent).slice(0, MOST) : none;
  } catch {
    return none;
  }
}

function isRecent(value: unknown): value is RecentProject {
  const given = value as Partial<Record<keyof RecentProject, unknown>> | null;
  return [given?.id, given?.name, given?.about].every((one) => typeof one === "string");
}
