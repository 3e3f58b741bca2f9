const names: Record<string, string> = {
  bmad: "BMAD",
  "spec-kit": "Spec Kit",
  openspec: "OpenSpec",
  "backlog.md": "Backlog.md",
};

/** "BMAD v4"; a method that has no name of its own here is shown as the API spells it. */
export function methodName(method: string, generation: string | null): string {
  return [names[method] ?? method, generation].filter(Boolean).join(" ");
}
