import { useFormatter } from "use-intl";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import { Cell, HeadCell, Table } from "@/ui/table";
import type { Component } from "./queries";
import { Section } from "./section";
import { useTold } from "./use-told";

const GROUPS = ["people", "services", "housekeeping"] as const;

const TONES = {
  up: "success",
  degraded: "warning",
  down: "danger",
  maintenance: "accent",
  unknown: "neutral",
} as const;

/** Each part with what was found of it last, the details that are not published included. */
export function ComponentsCard({ components }: { components: readonly Component[] }) {
  const t = useTranslations("statusPage");
  return (
    <Section title={t("parts")}>
      <Card>
        <Table caption={t("parts")}>
          <thead>
            <tr>
              <HeadCell>{t("component")}</HeadCell>
              <HeadCell>{t("state")}</HeadCell>
              <HeadCell className="text-right whitespace-normal">{t("uptime")}</HeadCell>
              <HeadCell className="text-right max-sm:hidden">{t("response")}</HeadCell>
            </tr>
          </thead>
          {GROUPS.map((group) => (
            <tbody key={group}>
              <tr>
                <th
                  colSpan={4}
                  scope="rowgroup"
                  className="border-b border-line bg-sunken px-3 py-1.5 text-left text-xs font-medium text-muted"
                >
                  {t(`groups.${group}`)}
                </th>
              </tr>
              {components
                .filter((component) => component.group === group)
                .map((component) => (
                  <Row key={component.id} component={component} />
                ))}
            </tbody>
          ))}
        </Table>
      </Card>
    </Section>
  );
}

function Row({ component }: { component: Component }) {
  const told = useTold();
  const format = useFormatter();
  const { uptime, latency_ms: latency } = component;
  return (
    <tr>
      <Cell className="py-2 font-medium">{told(component.name)}</Cell>
      <Cell className="py-2">
        <Badge
          tone={TONES[component.state]}
          className="h-auto min-h-5 shrink rounded-xl py-0.5 whitespace-normal"
        >
          {told(component.says)}
        </Badge>
        {component.detail && (
          <p lang="en" className="mt-1 text-xs wrap-anywhere text-muted">
            {component.detail}
          </p>
        )}
      </Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums">
        {uptime === null
          ? "–"
          : format.number(floored(uptime), { style: "percent", maximumFractionDigits: 2 })}
      </Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums max-sm:hidden">
        {latency === null
          ? "–"
          : format.number(Math.round(latency), { style: "unit", unit: "millisecond" })}
      </Cell>
    </tr>
  );
}

/** To hundredths of a percent, as the public page: 100 is for those that never failed. */
const floored = (share: number) => Math.floor(share * 10_000 + 1e-6) / 10_000;
