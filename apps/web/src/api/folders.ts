import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** The folders in a folder of the server; null asks for the roots. */
export const foldersQuery = (path: string | null) =>
  queryOptions({
    queryKey: ["folders", path],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = path === null ? {} : { path };
      return unwrap(api.GET("/api/v1/folders", { params: { query }, signal }));
    },
  });
