export type PersonFacts = { name: string; email: string };
export type PersonErrors = { name?: "nameMissing"; email?: "emailRefused" };

/** What the API would refuse, said before it is asked; in the order of the form. */
export function personErrors({ name, email }: PersonFacts): PersonErrors {
  return {
    ...(name.trim() ? {} : { name: "nameMissing" }),
    ...(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? {} : { email: "emailRefused" }),
  };
}
