import { useQuery } from "@tanstack/react-query";
import { projectQuery } from "@/api/projects";
import { useTranslations } from "@/lib/translations";
import { FilterChip } from "./filters";

type Props = { id: string; onRemove: () => void };

/** Comes from the project's page; there is no list of ten thousand to choose from. */
export function ProjectChip({ id, onRemove }: Props) {
  const t = useTranslations("common");
  const { data } = useQuery(projectQuery(id));
  const name = data?.name ?? t("oneProject");
  return (
    <FilterChip removeLabel={t("notOnly", { project: name })} onRemove={onRemove}>
      {name}
    </FilterChip>
  );
}
