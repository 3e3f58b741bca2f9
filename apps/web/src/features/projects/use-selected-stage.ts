import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { Stage } from "@/api/projects";

/**
 * The stage that is looked at: the one chosen (kept in the address as `?stage=3`, so that it can be
 * shared), else the one where the work is.
 */
export function useSelectedStage(stages: readonly Stage[]) {
  const asked = useSearchParams().get("stage");
  const [chosen, setChosen] = useState(asked);
  const selected =
    stages.find((stage) => String(stage.position) === chosen) ??
    stages.find((stage) => stage.state === "current" || stage.state === "submitted") ??
    stages.at(-1);
  const select = (stageId: string) => {
    const stage = stages.find(({ id }) => id === stageId);
    if (!stage) return;
    setChosen(String(stage.position));
    // Not through the router: there is nothing to load.
    window.history.replaceState(null, "", `?stage=${stage.position}`);
  };
  return { selected: selected?.id ?? "", select };
}
