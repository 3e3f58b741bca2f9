import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import type { Result } from "./sending";

type Props = { result: Result; onAgain: () => void };

/** What was made, and the way there. */
export function ImportResult({ result, onAgain }: Props) {
  const t = useTranslations("spreadsheets");
  const rest = result.created.projects - result.projects.length;
  return (
    <Card className="grid gap-4 p-5">
      <div role="status" className="flex items-start gap-3">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-success" />
        <div>
          <h2 className="font-semibold">{t("done")}</h2>
          <p className="text-sm text-muted">{t("made", result.created)}</p>
          {result.already_there > 0 && (
            <p className="text-sm text-muted">
              {t("alreadyThere", { rows: result.already_there })}
            </p>
          )}
        </div>
      </div>
      {result.projects.length > 0 && (
        <ul className="grid gap-1 text-sm">
          {result.projects.map((project) => (
            <li key={project.id}>
              <Link
                href={paths.project(project.id)}
                prefetch={false}
                className="text-accent-text hover:underline"
              >
                <bdi>{project.name}</bdi>
              </Link>{" "}
              <code className="font-mono text-xs text-muted">{project.key}</code>
            </li>
          ))}
          {rest > 0 && <li className="text-muted">{t("andMore", { rest })}</li>}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button asChild variant="primary">
          <Link href={paths.portfolio()} prefetch={false}>
            {t("toPortfolio")}
          </Link>
        </Button>
        <Button onClick={onAgain}>{t("another")}</Button>
      </div>
    </Card>
  );
}
