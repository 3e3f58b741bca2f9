import { useTranslations } from "use-intl";
import type { Portfolio } from "@/api/portfolio";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { columns, ProjectRow } from "./project-row";

type Props = {
  client: Portfolio["clients"][number];
  /** Once on the page is enough. */
  hasColumnTitles: boolean;
};

/** A client with its services, and the projects of each. */
export function ClientCard({ client, hasColumnTitles }: Props) {
  return (
    <section aria-labelledby={client.id}>
      <div className={classes("mb-2 grid items-end gap-x-4 px-4", columns)}>
        <h2 id={client.id} className="-ml-4 text-base font-semibold">
          {client.name}
        </h2>
        {hasColumnTitles && <ColumnTitles />}
      </div>
      <Card className="overflow-hidden">
        {client.services.map((service) => (
          <div key={service.id} className="not-first:border-t not-first:border-line">
            <h3 className="bg-sunken/70 px-4 py-1.5 text-xs font-medium text-muted">
              {service.name}
            </h3>
            <ul>
              {service.projects.map((project) => (
                <ProjectRow key={project.id} project={project} />
              ))}
            </ul>
          </div>
        ))}
      </Card>
    </section>
  );
}

const titles = ["currentStage", "stages", "decision", "lastChange"] as const;

/** For the eye; each cell says by itself what it is. */
function ColumnTitles() {
  const t = useTranslations("portfolio");
  return titles.map((title) => (
    <span key={title} aria-hidden className="text-xs text-faint last:text-right max-md:hidden">
      {t(title)}
    </span>
  ));
}
