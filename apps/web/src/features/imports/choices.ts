import type { Schemas } from "@/api/client";
import type { Project } from "@/api/projects";
import type { Inspection } from "./queries";

/** What a person fills in; the same shape as the form. */
export type Choices = {
  client: string;
  service: string;
  project: string;
  /** The key of a workflow; empty for none. */
  workflow: string;
  /** Stages, by key, whose proposed gate was unticked. */
  withoutGate: readonly string[];
};

export type ChoiceErrors = Partial<Record<"client" | "service" | "project" | "workflow", true>>;

/**
 * One workflow is no choice; of several, the person has to take one. The place is chosen already
 * when the folder is for a project that is there.
 */
export const initialChoices = (
  { name, workflows }: Inspection,
  project: Project | null = null,
): Choices => ({
  client: project?.client ?? "",
  service: project?.service ?? "",
  project: project?.name ?? name,
  workflow: workflows.length === 1 ? (workflows[0]?.key ?? "") : "",
  withoutGate: [],
});

export function choiceErrors(choices: Choices, inspection: Inspection): ChoiceErrors {
  const errors: ChoiceErrors = {};
  if (!choices.client.trim()) errors.client = true;
  if (!choices.service.trim()) errors.service = true;
  if (!choices.project.trim()) errors.project = true;
  if (inspection.workflows.length > 0 && !choices.workflow) errors.workflow = true;
  return errors;
}

export const chosenWorkflow = ({ workflow }: Choices, { workflows }: Inspection) =>
  workflows.find(({ key }) => key === workflow);

/** The stages of a workflow where a gate is proposed. */
export const proposedGates = (workflow: Schemas["WorkflowFound"] | undefined) =>
  (workflow?.stages ?? []).flatMap(({ key, title, gate }) =>
    gate ? [{ key, title, ...gate }] : [],
  );

/** What the API is asked for. */
export function requestOf(choices: Choices, inspection: Inspection): Schemas["ImportIn"] {
  const workflow = chosenWorkflow(choices, inspection);
  const kept = proposedGates(workflow).filter(({ key }) => !choices.withoutGate.includes(key));
  return {
    path: inspection.path,
    client: choices.client,
    service: choices.service,
    project: choices.project,
    method: inspection.method,
    generation: inspection.generation,
    workflow: workflow?.key ?? null,
    gates: kept.map(({ key }) => key),
  };
}
