import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";

export type User = Schemas["UserOut"];
export type UserState = User["state"];
export type Role = User["role"];
export type Link = Schemas["LinkOut"];
export type Invitation = Schemas["InvitationIn"];
export type Patch = Schemas["UserPatch"];
export type Filters = { search: string; role: Role | null; state: UserState | null };

export const roles: readonly Role[] = ["administrator", "product_owner", "viewer"];
export const states: readonly UserState[] = [
  "active",
  "invited",
  "locked",
  "deactivated",
  "erased",
];

/** The people who can sign in, could once, or are invited to. */
export const usersQuery = ({ search, role, state }: Filters) =>
  infiniteQueryOptions({
    queryKey: ["users", { search, role, state }],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: after, signal }) => {
      const query = {
        search,
        role: role ? [role] : [],
        state: state ? [state] : [],
        after,
      };
      return unwrap(api.GET("/api/v1/users", { params: { query }, signal }));
    },
    getNextPageParam: ({ next }) => next,
  });

const usersChanged = (client: QueryClient) => client.invalidateQueries({ queryKey: ["users"] });

export function useInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Invitation) => unwrap(api.POST("/api/v1/invitations", { body })),
    onSuccess: () => usersChanged(client),
  });
}

/** For `useGuardedSave`: how a person is read again and written. */
export function useUserEditing(user: User) {
  const client = useQueryClient();
  return {
    readAgain: () => unwrap(api.GET("/api/v1/users/{user_id}", { params: of(user) })),
    write: (body: Patch, version: number) =>
      unwrap(
        api.PATCH("/api/v1/users/{user_id}", {
          params: { ...of(user), header: ifMatch(version) },
          body,
        }),
      ).finally(() => usersChanged(client)),
  };
}

export function useMakeLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (user: User) =>
      unwrap(api.POST("/api/v1/users/{user_id}/links", { params: of(user) })),
    onSettled: () => usersChanged(client),
  });
}

export const deeds = {
  revokeLink: (user: User) =>
    unwrap(api.DELETE("/api/v1/users/{user_id}/links", { params: of(user) })),
  unlock: (user: User) => unwrap(api.POST("/api/v1/users/{user_id}/unlock", { params: of(user) })),
  deactivate: (user: User) =>
    unwrap(api.POST("/api/v1/users/{user_id}/deactivation", { params: of(user) })),
  reactivate: (user: User) =>
    unwrap(api.DELETE("/api/v1/users/{user_id}/deactivation", { params: of(user) })),
  signOut: (user: User) =>
    unwrap(api.DELETE("/api/v1/users/{user_id}/sessions", { params: of(user) })),
} satisfies Record<string, (user: User) => Promise<unknown>>;

export type Deed = keyof typeof deeds;

/** What is done to somebody; answers the projects that lost their owner by it. */
export function useDeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ deed, user }: { deed: Deed; user: User }) => {
      const answer = await deeds[deed](user);
      return answer && "released" in answer ? answer.released : [];
    },
    onSettled: () => usersChanged(client),
  });
}

const of = (user: User) => ({ path: { user_id: user.id } });
