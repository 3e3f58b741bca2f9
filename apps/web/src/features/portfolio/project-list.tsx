import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import type { Dashboard, ListedProject } from "@/api/dashboard";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import type { Choice, Order } from "./choice";
import { sortedBy } from "./choice";
import { columns, ProjectRow } from "./project-row";
import { SelectBox } from "./select-box";
import type { Selection } from "./use-selection";

type Props = {
  rows: readonly ListedProject[];
  facets: Dashboard["facets"];
  choice: Choice;
  onChoose: (choice: Choice) => void;
  selection: Selection | null;
};

export function ProjectList(props: Props) {
  const { rows, choice } = props;
  const t = useTranslations("portfolio");
  if (choice.layout === "clients") return <ByClient {...props} />;
  return (
    <Card className="overflow-hidden">
      <ColumnTitles {...props} />
      <ul aria-label={t("projects")}>
        {rows.map((project) => (
          <ProjectRow
            key={project.id}
            project={project}
            selection={props.selection}
            isBelowClient={false}
          />
        ))}
      </ul>
    </Card>
  );
}

/** The rows come sorted by client, so those of one stand together. */
function ByClient({ rows, facets, selection }: Props) {
  const t = useTranslations("portfolio");
  const counts = new Map(facets.clients.map(({ id, count }) => [id, count]));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {groups(rows).map(({ client, projects }) => (
        <section key={client.id} aria-labelledby={client.id}>
          <div className="mb-2 flex items-baseline gap-2">
            <h2 id={client.id} className="truncate text-base font-semibold">
              <Link href={paths.client(client.id)} prefetch={false} className="hover:underline">
                {client.name}
              </Link>
            </h2>
            <span className="shrink-0 text-xs text-faint">
              {t("count", { count: counts.get(client.id) ?? projects.length })}
            </span>
          </div>
          <Card className="overflow-hidden">
            <ul aria-labelledby={client.id}>
              {projects.map((project) => (
                <ProjectRow
                  key={project.id}
                  project={project}
                  selection={selection}
                  isBelowClient
                />
              ))}
            </ul>
          </Card>
        </section>
      ))}
    </div>
  );
}

type Group = { client: ListedProject["client"]; projects: ListedProject[] };

function groups(rows: readonly ListedProject[]): Group[] {
  const found = new Map<string, Group>();
  for (const project of rows) {
    const group = found.get(project.client.id);
    if (group) group.projects.push(project);
    else found.set(project.client.id, { client: project.client, projects: [project] });
  }
  return [...found.values()];
}

/** Each sorts by its column. On a narrow screen the menu in the bar does. */
function ColumnTitles({ rows, choice, onChoose, selection }: Props) {
  const t = useTranslations("portfolio");
  const title = (order: Order, className?: string) => (
    <SortButton
      order={order}
      choice={choice}
      className={className}
      onClick={() => onChoose(sortedBy(choice, order))}
    />
  );
  const isAll = rows.length > 0 && rows.every(({ id }) => selection?.ids.has(id));
  return (
    <div
      className={classes(
        "grid h-9 items-center gap-x-4 border-b border-line bg-sunken/70 px-4 text-xs",
        columns,
      )}
    >
      {selection ? (
        <SelectBox
          label={t("selectAll")}
          isChecked={isAll}
          onToggle={() => (isAll ? selection.clear() : selection.setAll(rows.map(({ id }) => id)))}
        />
      ) : (
        <span />
      )}
      <div className="flex gap-3">
        {title("name")}
        {title("client", "max-md:hidden")}
        {title("status", "max-md:hidden")}
      </div>
      {title("stage_since", "max-md:hidden")}
      <span className="text-muted max-md:hidden">{t("stages")}</span>
      {title("owner", "max-md:hidden")}
      {title("changed_at", "max-md:hidden justify-self-end")}
    </div>
  );
}

type SortProps = {
  order: Order;
  choice: Choice;
  onClick: () => void;
  className?: string | undefined;
};

function SortButton({ order, choice, onClick, className }: SortProps) {
  const t = useTranslations("portfolio");
  const isDown = choice.sort === `-${order}`;
  const isSorted = isDown || choice.sort === order;
  const Arrow = isDown ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={onClick}
      aria-pressed={isSorted}
      className={classes(
        "-mx-1 inline-flex items-center gap-1 rounded px-1 whitespace-nowrap hover:text-text",
        isSorted ? "font-medium text-text" : "text-muted",
        className,
      )}
    >
      {t(`order.${order}`)} {isDown && <span className="sr-only">{t("reversed")}</span>}
      {isSorted && <Arrow aria-hidden className="size-3" />}
    </button>
  );
}
