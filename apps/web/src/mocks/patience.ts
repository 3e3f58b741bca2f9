/**
 * How long a test waits for what it expects: a busy machine needs longer than the usual second, and
 * what passes is not slower for it. `findBy…` and `waitFor` of Testing Library wait so long, and
 * `expect.poll` of Vitest.
 */
export const PATIENCE_MS = 10_000;
