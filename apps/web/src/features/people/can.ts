import type { Verdict } from "@/components/reasons";
import type { User } from "./queries";

/** Mirrors `people/service.py`: somebody has to be left who can administer. */
export function canTakeRights(user: User): Verdict {
  return user.is_last_administrator ? "lastAdministrator" : true;
}
