import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";

export type Report = Schemas["SpreadsheetReport"];
export type RowReport = Schemas["RowReport"];
export type Result = Schemas["SpreadsheetResult"];

/** What the API reads at most. */
export const largest = 5_000_000;

/** Where the file with all columns is, to begin with. */
export const templateAddress = (language: string) =>
  `/api/v1/spreadsheets/template?language=${language === "fr" ? "fr" : "en"}`;

/** What an import of this file would do. */
export function useInspection() {
  return useMutation({
    mutationFn: async (file: File) =>
      unwrap(api.POST("/api/v1/spreadsheets/inspection", await sent(file))),
  });
}

/** Makes what the file names and is not there. */
export function useImport() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) =>
      unwrap(api.POST("/api/v1/spreadsheets/import", await sent(file))),
    // It may be about everything that anybody looks at.
    onSuccess: () => queries.invalidateQueries(),
  });
}

/** Compressed: as it is, a large file would be more than a server takes. */
async function sent(file: File) {
  const content = await gzipped(await bytesOf(file));
  return {
    params: { header: { "content-encoding": "gzip" as const } },
    headers: { "Content-Type": "text/csv" },
    body: "",
    bodySerializer: () => content,
  };
}

async function gzipped(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  const plain = new Response(bytes).body;
  if (!plain) return bytes;
  return new Response(plain.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}

/** Also where `File` has no `arrayBuffer`. */
function bytesOf(file: File): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(file);
  });
}
