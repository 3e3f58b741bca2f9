import type { DocumentSummary } from "@/api/documents";

export type Folder = {
  /** Relative to the workspace; empty for the workspace itself. */
  path: string;
  documents: DocumentSummary[];
};

/** Groups documents by the folder they lie in; folders in the order of their first document. */
export function foldersOf(documents: readonly DocumentSummary[]): Folder[] {
  const folders = new Map<string, DocumentSummary[]>();
  for (const document of documents) {
    const path = document.path.split("/").slice(0, -1).join("/");
    const there = folders.get(path);
    if (there) there.push(document);
    else folders.set(path, [document]);
  }
  return [...folders].map(([path, inFolder]) => ({ path, documents: inFolder }));
}
