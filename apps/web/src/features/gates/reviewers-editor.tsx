import { useQuery } from "@tanstack/react-query";
import { CalendarPlus, Trash2 } from "lucide-react";
import { useState } from "react";
import { NamedField } from "@/components/named-field";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { Input } from "@/ui/input";
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
  const change = (user_id: string, deputies: readonly DeputyDraft[]) =>
    onChange(reviewers.map((one) => (one.user_id === user_id ? { ...one, deputies } : one)));
  const add = (user_id: string, name: string) => {
    if (user_id) onChange([...reviewers, { user_id, name, deputies: [] }]);
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
                gateId={gateId}
                reviewerId={reviewer.user_id}
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
      <Candidate
        gateId={gateId}
        label={t("reviewerAdd")}
        placeholder={t("findPerson")}
        without={reviewers.map(({ user_id }) => user_id)}
        onChange={add}
      />
    </fieldset>
  );
}

const newDeputy = (): DeputyDraft => {
  const today = new Date().toISOString().slice(0, 10);
  return { key: newKey(), user_id: "", name: "", starts_on: today, ends_on: today };
};

type DeputyProps = {
  deputy: DeputyDraft;
  reviewer: string;
  gateId: string;
  reviewerId: string;
  onChange: (facts: Partial<DeputyDraft>) => void;
  onRemove: () => void;
};

function Deputy({ deputy, reviewer, gateId, reviewerId, onChange, onRemove }: DeputyProps) {
  const t = useTranslations("gates.policy");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2 border-t border-line pt-2">
      <Candidate
        gateId={gateId}
        label={t("deputyOf", { name: reviewer })}
        placeholder={t("deputyChoose")}
        className="col-span-3"
        value={deputy}
        without={[reviewerId]}
        onChange={(user_id, name) => onChange({ user_id, name })}
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

type CandidateProps = {
  gateId: string;
  label: string;
  placeholder: string;
  className?: string;
  value?: { user_id: string; name: string };
  /** Who cannot be chosen. */
  without: readonly string[];
  onChange: (id: string, name: string) => void;
};

/** One of those who could be named at the gate, found by their name. */
function Candidate({ gateId, value, without, ...field }: CandidateProps) {
  const [search, setSearch] = useState("");
  const { data } = useQuery(candidatesQuery(gateId, useSettled(search)));
  const offered = (data?.items ?? []).filter(({ id }) => !without.includes(id));
  const known = value ? [{ id: value.user_id, name: value.name }] : [];
  return <NamedField {...field} {...{ known, offered, setSearch }} value={value?.user_id} />;
}
