import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";

export type Backups = Schemas["BackupsOut"];
export type Backup = Schemas["BackupOut"];

export const backupsQuery = queryOptions({
  queryKey: ["backups"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/backups", { signal })),
});

export const backUp = () => unwrap(api.POST("/api/v1/backups"));

export const prove = (name: string) =>
  unwrap(
    api.POST("/api/v1/backups/{backup_name}/proof", { params: { path: { backup_name: name } } }),
  );

export type Restores = Schemas["RestoresOut"];

export const restoresQuery = queryOptions({
  queryKey: ["restores"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/restore", { signal })),
});

export const restore = (body: Schemas["RestoreIn"]) =>
  unwrap(api.POST("/api/v1/restore", { body }));
