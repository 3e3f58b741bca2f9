import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useFormatter } from "use-intl";
import { EmptyState } from "@/components/empty-state";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import type { Incident } from "./queries";
import { Section } from "./section";
import { useTold } from "./use-told";

type Props = { incidents: readonly Incident[]; onExplain: (incident: Incident) => void };

/** What happens now, with all that was said of it. */
export function OpenIncidents({ incidents, onExplain }: Props) {
  const t = useTranslations("statusPage");
  if (incidents.length === 0) return null;
  return (
    <Section title={t("now")}>
      {incidents.map((incident) => (
        <Card key={incident.id} className="p-4">
          <Body incident={incident} onExplain={onExplain}>
            {t.rich("began", { when: () => <When at={incident.opened_at} /> })}
          </Body>
        </Card>
      ))}
    </Section>
  );
}

/** What was, each folded up. */
export function PastIncidents({ incidents, onExplain }: Props) {
  const t = useTranslations("statusPage");
  return (
    <Section title={t("past")}>
      <Card>
        {incidents.length === 0 ? (
          <EmptyState icon={CircleCheck} title={t("noIncidents")}>
            {t("noIncidentsAbout")}
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {incidents.map((incident) => (
              <li key={incident.id}>
                <Past incident={incident} onExplain={onExplain} />
              </li>
            ))}
          </ul>
        )}
      </Card>
    </Section>
  );
}

type OneProps = Pick<Props, "onExplain"> & { incident: Incident };

function Past({ incident, onExplain }: OneProps) {
  const told = useTold();
  const format = useFormatter();
  const t = useTranslations("statusPage");
  const span = t("lasted", {
    from: format.dateTime(new Date(incident.opened_at), MOMENT),
    to: format.dateTime(new Date(incident.resolved_at ?? incident.opened_at), MOMENT),
  });
  return (
    <details>
      <summary className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-sunken">
        <span className="min-w-0 font-medium wrap-anywhere">{told(incident.title)}</span>
        <span className="text-xs text-muted sm:ml-auto">{span}</span>
      </summary>
      <div className="border-t border-line p-4">
        <Body incident={incident} onExplain={onExplain} isTitled={false} />
      </div>
    </details>
  );
}

const MOMENT = { dateStyle: "medium", timeStyle: "short" } as const;

type BodyProps = OneProps & { isTitled?: boolean; children?: ReactNode };

function Body({ incident, onExplain, isTitled = true, children }: BodyProps) {
  const t = useTranslations("statusPage");
  const told = useTold();
  const title = told(incident.title);
  return (
    <div className="grid gap-4">
      {isTitled && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="min-w-0 font-medium wrap-anywhere">{title}</h3>
          <Badge tone={incident.impact === "minor" ? "warning" : "danger"}>
            {t(`statuses.${incident.status}`)}
          </Badge>
          <span className="text-xs text-muted">{children}</span>
        </div>
      )}
      <Timeline incident={incident} />
      <div>
        <Button
          size="sm"
          aria-label={t("explainOne", { title })}
          onClick={() => onExplain(incident)}
        >
          {t("explain")}
        </Button>
      </div>
    </div>
  );
}

function Timeline({ incident }: { incident: Incident }) {
  const t = useTranslations("statusPage");
  const told = useTold();
  const format = useFormatter();
  return (
    <ol
      aria-label={t("timeline", { title: told(incident.title) })}
      className="grid gap-3 border-l-2 border-line pl-4"
    >
      {incident.updates.map((update, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they only ever grow at their end
        <li key={number} className="grid gap-0.5">
          <p className="text-xs text-muted">
            <time dateTime={update.at}>{format.dateTime(new Date(update.at), MOMENT)}</time>
            {" · "}
            {update.by_person ? t("byPerson") : t(`statuses.${update.status}`)}
          </p>
          <p
            className={classes(
              "text-sm wrap-anywhere whitespace-pre-line",
              update.by_person && "font-medium",
            )}
          >
            {told(update.says)}
          </p>
        </li>
      ))}
    </ol>
  );
}
