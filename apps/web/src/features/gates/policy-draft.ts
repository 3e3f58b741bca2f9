import type { Schemas } from "@/api/client";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import type { Policy } from "./queries";

export type DeputyDraft = {
  key: string;
  user_id: string;
  name: string;
  starts_on: string;
  ends_on: string;
};
export type ReviewerDraft = { user_id: string; name: string; deputies: readonly DeputyDraft[] };
export type ItemDraft = { key: string; id: string | null; text: string; required: boolean };

/** A policy while somebody edits it: numbers as they are typed. */
export type Draft = {
  roles: readonly ("administrator" | "product_owner")[];
  reviewers: readonly ReviewerDraft[];
  approvals: string;
  submitter_decides: boolean;
  checklist: readonly ItemDraft[];
  reauthentication: boolean;
  due_days: string;
};

export const newKey = () => crypto.randomUUID();

export const draftOf = (policy: Policy): Draft => ({
  roles: policy.roles.filter((role) => role !== "viewer"),
  reviewers: policy.reviewers.map(({ user, deputies }) => ({
    user_id: user.id,
    name: user.name,
    deputies: deputies.map(({ user: deputy, starts_on, ends_on }) => ({
      key: newKey(),
      user_id: deputy.id,
      name: deputy.name,
      starts_on,
      ends_on,
    })),
  })),
  approvals: String(policy.approvals),
  submitter_decides: policy.submitter_decides,
  checklist: policy.checklist.map((item) => ({ key: item.id, ...item })),
  reauthentication: policy.reauthentication,
  due_days: policy.due_days === null ? "" : String(policy.due_days),
});

export const bodyOf = (draft: Draft): Schemas["PolicyIn"] => ({
  roles: draft.roles.toSorted(),
  reviewers: draft.reviewers.map(({ user_id, deputies }) => ({
    user_id,
    deputies: deputies.map(({ key: _, name: __, ...deputy }) => deputy),
  })),
  approvals: Number(draft.approvals),
  submitter_decides: draft.submitter_decides,
  checklist: draft.checklist.map(({ id, text, required }) => ({ id, text, required })),
  reauthentication: draft.reauthentication,
  due_days: draft.due_days === "" ? null : Number(draft.due_days),
});

/** The policy as two who edit it at once are compared: without what only the form knows. */
export const readOf = (policy: Policy): Read<Schemas["PolicyIn"]> => ({
  values: bodyOf(draftOf(policy)),
  version: policy.version,
  by: policy.updated_by?.name ?? null,
});

const isWholeUpTo = (most: number, text: string) =>
  /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most;

/** The fields that cannot be sent like this. */
export function problemsOf(draft: Draft): ReadonlySet<string> {
  const found = new Set<string>();
  const isNobody = draft.roles.length === 0 && draft.reviewers.length === 0;
  const deputies = draft.reviewers.flatMap((reviewer) => reviewer.deputies);
  const isUnclear = deputies.some(
    ({ user_id, starts_on, ends_on }) => !user_id || !starts_on || !ends_on || ends_on < starts_on,
  );
  if (isNobody || isUnclear) found.add("reviewers");
  if (!isWholeUpTo(20, draft.approvals)) found.add("approvals");
  if (draft.due_days !== "" && !isWholeUpTo(365, draft.due_days)) found.add("due_days");
  if (draft.checklist.some(({ text }) => text.trim() === "")) found.add("checklist");
  return found;
}
