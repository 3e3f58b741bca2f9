import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Binned, Deletable } from "@/api/levels";
import { levelsChanged, restore } from "@/api/levels";
import { useProblemText } from "@/components/problem-text";
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

/** Takes something out of the bin. When its name is taken meanwhile, another one is asked for. */
export function useRestoration(binned: Binned) {
  const t = useTranslations("bin");
  const problemText = useProblemText();
  const client = useQueryClient();
  const router = useRouter();
  const [isNameTaken, setIsNameTaken] = useState(false);
  const mutation = useMutation({
    mutationFn: (name: string | null) => restore(binned.id, name),
    onSuccess: ({ id, kind, name }) => {
      setIsNameTaken(false);
      showToast({
        tone: "success",
        title: t("restored", { name }),
        action: { label: t("open"), onAction: () => router.push(pathOf[kind](id)) },
      });
    },
    onError: (error) => {
      if (isTaken(error)) setIsNameTaken(true);
      else showToast({ tone: "danger", title: problemText(error) });
    },
    onSettled: () => levelsChanged(client),
  });
  return {
    restore: (name: string | null = null) => mutation.mutate(name),
    isPending: mutation.isPending,
    error: mutation.error,
    isNameTaken,
    leave: () => setIsNameTaken(false),
  };
}
