import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** Where the wizard stands. It lives in the address, so reload and the back button work. */
export type Place = {
  /** The folder that was looked into; empty while none was chosen. */
  path: string;
  isChoosing: boolean;
  /** The import that was started; empty before. */
  importId: string;
};

export function usePlace(): [Place, (next: Partial<Place>) => void] {
  const search = useSearchParams();
  const pathname = usePathname();
  const router = useRouter();
  const place: Place = {
    path: search.get("path") ?? "",
    isChoosing: search.has("choose"),
    importId: search.get("import") ?? "",
  };
  return [place, (next) => router.push(`${pathname}?${spelled(next)}`)];
}

function spelled({ path, isChoosing, importId }: Partial<Place>): string {
  const search = new URLSearchParams();
  if (path) search.set("path", path);
  if (isChoosing) search.set("choose", "");
  if (importId) search.set("import", importId);
  return search.toString();
}
