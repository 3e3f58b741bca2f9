import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";
import type { Account } from "./session";
import { sessionKey } from "./session";

export type Profile = Schemas["ProfileOut"];
export type ProfilePatch = Schemas["ProfilePatch"];

/** What AgentLab knows of the person who is signed in. */
export const profileQuery = queryOptions({
  queryKey: ["profile"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/profile", { signal })),
});

/** Changes the profile from the version that was read; `*` stands for whatever there is. */
export async function changeProfile(
  client: QueryClient,
  body: ProfilePatch,
  version: number | "*",
): Promise<Profile> {
  const header = { "if-match": version === "*" ? "*" : `"${version}"` };
  const profile = await unwrap(api.PATCH("/api/v1/profile", { params: { header }, body }));
  client.setQueryData(profileQuery.queryKey, profile);
  const { name, language, time_zone } = profile;
  client.setQueryData<Account | null>(
    sessionKey,
    (account) => account && { ...account, name, language, time_zone },
  );
  return profile;
}

/** The language as the person's own. Where it cannot be kept, it holds in this browser. */
export async function keepLanguage(
  client: QueryClient,
  language: NonNullable<Account["language"]>,
): Promise<void> {
  await changeProfile(client, { language }, "*").catch(() => undefined);
}
