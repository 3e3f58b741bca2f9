import type { Schemas } from "@/api/client";
import { PASSWORD_MIN } from "@/components/password/password-strength";

type Account = Schemas["AccountIn"];
export type AccountErrors = {
  name?: "nameMissing";
  email?: "emailRefused";
  password?: "passwordShort";
};

/** What the API would refuse, said before it is asked; in the order of the form. */
export function accountErrors(account: Account): AccountErrors {
  return {
    ...(account.name.trim() ? {} : { name: "nameMissing" }),
    ...(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(account.email.trim()) ? {} : { email: "emailRefused" }),
    ...(account.password.length < PASSWORD_MIN ? { password: "passwordShort" } : {}),
  };
}
