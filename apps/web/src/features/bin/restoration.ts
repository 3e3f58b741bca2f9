import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Binned, Deletable } from "@/api/levels";
import { levelsChanged, restore } from "@/api/levels";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

const pathOf: Record<Deletable, (id: string) => string> = {
  client: paths.client,
  service: paths.service,
  project: paths.project,
  contact: paths.contact,
  application: paths.application,
};

const isTaken = (error: unknown) => error instanceof ApiProblem && error.field === "name";

type Wanted = {
  /** Another name than its own. */
  name: string | null;
  reason: string;
};

/** Takes something out of the bin. When its name is taken meanwhile, another one is asked for. */
export function useRestoration(binned: Binned, onDone: () => void) {
  const t = useTranslations("bin");
  const client = useQueryClient();
  const router = useRouter();
  const [isNameTaken, setIsNameTaken] = useState(false);
  const mutation = useMutation({
    mutationFn: ({ name, reason }: Wanted) => restore(binned.id, name, reason),
    onSuccess: ({ id, kind, name }) => {
      onDone();
      showToast({
        tone: "success",
        title: t("restored", { name }),
        action: { label: t("open"), onAction: () => router.push(pathOf[kind](id)) },
      });
    },
    onError: (error) => {
      if (isTaken(error)) setIsNameTaken(true);
    },
    onSettled: () => levelsChanged(client),
  });
  return {
    restore: mutation.mutate,
    isPending: mutation.isPending,
    error: mutation.error,
    isNameTaken,
  };
}
