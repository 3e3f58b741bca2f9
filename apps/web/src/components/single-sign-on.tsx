import { useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { singleSignOnAddress, singleSignOnQuery } from "@/api/session";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";

/** The way to the OpenID provider, where there is one. */
export function SingleSignOn({ after }: { after: string }) {
  const t = useTranslations("signIn");
  const { data } = useQuery(singleSignOnQuery);
  if (!data?.is_on) return null;
  return (
    <div className="mt-5 grid gap-5">
      <div aria-hidden className="flex items-center gap-3 text-xs text-muted">
        <span className="h-px flex-1 bg-line" />
        {t("or")}
        <span className="h-px flex-1 bg-line" />
      </div>
      <Button asChild size="lg">
        <a href={singleSignOnAddress(after)}>
          <LogIn aria-hidden />
          <span className="truncate">{t("singleSignOn", { name: data.name ?? "" })}</span>
        </a>
      </Button>
    </div>
  );
}

/** Why it did not work; the code comes with the address, so that anybody can have written it. */
export function SingleSignOnProblem({ code }: { code: string }) {
  const t = useTranslations("signIn");
  const problems = useTranslations("problems");
  const key = code as Parameters<typeof problems.has>[0];
  const isKnown = /^[a-z_]+$/.test(code) && problems.has(key);
  return (
    <Callout tone="danger" className="mb-4">
      {isKnown ? problems(key) : t("singleSignOnFailed")}
    </Callout>
  );
}
