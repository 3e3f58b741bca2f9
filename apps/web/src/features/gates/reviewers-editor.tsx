import { useQuery } from "@tanstack/react-query";
import { CalendarPlus, Trash2 } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import type { DeputyDraft, ReviewerDraft } from "./policy-draft";
import { newKey } from "./policy-draft";
import { candidatesQuery } from "./queries";

type Props = {
  gateId: string;
  reviewers: readonly ReviewerDraft[];
  error: string | null;
  onChange: (reviewers: readonly ReviewerDraft[]) => void;
};

/** People who may decide besides the roles, each with who stands in for them. */
export function ReviewersEditor({ gateId, reviewers, error, onChange }: Props) {
  const t = useTranslations("gates.policy");
  const { data } = useQuery(candidatesQuery(gateId));
  const people = data?.items ?? [];
  const free = people.filter(({ id }) => !reviewers.some(({ user_id }) => user_id === id));
  const change = (user_id: string, deputies: readonly DeputyDraft[]) =>
    onChange(reviewers.map((one) => (one.user_id === user_id ? { ...one, deputies } : one)));
  const add = (user_id: string) => {
    const name = people.find(({ id }) => id === user_id)?.name ?? "";
    onChange([...reviewers, { user_id, name, deputies: [] }]);
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t("reviewers")}</legend>
      {reviewers.length === 0 && <p className="text-sm text-muted">{t("reviewersEmpty")}</p>}
      <ul className="grid gap-2">
        {reviewers.map((reviewer) => (
          <li key={reviewer.user_id} className="grid gap-2 rounded-lg border border-line p-2.5">
            <div className="flex flex-wrap items-center gap-1">
              <span className="min-w-0 flex-1 truncate text-sm">{reviewer.name}</span>
              <Button
                size="sm"
                variant="quiet"
                onClick={() => change(reviewer.user_id, [...reviewer.deputies, newDeputy()])}
              >
                <CalendarPlus aria-hidden />
                {t("deputyAdd")}
              </Button>
              <IconButton
                size="sm"
                label={t("reviewerRemove", { name: reviewer.name })}
                onClick={() =>
                  onChange(reviewers.filter(({ user_id }) => user_id !== reviewer.user_id))
                }
              >
                <Trash2 aria-hidden />
              </IconButton>
            </div>
            {reviewer.deputies.map((deputy) => (
              <Deputy
                key={deputy.key}
                deputy={deputy}
                reviewer={reviewer.name}
                people={people.filter(({ id }) => id !== reviewer.user_id)}
                onChange={(facts) =>
                  change(
                    reviewer.user_id,
                    reviewer.deputies.map((one) =>
                      one.key === deputy.key ? { ...one, ...facts } : one,
                    ),
                  )
                }
                onRemove={() =>
                  change(
                    reviewer.user_id,
                    reviewer.deputies.filter(({ key }) => key !== deputy.key),
                  )
                }
              />
            ))}
          </li>
        ))}
      </ul>
      {error && (
        <p role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
      {free.length > 0 && (
        <Select
          aria-label={t("reviewerAdd")}
          placeholder={t("reviewerAdd")}
          value=""
          onValueChange={add}
          options={free.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </fieldset>
  );
}

const newDeputy = (): DeputyDraft => {
  const today = new Date().toISOString().slice(0, 10);
  return { key: newKey(), user_id: "", starts_on: today, ends_on: today };
};

type DeputyProps = {
  deputy: DeputyDraft;
  reviewer: string;
  people: readonly { id: string; name: string }[];
  onChange: (facts: Partial<DeputyDraft>) => void;
  onRemove: () => void;
};

function Deputy({ deputy, reviewer, people, onChange, onRemove }: DeputyProps) {
  const t = useTranslations("gates.policy");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2 border-t border-line pt-2">
      <Select
        aria-label={t("deputyOf", { name: reviewer })}
        placeholder={t("deputyChoose")}
        className="col-span-3"
        value={deputy.user_id}
        onValueChange={(user_id) => onChange({ user_id })}
        options={people.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Input
        type="date"
        aria-label={t("firstDay")}
        value={deputy.starts_on}
        onChange={(event) => onChange({ starts_on: event.target.value })}
      />
      <Input
        type="date"
        aria-label={t("lastDay")}
        min={deputy.starts_on}
        value={deputy.ends_on}
        onChange={(event) => onChange({ ends_on: event.target.value })}
      />
      <IconButton size="sm" label={t("deputyRemove")} onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </div>
  );
}
