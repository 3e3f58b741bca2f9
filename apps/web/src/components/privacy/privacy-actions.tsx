"use client";

import { useMutation } from "@tanstack/react-query";
import { Download, UserX } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { showToast } from "@/ui/toast-store";
import type { Asked } from "./erase-dialog";
import { EraseDialog } from "./erase-dialog";

/** Whose data it is: of somebody with an account, or of a contact. */
export type Subject = {
  kind: "users" | "contacts";
  id: string;
  name: string;
  /** What has to be typed; the name for a contact without one. */
  email: string | null;
};

type Props = {
  subject: Subject;
  /** After an erasure: ask again for what shows the person. */
  onErased?: () => void;
};

/** For administrators: everything about a person in one file, or nothing about them any more. */
export function PrivacyActions({ subject, onErased }: Props) {
  const t = useTranslations("privacy");
  const [isAsking, setIsAsking] = useState(false);
  const erasure = useMutation({
    mutationFn: (asked: Asked) => erase(subject, asked),
    onSuccess: ({ audit_entries, contacts_left, projects_released }) => {
      const left = [
        projects_released > 0 && t("projectsReleased", { count: projects_released }),
        contacts_left > 0 && t("contactsLeft", { count: contacts_left }),
      ].filter(Boolean);
      setIsAsking(false);
      showToast({
        tone: "success",
        title: t("done", { count: audit_entries }),
        ...(left.length > 0 && { detail: left.join(" ") }),
      });
      onErased?.();
    },
  });
  const close = () => {
    setIsAsking(false);
    erasure.reset();
  };
  return (
    <>
      <Button asChild>
        <a href={exportAddress(subject)} download>
          <Download aria-hidden />
          {t("export")}
        </a>
      </Button>
      <Button variant="danger" onClick={() => setIsAsking(true)}>
        <UserX aria-hidden />
        {t("erase")}
      </Button>
      {isAsking && (
        <EraseDialog
          subject={subject}
          error={erasure.error}
          isBusy={erasure.isPending}
          onErase={erasure.mutate}
          onClose={close}
        />
      )}
    </>
  );
}

/** For everybody: a file with everything about oneself. */
export function ExportOwnData() {
  const t = useTranslations("privacy");
  return (
    <Button asChild>
      <a href="/api/v1/profile/export" download>
        <Download aria-hidden />
        {t("exportOwn")}
      </a>
    </Button>
  );
}

const exportAddress = ({ kind, id }: Subject) => `/api/v1/privacy/${kind}/${id}/export`;

function erase({ kind, id }: Subject, { confirmation, alsoContacts }: Asked) {
  const body = { confirmation, also_contacts: alsoContacts };
  return kind === "users"
    ? unwrap(
        api.POST("/api/v1/privacy/users/{user_id}/erasure", {
          params: { path: { user_id: id } },
          body,
        }),
      )
    : unwrap(
        api.POST("/api/v1/privacy/contacts/{subject_id}/erasure", {
          params: { path: { subject_id: id } },
          body,
        }),
      );
}
