/** The API refuses anything shorter. */
export const PASSWORD_MIN = 10;

export const strengths = ["short", "weak", "fair", "strong"] as const;
export type Strength = (typeof strengths)[number];

/**
 * A rough guess, to encourage: length counts most, then how many different characters there are.
 * What is already known about the person counts for nothing.
 */
export function passwordStrength(password: string, known: readonly string[]): Strength {
  if (password.length < PASSWORD_MIN) return "short";
  const rest = known
    .flatMap((text) => text.toLowerCase().split(/[\s@.]+/))
    .filter((word) => word.length > 2)
    .reduce((left, word) => left.replaceAll(word, ""), password.toLowerCase());
  const worth = Math.min(rest.length, new Set(rest).size * 2);
  if (worth < PASSWORD_MIN) return "weak";
  return worth < 16 ? "fair" : "strong";
}
