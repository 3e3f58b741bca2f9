/** A real AgentLab for the journeys: one of our own, or the stack that runs already. */

import { EmbeddedAgentLab } from "./embedded.ts";
import { stack } from "./stack.ts";
import { StackAgentLab } from "./stack-agentlab.ts";

export interface AgentLab {
  readonly url: string;
  /** Where projects may be imported from. */
  readonly root: string;
  /** Run another `agentlab` command on the same data; its standard output. */
  run(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** An AgentLab that nobody has used yet. */
export function startAgentLab(): Promise<AgentLab> {
  return stack ? StackAgentLab.start(stack) : EmbeddedAgentLab.start();
}
