import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** Where the wizard stands. It lives in the address, so reload and the back button work. */
export type Place = {
  /** The project that gets the folder; empty where the import makes one. */
  projectId: string;
  /** The folder that was looked into; empty while none was chosen. */
  path: string;
  /** Which of the folder's methods the person took; null while it has one, or none was taken. */
  candidate: Candidate | null;
  isChoosing: boolean;
  /** The import that was started; empty before. */
  importId: string;
};

/** A method and one of its generations. */
export type Candidate = { method: string; generation: string };

type Step = Partial<Omit<Place, "projectId">>;

export function usePlace(): [Place, (next: Step) => void] {
  const search = useSearchParams();
  const pathname = usePathname();
  const router = useRouter();
  const place: Place = {
    projectId: search.get("project") ?? "",
    path: search.get("path") ?? "",
    candidate: candidateOf(search.get("method"), search.get("generation")),
    isChoosing: search.has("choose"),
    importId: search.get("import") ?? "",
  };
  const { projectId } = place;
  return [place, (next) => router.push(`${pathname}?${spelled({ ...next, projectId })}`)];
}

const candidateOf = (method: string | null, generation: string | null): Candidate | null =>
  method && generation ? { method, generation } : null;

function spelled({ projectId, path, candidate, isChoosing, importId }: Partial<Place>): string {
  const search = new URLSearchParams();
  if (projectId) search.set("project", projectId);
  if (path) search.set("path", path);
  if (candidate) search.set("method", candidate.method);
  if (candidate) search.set("generation", candidate.generation);
  if (isChoosing) search.set("choose", "");
  if (importId) search.set("import", importId);
  return search.toString();
}
