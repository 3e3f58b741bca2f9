"use client";

import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import type { Place } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { useCanChange, useCanNameClients } from "../use-can-change";
import { NewClientDialog } from "./client-dialog";
import { NewProjectDialog } from "./project-dialog";
import { NewServiceDialog } from "./service-dialog";

type Look = { variant?: "primary" | "secondary" | "quiet" };

export function NewClientButton({ variant }: Look) {
  const t = useTranslations("levels");
  const canName = useCanNameClients();
  return (
    <NewButton label={t("newClient")} refusal={canName === true ? null : canName} variant={variant}>
      {(close) => <NewClientDialog onClose={close} />}
    </NewButton>
  );
}

type ServiceProps = Look & {
  client?: Place;
  /** Why there can be no new one here. */
  refusal?: string | null;
};

export function NewServiceButton({ client, refusal, variant }: ServiceProps) {
  const t = useTranslations("levels");
  return (
    <NewButton label={t("newService")} refusal={refusal} variant={variant}>
      {(close) => <NewServiceDialog client={client} onClose={close} />}
    </NewButton>
  );
}

type ProjectProps = Look & {
  place?: { client: Place; service: Place };
  refusal?: string | null;
};

export function NewProjectButton({ place, refusal, variant }: ProjectProps) {
  const t = useTranslations("levels");
  return (
    <NewButton label={t("newProject")} refusal={refusal} variant={variant}>
      {(close) => <NewProjectDialog place={place} onClose={close} />}
    </NewButton>
  );
}

type Props = Look & {
  label: string;
  refusal?: string | null;
  children: (close: () => void) => ReactNode;
};

function NewButton({ label, refusal, variant = "secondary", children }: Props) {
  const canChange = useCanChange();
  const [isOpen, setIsOpen] = useState(false);
  const allowed = canChange === true ? (refusal ?? true) : canChange;
  return (
    <>
      <GatedButton variant={variant} allowed={allowed} onClick={() => setIsOpen(true)}>
        <Plus aria-hidden />
        {label}
      </GatedButton>
      {isOpen && children(() => setIsOpen(false))}
    </>
  );
}
