import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { sessionKey } from "@/api/session";
import { showToast } from "@/ui/toast-store";
import { useProblemText } from "./problem-text";

/** Ends the session on the server; the session gate then shows the way back in. */
export function useSignOut() {
  const client = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/session")),
    onSuccess: () => client.setQueryData(sessionKey, null),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
  });
}
